#include <deque>
#include <optional>

#include "compiler/streams/contraction.h"
#include "compiler/tiles/conv_plan.h"

// Attention without writing scores to device memory: a tile of queries against all keys, softmax along the free
// dimension, probabilities turned by the tensor engine, and the product with the values on its way to features.
// Heads with few queries share one pass: their queries form a block-diagonal stationary matrix, so that rows of several
// heads lie on the partitions of one score tile.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::ActFn;
using numerics::AluOp;

namespace {

/// The work on one group, in order; each part runs on engines that the part before leaves alone.
enum class Part : std::uint8_t { scores, largest, powers, weigh, turn, values };
constexpr int kParts = 6;
/// How many groups later than its scores each part of a group is issued. Engines work in order: with one part of each
/// of six groups under way nothing waits for its own group's last part. The shallow form is for groups that need much
/// room.
constexpr std::array<int, kParts> kDeep = {0, 1, 2, 3, 4, 5}, kShallow = {0, 0, 0, 1, 1, 2};
/// Banks that a deep pass needs: three hold scores while products take the others.
constexpr int kDeepBanks = 4;
/// Buffers of groups that one deep pass may hold, as a share of SBUF.
constexpr std::int64_t kDeepShare = 5;

class AttentionEmitter {
 public:
  AttentionEmitter(Emission& e, const AttentionTile& t);
  ~AttentionEmitter();
  Generator run();

 private:
  /// Heads [head, head + heads) and query rows [row, row + rows) of one sequence: `partitions` rows of scores.
  struct Group {
    std::int64_t batch = 0, head = 0, heads = 1, row = 0, rows = 0;
    int partitions() const { return static_cast<int>(heads * rows); }
  };
  struct Buffers {
    Slot queries, scores, powers, weights, turned, columns;
    std::int64_t phase = 0;  ///< partition at which the queries of the first head lie; zeros above and below heads
  };
  /// The operands of one sequence.
  struct Sequence {
    Piece q, k, y;
    std::vector<Piece> v;
  };
  /// A group on its way.
  struct Step {
    Group group;
    std::size_t sequence = 0, buffers = 0;
    bool last = false;  ///< of its sequence
    int bank = 0, banks = 1;
    isa::Access x;  ///< its scores, with the mask once that is added
    Horizon ready;
  };
  struct MaskTile {
    Slot slot;
    std::int64_t batch = -1, head = -1, row = -1;
  };

  Pattern q_run(std::int64_t n) const { return Pattern::row(u32(n), static_cast<std::int32_t>(t_.q_rows.step)); }
  Horizon scores(const Group& g, const Sequence& s, Buffers& b, const isa::Access& psum, int bank, int banks);
  Horizon clear_queries(Buffers& b, const Horizon& after);
  Horizon pack_queries(const Group& g, const Sequence& s, Buffers& b);
  MaskTile& mask(const Group& g);
  Horizon largest(Step& step, Buffers& b);
  Horizon powers(const Step& step, Buffers& b);
  Horizon weigh(const Group& g, Buffers& b, const Horizon& after);
  void take_banks(Step& step);
  void free_banks(const Step& step);
  void perform(Part part, Step& step);
  void begin_sequence(std::int64_t batch);
  /// Issues one part of each group under way, the oldest first.
  void advance();
  Horizon move_out(const isa::Access& dst, const isa::Access& psum, const Horizon& after);
  isa::Access column(const Group& g, const Buffers& b, int i) const;
  Horizon turn(const Group& g, Buffers& b, const Horizon& after);
  void values(const Group& g, const Sequence& s, Buffers& b, const Horizon& after);
  void evict_heads(const Group& g, const Sequence& s, const isa::Access& psum, std::int64_t slot, std::int64_t slots,
                   const Horizon& after, int bank);
  std::int64_t range(const RowOrder& order) const { return (order.rows - 1) * order.step + 1; }

  Emission& e_;
  const AttentionTile& t_;
  const int all_, columns_;
  MatrixReader q_, k_, v_;
  MatrixWriter y_;
  std::vector<Buffers> buffers_;
  std::vector<MaskTile> masks_;
  std::deque<Sequence> sequences_;
  std::vector<std::optional<Step>> steps_;  ///< in order of issue; empty ones let the others come to an end
  std::array<int, kParts> lag_ = kShallow;
  std::size_t next_mask_ = 0;
  std::int64_t key_blocks_ = 1, query_blocks_ = 1;
};

AttentionEmitter::AttentionEmitter(Emission& e, const AttentionTile& t)
    : e_(e),
      t_(t),
      all_(e.chip.sbuf.partitions),
      columns_(e.chip.tensor.columns),
      q_(e, t.q, range(t.q_rows)),
      k_(e, t.k, range(t.k_rows)),
      v_(e, t.v, 0, 2 * ((t.keys + e.chip.sbuf.partitions - 1) / e.chip.sbuf.partitions)),
      y_(e, t.y, range(t.y_rows)) {
  key_blocks_ = (t.keys + all_ - 1) / all_;
  query_blocks_ = (t.pack * t.pitch + all_ - 1) / all_;
  const std::int64_t rows = std::int64_t{t.pack} * t.row_tile, size = size_of(e.program.compute);
  const std::int64_t queries = t.pack > 1 ? query_blocks_ * rows * size : 0;
  const std::int64_t each =
      queries + (t.mask != kNoTensor ? 8 : 4) * t.keys + t.keys * size + key_blocks_ * rows * size + 12;
  const int deep = kDeep.back() + 2, shallow = kShallow.back() + 2;
  const bool one_bank = t.keys <= e.chip.psum.bank_bytes / 4 && e.chip.psum.banks >= kDeepBanks;
  if (one_bank && deep * each <= e.chip.sbuf_usable() / kDeepShare) lag_ = kDeep;
  for (int i = 0; i < (lag_ == kDeep ? deep : shallow); ++i) {
    Buffers b;
    if (t.pack > 1) {
      b.queries = e.sbuf.allocate(queries);
      clear_queries(b, b.queries.free());
    }
    if (t.mask != kNoTensor) b.scores = e.sbuf.allocate(t.keys * 4);
    b.powers = e.sbuf.allocate(t.keys * 4);
    b.weights = e.sbuf.allocate(t.keys * size);
    b.turned = e.sbuf.allocate(key_blocks_ * rows * size);
    b.columns = e.sbuf.allocate(12);
    buffers_.push_back(b);
  }
  if (t.mask != kNoTensor)
    for (int i = 0; i < kBandSlots; ++i) masks_.push_back({e.sbuf.allocate(t.keys * 4), -1, -1, -1});
}

AttentionEmitter::~AttentionEmitter() {
  for (const Buffers& b : buffers_)
    for (const Slot* s : {&b.queries, &b.scores, &b.powers, &b.weights, &b.turned, &b.columns})
      if (s->bytes > 0) e_.sbuf.release(*s);
  for (const MaskTile& m : masks_) e_.sbuf.release(m.slot);
}

Horizon AttentionEmitter::clear_queries(Buffers& b, const Horizon& after) {
  const std::int64_t columns = query_blocks_ * t_.pack * t_.row_tile;
  const isa::Access whole = sbuf_access(b.queries.offset, 0, all_, e_.program.compute, Pattern::row(u32(columns)));
  return b.queries.written = e_.emit(e_.roles.fill, isa::Memset{.dst = whole, .value = 0}, after);
}

/// The queries of each head in columns of their own, zeros against every other head's features.
Horizon AttentionEmitter::pack_queries(const Group& g, const Sequence& s, Buffers& b) {
  const std::int64_t wide = std::int64_t{t_.pack} * t_.row_tile;
  const int size = size_of(e_.program.compute);
  Horizon after = b.queries.free(), done;
  if (const std::int64_t phase = g.head * t_.pitch % all_; phase != b.phase) {
    b.phase = phase;  // the heads before lay elsewhere: what they left would meet these heads' keys
    after = clear_queries(b, after);
  }
  for (std::int64_t h = 0; h < g.heads; ++h) {
    const std::int64_t slot = (g.head + h) * t_.pitch, local = slot / all_ - g.head * t_.pitch / all_;
    const isa::Access src =
        q_.at_features(s.q, slot, static_cast<int>(t_.pitch), g.row * t_.q_rows.step, q_run(g.rows));
    const isa::Access dst =
        sbuf_access(b.queries.offset + (local * wide + h * g.rows) * size, static_cast<int>(slot % all_),
                    static_cast<int>(t_.pitch), e_.program.compute, Pattern::row(u32(g.rows)));
    const Horizon copied =
        e_.emit(e_.roles.fill, isa::TensorCopy{.dst = dst, .src = src}, after + q_.ready(s.q, slot / all_));
    q_.done(s.q, copied);
    done.merge(copied);
  }
  b.queries.written.merge(done);
  return done + after;
}

Horizon AttentionEmitter::scores(const Group& g, const Sequence& s, Buffers& b, const isa::Access& psum, int bank,
                                 int banks) {
  Horizon free;
  for (int i = 0; i < banks; ++i) free.merge(e_.psum.free(bank + i));
  const std::int64_t per_bank = e_.chip.psum.bank_bytes / 4, first = g.head * t_.pitch;
  const std::int64_t wide = std::int64_t{t_.pack} * t_.row_tile;
  const Horizon packed = t_.pack > 1 ? pack_queries(g, s, b) : Horizon{};
  const std::int64_t blocks = (first + g.heads * t_.pitch - 1) / all_ - first / all_ + 1;
  Horizon done;
  for (std::int64_t i = 0; i < blocks; ++i) {
    const std::int64_t block = first / all_ + i;
    const std::int64_t slot = t_.pack > 1 ? block * all_ : first + i * all_;
    const int k =
        t_.pack > 1 ? k_.matrix().partitions_of(block, all_) : static_cast<int>(std::min<std::int64_t>(t_.pitch, all_));
    isa::Access stationary;
    Horizon ready = packed;
    if (t_.pack > 1) {
      stationary = sbuf_access(b.queries.offset + i * wide * size_of(e_.program.compute), 0, k, e_.program.compute,
                               Pattern::row(u32(g.partitions())));
    } else {
      stationary = q_.at_features(s.q, slot, k, g.row * t_.q_rows.step, q_run(g.rows));
      ready.merge(q_.ready(s.q, block));
    }
    for (const Pass& pass : contraction_passes(e_.chip, k)) {
      e_.emit(Engine::tensor, isa::LoadStationary{in_pass(stationary, pass)}, ready);
      for (std::int64_t key = 0; key < t_.keys;) {  // as many keys as one matmul moves, inside one bank
        const std::int64_t n =
            std::min({per_bank - key % per_bank, std::int64_t{e_.chip.tensor.max_moving}, t_.keys - key});
        isa::Access dst = psum;
        dst.offset += key * 4;
        dst.free = Pattern::row(u32(n));
        const isa::Access keys = k_.at_features(s.k, slot, k, key * t_.k_rows.step,
                                                Pattern::row(u32(n), static_cast<std::int32_t>(t_.k_rows.step)));
        isa::Matmul mm{.dst = dst, .moving = in_pass(keys, pass)};
        mm.accumulate = i > 0 || pass.first > 0;
        done = e_.emit(Engine::tensor, mm, k_.ready(s.k, block) + (i == 0 ? free : Horizon{}));
        key += n;
      }
    }
  }
  if (t_.pack > 1)
    b.queries.used = done;
  else
    q_.done(s.q, done);
  k_.done(s.k, done);
  return done;
}

/// The mask of a group, loaded unless it is the one that was loaded last.
AttentionEmitter::MaskTile& AttentionEmitter::mask(const Group& g) {
  const std::int64_t batch = t_.mask_step[0] == 0 ? 0 : g.batch, row = t_.mask_step[2] == 0 ? 0 : g.row,
                     head = t_.mask_step[1] == 0 ? 0 : g.head;
  for (MaskTile& m : masks_)
    if (m.batch == batch && m.head == head && m.row == row && m.slot.bytes > 0) return m;
  MaskTile& m = masks_[next_mask_++ % masks_.size()];
  m.batch = batch, m.head = head, m.row = row;
  const Horizon after = m.slot.free();
  m.slot.written = m.slot.used = {};
  // Packed heads without a mask of their own still need every row: all that the tile can hold.
  const std::int64_t heads =
      t_.pack > 1 ? std::min<std::int64_t>(t_.pack, t_.heads - (t_.mask_step[1] == 0 ? 0 : g.head)) : 1;
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::int64_t start = batch * t_.mask_step[0] + (head + h) * t_.mask_step[1] + row * t_.mask_step[2];
    m.slot.written.merge(
        e_.load_aside(sbuf_access(m.slot.offset, static_cast<int>(h * g.rows), static_cast<int>(g.rows), DType::fp32,
                                  Pattern::row(u32(t_.keys))),
                      dram_access(e_.program, t_.mask, start, static_cast<int>(g.rows), t_.mask_step[2],
                                  Pattern::row(u32(t_.keys), static_cast<std::int32_t>(t_.mask_step[3]))),
                      t_.mask, e_.dram.whole(t_.mask), after));
  }
  return m;
}

isa::Access AttentionEmitter::column(const Group& g, const Buffers& b, int i) const {
  return sbuf_access(b.columns.offset + i * 4, 0, g.partitions(), DType::fp32, Pattern::row(1));
}

/// The mask added, and the largest score of each row, negative, in column 0.
Horizon AttentionEmitter::largest(Step& step, Buffers& b) {
  Horizon ready = step.ready;
  if (t_.mask != kNoTensor) {
    MaskTile& m = mask(step.group);
    const isa::Access psum = step.x;
    step.x = sbuf_access(b.scores.offset, 0, psum.partitions, DType::fp32, psum.free);
    const isa::Access added = sbuf_access(m.slot.offset, 0, psum.partitions, DType::fp32, psum.free);
    ready = e_.emit(Engine::vector, isa::TensorTensor{.dst = step.x, .a = psum, .b = added, .op = AluOp::add},
                    ready + m.slot.written + b.scores.free());
    m.slot.used.merge(ready);
    step.ready = ready;
    free_banks(step);
  }
  isa::TensorReduce most{.dst = column(step.group, b, 0), .src = step.x, .op = AluOp::max, .axes = 1, .negate = true};
  return e_.emit(Engine::vector, most, ready + b.columns.free());
}

/// exp(score - maximum) in b.powers, and their sum in column 1.
Horizon AttentionEmitter::powers(const Step& step, Buffers& b) {
  const isa::Access powers = sbuf_access(b.powers.offset, 0, step.x.partitions, DType::fp32, step.x.free);
  isa::Activation exp{.dst = powers,
                      .src = step.x,
                      .function = ActFn::exp,
                      .scale = ScalarOperand::imm(1),
                      .bias = ScalarOperand::vector(column(step.group, b, 0))};
  exp.reduce = isa::ReduceCommand::reset_reduce;
  const Horizon grown = e_.emit(Engine::scalar, exp, step.ready + b.powers.free());
  if (t_.mask != kNoTensor) b.scores.used = grown;
  const Horizon sum = e_.emit(Engine::scalar, isa::ActivationRead{.dst = column(step.group, b, 1)}, grown);
  b.powers.written = grown;
  return grown + sum;
}

/// Probabilities, rounded once, in b.weights.
Horizon AttentionEmitter::weigh(const Group& g, Buffers& b, const Horizon& after) {
  const Pattern run = Pattern::row(u32(t_.keys));
  const int n = g.partitions();
  const isa::Access powers = sbuf_access(b.powers.offset, 0, n, DType::fp32, run);
  const Horizon inverse =
      e_.emit(Engine::vector, isa::Reciprocal{.dst = column(g, b, 2), .src = column(g, b, 1)}, after);
  const isa::Access weights = sbuf_access(b.weights.offset, 0, n, e_.program.compute, run);
  isa::TensorScalar scale{.dst = weights,
                          .src = powers,
                          .op0 = AluOp::multiply,
                          .s0 = ScalarOperand::vector(column(g, b, 2)),
                          .op1 = AluOp::bypass,
                          .s1 = ScalarOperand::imm(0)};
  const Horizon done = e_.emit(Engine::vector, scale, inverse + after + b.weights.free());
  b.powers.used = b.columns.used = done;
  b.weights.written = done;
  return done;
}

/// Out of PSUM by the scalar engine: the vector engine has more to do here.
Horizon AttentionEmitter::move_out(const isa::Access& dst, const isa::Access& psum, const Horizon& after) {
  e_.evict_on_vector = true;
  return evict(e_, {}, dst, psum, 1, ScalarOperand::imm(0), dst, after);
}

/// b.turned = transpose(b.weights): keys on partitions.
Horizon AttentionEmitter::turn(const Group& g, Buffers& b, const Horizon& after) {
  const int n = g.partitions();
  const std::int64_t wide = std::int64_t{t_.pack} * t_.row_tile;
  const Horizon free = b.turned.free();
  Horizon all_done, read;
  for (std::int64_t key = 0; key < t_.keys; key += columns_) {
    const int count = static_cast<int>(std::min<std::int64_t>(columns_, t_.keys - key)), bank = e_.psum.take();
    const isa::Access src = sbuf_access(b.weights.offset + key * size_of(e_.program.compute), 0, n, e_.program.compute,
                                        Pattern::row(u32(count)));
    const isa::Access psum = psum_access(e_.chip, bank, count, Pattern::row(u32(n)));
    const Horizon turned = transpose(e_, psum, src, after + e_.psum.free(bank));
    read.merge(turned);
    const isa::Access dst = sbuf_access(b.turned.offset + key / all_ * wide * size_of(e_.program.compute),
                                        static_cast<int>(key % all_), count, e_.program.compute, Pattern::row(u32(n)));
    const Horizon done = move_out(dst, psum, turned + free);
    e_.psum.free(bank) = done;
    all_done.merge(done);
  }
  b.weights.used = read;
  b.turned.written = all_done;
  return all_done;
}

/// Slots [slot, slot + slots) of the product hold whole heads or a part of one; each row belongs to one head.
void AttentionEmitter::evict_heads(const Group& g, const Sequence& s, const isa::Access& psum, std::int64_t slot,
                                   std::int64_t slots, const Horizon& after, int bank) {
  Horizon done;
  for (std::int64_t h = 0; h < g.heads; ++h) {
    const std::int64_t first = std::max((g.head + h) * t_.pitch, slot),
                       last = std::min((g.head + h + 1) * t_.pitch, slot + slots);
    if (first >= last) continue;
    isa::Access part = psum;
    part.start_partition = static_cast<std::uint8_t>(first - slot);
    part.partitions = static_cast<std::uint16_t>(last - first);
    part.offset += h * g.rows * 4;
    part.free = Pattern::row(u32(g.rows));
    const isa::Access dst = y_.at_features(s.y, first, part.partitions, g.row * t_.y_rows.step,
                                           Pattern::row(u32(g.rows), static_cast<std::int32_t>(t_.y_rows.step)));
    const Horizon moved = move_out(dst, part, after + y_.free(s.y));
    y_.wrote(s.y, first / all_, moved);
    done.merge(moved);
  }
  e_.psum.free(bank) = done;
}

void AttentionEmitter::values(const Group& g, const Sequence& s, Buffers& b, const Horizon& after) {
  const std::int64_t wide = std::int64_t{t_.pack} * t_.row_tile, first = g.head * t_.pitch,
                     end = first + g.heads * t_.pitch;
  Horizon used;
  for (std::int64_t slot = first; slot < end;) {
    // as many slots as the array has columns, inside one block of features
    const std::int64_t slots = std::min({std::int64_t{columns_}, end - slot, all_ - slot % all_});
    const int bank = e_.psum.take();
    const isa::Access psum = psum_access(e_.chip, bank, static_cast<int>(slots), Pattern::row(u32(g.partitions())));
    Horizon done;
    for (std::int64_t block = 0; block < key_blocks_; ++block) {
      const Piece& v = s.v[static_cast<std::size_t>(block)];
      const int keys = static_cast<int>(v.rows);
      done = contract(e_, psum, v_.at_tokens(v, 0, keys, slot, Pattern::row(u32(slots))),
                      sbuf_access(b.turned.offset + block * wide * size_of(e_.program.compute), 0, keys,
                                  e_.program.compute, Pattern::row(u32(g.partitions()))),
                      block > 0, v_.ready(v, v.block), after + (block == 0 ? e_.psum.free(bank) : Horizon{}));
      v_.done(v, done);
    }
    used.merge(done);
    evict_heads(g, s, psum, slot, slots, done, bank);
    slot += slots;
  }
  b.turned.used = used;
}

void AttentionEmitter::take_banks(Step& step) {
  const std::int64_t per_bank = e_.chip.psum.bank_bytes / 4;
  step.banks = static_cast<int>((t_.keys + per_bank - 1) / per_bank);
  step.bank = step.banks == 1 ? e_.psum.hold() : e_.psum.take_run(step.banks == 3 ? 4 : step.banks);
  step.x = psum_access(e_.chip, step.bank, step.group.partitions(), Pattern::row(u32(t_.keys)));
}

void AttentionEmitter::free_banks(const Step& step) {
  for (int i = 0; i < step.banks; ++i) e_.psum.free(step.bank + i) = step.ready;
  e_.psum.release(step.bank);
}

void AttentionEmitter::perform(Part part, Step& step) {
  const Sequence& s = sequences_[step.sequence];
  Buffers& b = buffers_[step.buffers];
  switch (part) {
    case Part::scores:
      take_banks(step);
      step.ready = scores(step.group, s, b, step.x, step.bank, step.banks);
      return;
    case Part::largest: step.ready = largest(step, b); return;
    case Part::powers:
      step.ready = powers(step, b);
      if (t_.mask == kNoTensor) free_banks(step);
      return;
    case Part::weigh: step.ready = weigh(step.group, b, step.ready); return;
    case Part::turn: step.ready = turn(step.group, b, step.ready); return;
    case Part::values:
      values(step.group, s, b, step.ready);
      if (step.last) y_.finish(s.y);
      return;
  }
}

void AttentionEmitter::advance() {
  for (int lag = lag_.back(); lag >= 0; --lag) {
    if (steps_.size() <= static_cast<std::size_t>(lag)) continue;
    auto& step = steps_[steps_.size() - 1 - static_cast<std::size_t>(lag)];
    for (int part = 0; step && part < kParts; ++part)
      if (lag_[static_cast<std::size_t>(part)] == lag) perform(static_cast<Part>(part), *step);
  }
}

void AttentionEmitter::begin_sequence(std::int64_t batch) {
  Sequence s;
  s.q = q_.features(t_.q_rows.at(batch, 0), range(t_.q_rows));
  s.k = k_.features(t_.k_rows.at(batch, 0), range(t_.k_rows));
  s.y = y_.features(t_.y_rows.at(batch, 0), range(t_.y_rows), t_.y_rows.step);
  for (std::int64_t block = 0; block < key_blocks_; ++block) s.v.push_back(v_.tokens(batch * key_blocks_ + block));
  sequences_.push_back(std::move(s));
}

Generator AttentionEmitter::run() {
  const auto drain = [&] {
    for (int i = 0; i < lag_.back(); ++i) steps_.emplace_back(), advance();
  };
  const std::int64_t groups = (t_.heads + t_.pack - 1) / t_.pack * ((t_.rows + t_.row_tile - 1) / t_.row_tile);
  for (std::int64_t batch = 0; batch < t_.batch; ++batch) {
    if (batch > 0 && groups <= lag_.back()) drain();  // values and results have room for two sequences
    begin_sequence(batch);
    for (std::int64_t head = 0; head < t_.heads; head += t_.pack)
      for (std::int64_t row = 0; row < t_.rows; row += t_.row_tile) {
        Step step;
        step.group = {batch, head, std::min<std::int64_t>(t_.pack, t_.heads - head), row,
                      std::min<std::int64_t>(t_.row_tile, t_.rows - row)};
        step.sequence = static_cast<std::size_t>(batch);
        step.buffers = steps_.size() % buffers_.size();
        step.last = head + t_.pack >= t_.heads && row + t_.row_tile >= t_.rows;
        steps_.emplace_back(step);
        advance();
        co_yield 0;
      }
  }
  drain();
}

}  // namespace

Generator emit_attention(Emission& e, const AttentionTile& t) { return drive<AttentionEmitter>(e, t); }

}  // namespace inf::compiler
