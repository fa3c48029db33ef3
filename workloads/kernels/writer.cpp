#include "workloads/kernels/writer.h"

#include <fmt/core.h>

#include "isa/base/error.h"

namespace inf::workloads {

using arch::Engine;
using compiler::Horizon;
using compiler::Line;

namespace {

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

constexpr Line line_of(Queue queue) {
  switch (queue) {
    case Queue::reads: return Line::load;
    case Queue::more_reads: return Line::weights;
    case Queue::writes: return Line::store;
  }
  return Line::load;
}

}  // namespace

Tile Tile::cols(std::int64_t first, std::int64_t count) const { return with(row(count), first); }

Tile Tile::parts(int first, int count) const {
  Tile t = *this;
  if (at.memory == isa::Memory::dram)
    t.at.offset += first * at.partition_step;
  else
    t.at.start_partition = static_cast<std::uint8_t>(at.start_partition + first);
  t.at.partitions = static_cast<std::uint16_t>(count);
  return t;
}

Tile Tile::with(const Pattern& free, std::int64_t first) const {
  Tile t = *this;
  t.at.free = free;
  t.at.offset += first * size_of(at.dtype);
  return t;
}

Tile Tile::as(DType dtype) const {
  Tile t = *this;
  t.at.dtype = dtype;
  return t;
}

Scalar::Scalar(const Tile& t) : operand(isa::ScalarOperand::vector(t.at)), place(t.place) {}

Tile Writer::dram(std::string_view tensor, std::int64_t start, int partitions, std::int64_t row_step,
                  const Pattern& free) {
  if (tensors_.empty()) tensors_.resize(image_.tensors.size());
  for (std::size_t i = 0; i < image_.tensors.size(); ++i) {
    const isa::TensorEntry& t = image_.tensors[i];
    if (t.name != tensor) continue;
    isa::Access a;
    a.memory = isa::Memory::dram;
    a.dtype = t.dtype;
    a.partitions = static_cast<std::uint16_t>(partitions);
    a.offset = t.offset + start * size_of(t.dtype);
    a.partition_step = partitions > 1 ? row_step * size_of(t.dtype) : 0;
    a.free = free;
    return {a, &tensors_[i]};
  }
  throw Error(ErrorKind::internal, image_.name, fmt::format("has no tensor '{}'", tensor));
}

Tile Writer::spill(std::string_view tensor, std::int64_t start, int partitions, std::int64_t row_step,
                   const Pattern& free) {
  Tile t = dram(tensor, start, partitions, row_step, free);
  t.place = &new_place();
  return t;
}

Place& Writer::new_place() {
  Place& place = places_.emplace_back();
  place.free = before_;
  return place;
}

Writer::Scope::Scope(Writer& writer) : writer_(writer), sbuf_(writer.sbuf_used_), places_(writer.places_.size()) {}

Writer::Scope::~Scope() {
  for (std::size_t i = places_; i < writer_.places_.size(); ++i) {
    const Place& p = writer_.places_[i];
    writer_.before_.merge(p.free).merge(p.written).merge(p.used);
  }
  writer_.sbuf_used_ = sbuf_;
}

std::int64_t Writer::take_sbuf(std::int64_t bytes) {
  constexpr std::int64_t kAlign = 64;
  const std::int64_t offset = sbuf_used_;
  sbuf_used_ += (bytes + kAlign - 1) / kAlign * kAlign;
  if (sbuf_used_ > chip_.sbuf_usable())
    throw Error(
        ErrorKind::unsupported, image_.name,
        fmt::format("needs {} bytes of each SBUF partition, {} has {}", sbuf_used_, chip_.name, chip_.sbuf_usable()),
        {"the kernel's tiles are sized for NeuronCore-v2"});
  return offset;
}

namespace {

isa::Access sbuf_access(std::int64_t offset, DType dtype, std::int64_t columns, int partitions) {
  isa::Access a;
  a.memory = isa::Memory::sbuf;
  a.dtype = dtype;
  a.partitions = static_cast<std::uint16_t>(partitions);
  a.offset = offset;
  a.free = row(columns);
  return a;
}

/// What held the buffer before must be over before it is written again.
void start_over(Place& place) {
  place.free.merge(place.written).merge(place.used);
  place.written = {};
  place.used = {};
}

}  // namespace

Tile Writer::sbuf(DType dtype, std::int64_t columns, int partitions) {
  return {sbuf_access(take_sbuf(columns * size_of(dtype)), dtype, columns, partitions), &new_place()};
}

void Writer::run(Engine engine, isa::Operation op, std::initializer_list<const Place*> reads,
                 std::initializer_list<Place*> writes) {
  Horizon after;
  for (const Place* p : reads)
    if (p) after.merge(p->written);
  for (const Place* p : writes) after.merge(p->free).merge(p->used);
  const Horizon done = streams_.emit(engine, std::move(op), after);
  for (const Place* p : reads)
    if (p) const_cast<Place*>(p)->used.merge(done);
  for (Place* p : writes) p->written.merge(done);
}

/// Loads are triggered by the sync engine, which has nothing else to do; stores by gpsimd, so that a store that waits
/// for its data holds no load up.
void Writer::copy(const Tile& dst, const Tile& src, Queue queue) {
  const Horizon after = src.place->written + dst.place->free + dst.place->used;
  const Horizon done = streams_.copy(queue == Queue::writes ? Engine::gpsimd : Engine::sync, line_of(queue),
                                     isa::DmaCopy{.dst = dst.at, .src = src.at}, after);
  src.place->used.merge(done);
  dst.place->written.merge(done);
}

void Writer::load_stationary(const Tile& weights) {
  run(Engine::tensor, isa::LoadStationary{.src = weights.at}, {weights.place}, {});
}

void Writer::multiply(const Tile& psum, const Tile& stationary, const Tile& moving, bool accumulate) {
  isa::Matmul mm{.dst = psum.at, .moving = moving.at};
  mm.accumulate = accumulate;
  Horizon after = moving.place->written;
  if (!accumulate) after.merge(psum.place->free).merge(psum.place->used);
  const Horizon done = streams_.emit(Engine::tensor, mm, after);
  stationary.place->used.merge(done);
  moving.place->used.merge(done);
  psum.place->written.merge(done);
}

void Writer::transpose(const Tile& psum, const Tile& src) {
  run(Engine::tensor, isa::Transpose{.dst = psum.at, .src = src.at}, {src.place}, {psum.place});
}

void Writer::activation(const Tile& dst, numerics::ActFn function, const Tile& src, const Scalar& scale,
                        const Scalar& bias) {
  run(Engine::scalar,
      isa::Activation{.dst = dst.at, .src = src.at, .function = function, .scale = scale.operand, .bias = bias.operand},
      {src.place, scale.place, bias.place}, {dst.place});
}

void Writer::activation_sum(const Tile& dst, const Tile& sum, numerics::ActFn function, const Tile& src,
                            const Scalar& scale) {
  isa::Activation act{
      .dst = dst.at, .src = src.at, .function = function, .scale = scale.operand, .bias = isa::ScalarOperand::imm(0)};
  act.reduce = isa::ReduceCommand::reset_reduce;
  run(Engine::scalar, act, {src.place, scale.place}, {dst.place});
  run(Engine::scalar, isa::ActivationRead{.dst = sum.at}, {}, {sum.place});
}

void Writer::tensor_tensor(const Tile& dst, const Tile& a, numerics::AluOp op, const Tile& b, Engine engine) {
  run(engine, isa::TensorTensor{.dst = dst.at, .a = a.at, .b = b.at, .op = op}, {a.place, b.place}, {dst.place});
}

void Writer::tensor_scalar(const Tile& dst, const Tile& src, numerics::AluOp op0, const Scalar& s0, numerics::AluOp op1,
                           const Scalar& s1) {
  run(Engine::vector,
      isa::TensorScalar{.dst = dst.at, .src = src.at, .op0 = op0, .s0 = s0.operand, .op1 = op1, .s1 = s1.operand},
      {src.place, s0.place, s1.place}, {dst.place});
}

void Writer::tensor_copy(const Tile& dst, const Tile& src, Engine engine) {
  run(engine, isa::TensorCopy{.dst = dst.at, .src = src.at}, {src.place}, {dst.place});
}

void Writer::tensor_reduce(const Tile& dst, const Tile& src, numerics::AluOp op, int axes) {
  run(Engine::vector,
      isa::TensorReduce{.dst = dst.at, .src = src.at, .op = op, .axes = static_cast<std::uint8_t>(axes)}, {src.place},
      {dst.place});
}

void Writer::scan(const Tile& dst, const Tile& a, const Tile& b, const Scalar& initial) {
  run(Engine::vector,
      isa::TensorTensorScan{.dst = dst.at,
                            .a = a.at,
                            .b = b.at,
                            .initial = initial.operand,
                            .op0 = numerics::AluOp::multiply,
                            .op1 = numerics::AluOp::add},
      {a.place, b.place, initial.place}, {dst.place});
}

void Writer::memset(const Tile& dst, float value, Engine engine) {
  run(engine, isa::Memset{.dst = dst.at, .value = value}, {}, {dst.place});
}

TilePool::TilePool(Writer& writer, std::int64_t bytes, int depth) : offset_(0), bytes_((bytes + 63) / 64 * 64) {
  offset_ = writer.take_sbuf(bytes_ * depth);
  for (int i = 0; i < depth; ++i) places_.push_back(&writer.new_place());
}

Tile TilePool::next(DType dtype, std::int64_t columns, int partitions) {
  Place* place = places_[next_];
  const auto offset = offset_ + static_cast<std::int64_t>(next_) * bytes_;
  next_ = (next_ + 1) % places_.size();
  start_over(*place);
  return {sbuf_access(offset, dtype, columns, partitions), place};
}

BankPool::BankPool(Writer& writer, int first, int count)
    : chip_(writer.chip()), first_(first), places_(static_cast<std::size_t>(count)) {}

Tile BankPool::next(std::int64_t columns, int partitions) {
  isa::Access a;
  a.memory = isa::Memory::psum;
  a.dtype = DType::fp32;
  a.partitions = static_cast<std::uint16_t>(partitions);
  a.offset = (first_ + static_cast<std::int64_t>(next_)) * chip_.psum.bank_bytes;
  a.free = row(columns);
  Place& place = places_[next_];
  next_ = (next_ + 1) % places_.size();
  start_over(place);
  return {a, &place};
}

}  // namespace inf::workloads
