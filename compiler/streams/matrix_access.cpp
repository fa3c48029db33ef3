#include "compiler/streams/matrix_access.h"

#include "compiler/streams/emission.h"
#include "isa/base/error.h"

namespace inf::compiler {

MatrixClocks::MatrixClocks(const TileProgram& program, int partitions) : states_(program.matrices.size()) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const Matrix& m = program.matrices[i];
    states_[i].runs = m.tokens() ? 1 : (m.rows + kRowRun - 1) / kRowRun;
    states_[i].written.resize(static_cast<std::size_t>(m.blocks(partitions) * states_[i].runs));
  }
}

Horizon MatrixClocks::ready(MatrixId id, std::int64_t block, std::int64_t first_row, std::int64_t rows) const {
  const State& s = state(id);
  Horizon done;
  const std::int64_t first = s.runs == 1 ? 0 : first_row / kRowRun,
                     last = s.runs == 1 ? 0 : (first_row + std::max<std::int64_t>(rows, 1) - 1) / kRowRun;
  for (std::int64_t run = first; run <= last; ++run)
    done.merge(s.written[static_cast<std::size_t>(block * s.runs + run)]);
  return done;
}

void MatrixClocks::note_write(MatrixId id, std::int64_t block, std::int64_t first_row, std::int64_t rows,
                              const Horizon& until) {
  State& s = state(id);
  const std::int64_t first = s.runs == 1 ? 0 : first_row / kRowRun,
                     last = s.runs == 1 ? 0 : (first_row + std::max<std::int64_t>(rows, 1) - 1) / kRowRun;
  for (std::int64_t run = first; run <= last; ++run)
    s.written[static_cast<std::size_t>(block * s.runs + run)].merge(until);
}

void MatrixClocks::start(MatrixId id, const Horizon& past) {
  State& s = state(id);
  s.started = true;
  s.base = past;
}

Horizon MatrixClocks::finished(MatrixId id) const {
  Horizon until = state(id).base + state(id).used;
  for (const Horizon& h : state(id).written) until.merge(h);
  return until;
}

namespace {

/// Bytes per partition of one piece.
std::int64_t piece_bytes(const Matrix& m, std::int64_t rows, int partitions) {
  return (m.tokens() ? m.slots() : m.blocks(partitions) * std::min(rows, m.rows)) * size_of(m.dtype);
}

std::vector<Slot> make_ring(Emission& e, const Matrix& m, std::int64_t rows, std::int64_t pieces) {
  std::vector<Slot> ring;
  if (m.spill == kNoTensor) return ring;
  for (std::int64_t i = 0; i < pieces; ++i)
    ring.push_back(e.sbuf.allocate(piece_bytes(m, rows, e.chip.sbuf.partitions)));
  return ring;
}

Piece resident_tokens(const Matrix& m, std::int64_t block, int partitions) {
  Piece p;
  p.block = block;
  p.first_row = m.first_row(block, partitions);
  p.rows = m.partitions_of(block, partitions);
  p.offset = m.offset + block * m.width() * size_of(m.dtype);
  return p;
}

Piece resident_features(const Matrix& m, std::int64_t first_row, std::int64_t rows) {
  Piece p;
  p.first_row = first_row;
  p.rows = rows;
  p.offset = m.offset + first_row * size_of(m.dtype);
  p.block_step = m.width() * size_of(m.dtype);
  return p;
}

}  // namespace

MatrixPort::MatrixPort(Emission& e, MatrixId id, std::int64_t rows, std::int64_t pieces)
    : e_(e), id_(id), m_(e.program.matrix(id)), ring_(make_ring(e, m_, rows, pieces)) {}

MatrixPort::~MatrixPort() {
  for (const Slot& s : ring_) e_.sbuf.release(s);
}

Piece MatrixPort::staged() {
  next_ = (next_ + 1) % ring_.size();
  Piece p;
  p.slot = static_cast<int>(next_);
  p.offset = ring_[next_].offset;
  return p;
}

isa::Access MatrixPort::at_tokens(const Piece& piece, int start_partition, int partitions, std::int64_t slot,
                                  const Pattern& free) const {
  return sbuf_access(piece.offset + slot * size_of(m_.dtype), start_partition, partitions, m_.dtype, free);
}

isa::Access MatrixPort::at_features(const Piece& piece, std::int64_t slot, int partitions, std::int64_t row,
                                    const Pattern& free) const {
  const int all = e_.chip.sbuf.partitions;
  return sbuf_access(piece.offset + slot / all * piece.block_step + row * size_of(m_.dtype),
                     static_cast<int>(slot % all), partitions, m_.dtype, free);
}

Piece MatrixReader::tokens(std::int64_t block) {
  const int all = e_.chip.sbuf.partitions;
  const Piece there = resident_tokens(m_, block, all);
  if (ring_.empty()) return there;
  Piece p = staged();
  p.block = block, p.first_row = there.first_row, p.rows = there.rows;
  Slot& s = slot_of(p);
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(m_.slots()));
  const int n = static_cast<int>(p.rows);
  s.written = e_.load_aside(sbuf_access(s.offset, 0, n, m_.dtype, run),
                            dram_access(e_.program, m_.spill, p.first_row * m_.slots(), n, m_.slots(), run), m_.spill,
                            e_.dram.whole(m_.spill), s.free());
  s.used = {};
  return p;
}

Piece MatrixReader::features(std::int64_t first_row, std::int64_t rows) {
  if (ring_.empty()) return resident_features(m_, first_row, rows);
  const int all = e_.chip.sbuf.partitions;
  Piece p = staged();
  p.first_row = first_row, p.rows = rows;
  p.block_step = rows * size_of(m_.dtype);
  Slot& s = slot_of(p);
  const Horizon after = s.free();
  s.written = {};
  for (std::int64_t block = 0; block < m_.blocks(all); ++block) {
    const int n = m_.partitions_of(block, all);
    const Pattern run = Pattern::row(static_cast<std::uint32_t>(rows));
    s.written.merge(e_.load_aside(sbuf_access(s.offset + block * p.block_step, 0, n, m_.dtype, run),
                                  dram_access(e_.program, m_.spill, block * all * m_.rows + first_row, n, m_.rows, run),
                                  m_.spill, e_.dram.whole(m_.spill), after));
  }
  s.used = {};
  return p;
}

Horizon MatrixReader::ready(const Piece& piece, std::int64_t block) const {
  return piece.slot >= 0 ? slot_of(piece).written : e_.matrices.ready(id_, block, piece.first_row, piece.rows);
}

void MatrixReader::done(const Piece& piece, const Horizon& until) {
  if (piece.slot >= 0)
    slot_of(piece).used.merge(until);
  else
    e_.matrices.note_read(id_, until);
}

Piece MatrixWriter::tokens(std::int64_t block) {
  const Piece there = resident_tokens(m_, block, e_.chip.sbuf.partitions);
  if (ring_.empty()) return there;
  Piece p = staged();
  slot_of(p).written = {};
  p.block = block, p.first_row = there.first_row, p.rows = there.rows;
  return p;
}

Piece MatrixWriter::features(std::int64_t first_row, std::int64_t rows, std::int64_t step) {
  if (ring_.empty()) return resident_features(m_, first_row, rows);
  Piece p = staged();
  slot_of(p).written = {};
  p.first_row = first_row, p.rows = rows, p.step = step;
  p.block_step = rows * size_of(m_.dtype);
  return p;
}

Horizon MatrixWriter::free(const Piece& piece) const {
  return piece.slot >= 0 ? slot_of(piece).free() : e_.matrices.writable(id_);
}

void MatrixWriter::wrote(const Piece& piece, std::int64_t block, const Horizon& until) {
  if (piece.slot >= 0)
    slot_of(piece).written.merge(until);
  else
    e_.matrices.note_write(id_, block, piece.first_row, piece.rows, until);
}

void MatrixWriter::was_read(const Piece& piece, const Horizon& until) {
  if (piece.slot >= 0)
    slot_of(piece).written.merge(until);
  else
    e_.matrices.note_read(id_, until);
}

void MatrixWriter::finish(const Piece& piece, std::int64_t first, std::int64_t last) {
  if (piece.slot < 0) return;
  Slot& s = slot_of(piece);
  const int all = e_.chip.sbuf.partitions;
  s.used = {};
  const auto store = [&](std::int64_t start, int partitions, std::int64_t partition_step, const isa::Access& src) {
    s.used.merge(e_.store(dram_access(e_.program, m_.spill, start, partitions, partition_step, src.free), src, m_.spill,
                          e_.dram.whole(m_.spill), s.written));
  };
  if (m_.tokens()) {
    const int n = static_cast<int>(piece.rows);
    store(piece.first_row * m_.slots() + first, n, m_.slots(),
          at_tokens(piece, 0, n, first, Pattern::row(static_cast<std::uint32_t>(last - first))));
    return;
  }
  const Pattern run = Pattern::row(static_cast<std::uint32_t>((piece.rows - 1) / piece.step + 1),
                                   static_cast<std::int32_t>(piece.step));
  for (std::int64_t slot = first; slot < last; slot = (slot / all + 1) * all) {
    const int n = static_cast<int>(std::min((slot / all + 1) * all, last) - slot);
    store(slot * m_.rows + piece.first_row, n, m_.rows, at_features(piece, slot, n, 0, run));
  }
}

}  // namespace inf::compiler
