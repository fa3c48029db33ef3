#include "compiler/streams/tile_source.h"

#include "compiler/streams/constant_layout.h"
#include "compiler/streams/emission.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/schedule.h"

namespace inf::compiler {
namespace {

/// Bytes of code after which a segment ends: small enough that memory follows what is live, large enough that fetching
/// costs nothing.
constexpr std::size_t kSegmentBytes = 64 * 1024;

/// The parameter columns as one constant: [partition][column], fp32.
TensorId add_params_tensor(TileProgram& program, int partitions) {
  const std::size_t columns = program.params.size();
  std::vector<float> values(static_cast<std::size_t>(partitions) * columns);
  for (std::size_t c = 0; c < columns; ++c)
    for (std::size_t p = 0; p < program.params[c].size(); ++p) values[p * columns + c] = program.params[c][p];
  return program.add_constant("params", values, {partitions, static_cast<std::int64_t>(columns)}, DType::fp32);
}

TensorId add_identity_tensor(TileProgram& program, int partitions) {
  const auto n = static_cast<std::size_t>(partitions);
  std::vector<float> ones(n * n);
  for (std::size_t p = 0; p < n; ++p) ones[p * (n + 1)] = 1;
  return program.add_constant("identity", ones, {partitions, partitions}, program.storage);
}

isa::TensorEntry entry_of(const TileTensor& t) {
  isa::TensorEntry e;
  e.name = t.name;
  e.role = t.role;
  e.dtype = t.dtype;
  e.shape = t.shape;
  e.offset = t.offset;
  e.bytes = elements(t.shape) * size_of(t.dtype);
  e.data = t.data;
  return e;
}

class TileSource final : public isa::ProgramSource {
 public:
  TileSource(TileProgram program, const arch::ChipSpec& chip);
  const isa::ProgramImage& image() const override { return image_; }
  bool next(isa::Segment& segment) override;
  void rewind() override;

 private:
  /// Everything that changes while instructions are made; gone and made anew by rewind().
  struct Run {
    Run(const TileProgram& program, const arch::ChipSpec& chip, const Residents& residents)
        : streams(chip),
          dram(program),
          psum(chip.psum.banks),
          matrices(program, chip.sbuf.partitions),
          planes(program),
          weights(sbuf_end(program, chip) - program.weight_ring, sbuf_end(program, chip)),
          emission{program, chip, streams, sbuf, dram, psum, matrices, planes, weights, Roles(chip), residents} {
      weights.expect(weight_loads(program, chip));
    }
    StreamBuilder streams;
    SbufArena sbuf;
    DramClocks dram;
    PsumBanks psum;
    MatrixClocks matrices;
    PlaneClocks planes;
    WeightRing weights;
    Emission emission;
    Generator generator;
    std::size_t at = 0;  ///< step of the schedule
  };
  isa::DmaCopy resident_copy(TensorId id, std::int64_t offset) const;
  void load_residents();
  void note_preload();
  void note_lives();
  std::int64_t end_of(const Matrix& matrix) const { return matrix.offset + matrix.bytes(chip_.sbuf.partitions); }
  std::int64_t end_of(const Plane& plane) const { return plane.offset + plane.bytes(chip_.sbuf.partitions); }
  void note_planes();
  void start_op();
  void finish_op();
  void start_planes(const Step& step);
  void finish_planes(const Step& step);

  TileProgram program_;
  arch::ChipSpec chip_;
  isa::ProgramImage image_;
  TensorId params_ = kNoTensor, identity_ = kNoTensor;
  Residents residents_;
  std::vector<Step> schedule_;
  std::vector<std::vector<MatrixId>> born_, left_;  ///< by operator: matrices in SBUF that live from it, and until it
  std::vector<std::vector<PlaneId>> made_, gone_;   ///< the same for planes, by the operators that touch them
  std::unique_ptr<Run> run_;
};

TileSource::TileSource(TileProgram program, const arch::ChipSpec& chip) : program_(std::move(program)), chip_(chip) {
  const int partitions = chip.sbuf.partitions;
  const auto place = [&](TensorId id) {  // behind everything else: constants live for the whole run
    TileTensor& t = program_.tensor(id);
    t.offset = program_.dram_bytes;
    program_.dram_bytes += (elements(t.shape) * size_of(t.dtype) + 4095) / 4096 * 4096;
  };
  if (!program_.params.empty()) place(params_ = add_params_tensor(program_, partitions));
  if (program_.needs_identity) place(identity_ = add_identity_tensor(program_, partitions));
  residents_ = place_residents(program_, chip);
  note_lives();
  note_planes();
  schedule_ = schedule(program_);
  image_.name = program_.name;
  image_.chip = chip.name;
  image_.chip_hash = chip.hash();
  image_.dram_bytes = program_.dram_bytes;
  for (const TileTensor& t : program_.tensors)
    if (t.parent == kNoTensor && !t.in_planes) image_.tensors.push_back(entry_of(t));
  for (const TileOp& op : program_.ops) image_.ops.push_back({op.name, kind_name(op.tile), op.nodes, op.macs});
  note_preload();
  rewind();
}

isa::DmaCopy TileSource::resident_copy(TensorId id, std::int64_t offset) const {
  const TileTensor& t = program_.tensor(id);
  const Pattern row = Pattern::row(static_cast<std::uint32_t>(t.shape[1]));
  return {.dst = sbuf_access(offset, 0, chip_.sbuf.partitions, t.dtype, row),
          .src = dram_access(program_, id, 0, chip_.sbuf.partitions, t.shape[1], row)};
}

/// Constants that every operator may use: with the model where the program says so, else at the start of each call.
void TileSource::load_residents() {
  Emission& e = run_->emission;
  for (const auto& [id, offset] : {std::pair{params_, residents_.params}, std::pair{identity_, residents_.identity}}) {
    if (id == kNoTensor) continue;
    const isa::DmaCopy copy = resident_copy(id, offset);
    e.residents.ready.merge(e.load(copy.dst, copy.src, id, e.dram.whole(id), {}));
  }
}

void TileSource::note_preload() {
  image_.preload = preload_copies(program_, chip_);
  if (!program_.loads_once) return;
  for (const auto& [id, offset] : {std::pair{params_, residents_.params}, std::pair{identity_, residents_.identity}})
    if (id != kNoTensor) image_.preload.push_back(resident_copy(id, offset));
}

void TileSource::note_lives() {
  const std::vector<MatrixLife> lives = matrix_lives(program_);
  born_.resize(program_.ops.size());
  left_.resize(program_.ops.size());
  for (std::size_t m = 0; m < lives.size(); ++m) {
    if (lives[m].first < 0 || program_.matrices[m].spill != kNoTensor) continue;
    born_[static_cast<std::size_t>(lives[m].first)].push_back(static_cast<MatrixId>(m));
    left_[static_cast<std::size_t>(lives[m].last)].push_back(static_cast<MatrixId>(m));
  }
}

void TileSource::note_planes() {
  made_.resize(program_.ops.size());
  gone_.resize(program_.ops.size());
  std::vector<int> last(program_.planes.size(), -1);
  for (std::size_t i = 0; i < program_.ops.size(); ++i)
    for (const auto& ids : {planes_written(program_.ops[i].tile), planes_read(program_.ops[i].tile)})
      for (const PlaneId id : ids) {
        int& until = last[static_cast<std::size_t>(id)];
        if (until < 0) made_[i].push_back(id);
        until = static_cast<int>(i);
      }
  for (std::size_t p = 0; p < last.size(); ++p)
    if (last[p] >= 0) gone_[static_cast<std::size_t>(last[p])].push_back(static_cast<PlaneId>(p));
}

/// A plane of one turn's images is there anew in every turn.
void TileSource::start_planes(const Step& step) {
  Run& r = *run_;
  for (const PlaneId id : made_[step.op])
    if (step.first == 0 || is_partial(program_, id)) {
      const Plane& p = program_.plane(id);
      r.planes.start(id, r.sbuf.past().over(p.offset, end_of(p)));
    }
}

void TileSource::finish_planes(const Step& step) {
  Run& r = *run_;
  for (const PlaneId id : gone_[step.op])
    if (is_last(program_, step) || is_partial(program_, id)) {
      const Plane& p = program_.plane(id);
      r.sbuf.past().note(p.offset, end_of(p), r.planes.finished(id));
    }
}

/// Opens the next turn of an operator: what it writes first gets its place.
void TileSource::start_op() {
  Run& r = *run_;
  const Step& step = schedule_[r.at];
  const auto [begin, end] = arena_of(program_, step.op, chip_, residents_);
  r.sbuf.turn(begin, end);
  if (step.first == 0)
    for (const MatrixId m : born_[step.op])
      r.matrices.start(m, r.sbuf.past().over(program_.matrix(m).offset, end_of(program_.matrix(m))));
  start_planes(step);
  r.emission.op = step.op;
  r.emission.images = {step.first, step.images};
  r.generator = emit(r.emission, program_.ops[step.op].tile);
}

/// Closes it: buffers go back, and so do the places of matrices and planes that nobody reads any more.
void TileSource::finish_op() {
  Run& r = *run_;
  const Step& step = schedule_[r.at];
  r.generator = {};
  if (is_last(program_, step))
    for (const MatrixId m : left_[step.op])
      r.sbuf.past().note(program_.matrix(m).offset, end_of(program_.matrix(m)), r.matrices.finished(m));
  finish_planes(step);
}

void TileSource::rewind() {
  run_ = std::make_unique<Run>(program_, chip_, residents_);
  if (!program_.loads_once) load_residents();
  if (!schedule_.empty()) start_op();
}

bool TileSource::next(isa::Segment& segment) {
  Run& r = *run_;
  while (r.at < schedule_.size() && (r.streams.bytes() < kSegmentBytes || r.streams.in_loop())) {
    r.streams.set_op(static_cast<std::int32_t>(schedule_[r.at].op));
    if (r.generator.resume()) continue;
    finish_op();
    if (++r.at < schedule_.size()) start_op();
  }
  if (r.streams.bytes() == 0) return false;
  r.streams.take(segment);
  return true;
}

}  // namespace

std::unique_ptr<isa::ProgramSource> make_source(TileProgram program, const arch::ChipSpec& chip) {
  return std::make_unique<TileSource>(std::move(program), chip);
}

}  // namespace inf::compiler
