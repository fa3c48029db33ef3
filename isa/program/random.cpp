#include "isa/program/random.h"

#include <algorithm>
#include <bit>

#include "isa/base/error.h"
#include "isa/program/random_operands.h"
#include "isa/program/rules.h"
#include "isa/program/validate.h"

namespace inf::isa {
namespace {

using numerics::AluOp;

constexpr AluOp kArithmetic[] = {AluOp::add, AluOp::subtract, AluOp::multiply, AluOp::max,
                                 AluOp::min, AluOp::eq,       AluOp::power,    AluOp::abs_max};
constexpr AluOp kAccumulate[] = {AluOp::add, AluOp::subtract, AluOp::multiply, AluOp::max, AluOp::min};
constexpr AluOp kBits[] = {AluOp::bitwise_and, AluOp::bitwise_or, AluOp::bitwise_xor, AluOp::shift_left,
                           AluOp::shift_right};
constexpr AluOp kReductions[] = {AluOp::add, AluOp::max, AluOp::min, AluOp::multiply, AluOp::logical_or};
constexpr AluOp kComparisons[] = {AluOp::eq, AluOp::ne, AluOp::ge, AluOp::gt, AluOp::le, AluOp::lt};

/// Fills one instruction. Every member picks within the limits of rules.h.
class Maker : private RandomOperands {
 public:
  using RandomOperands::RandomOperands;

  void fill(LoadStationary& op) {
    op.src = access(kSbuf, between(1, chip_.tensor.rows), between(1, chip_.tensor.columns), pick(chip_.tensor.dtypes));
  }
  void fill(Matmul& op) {
    const std::int64_t n = between(1, chip_.tensor.max_moving);
    op.moving = access(kSbuf, between(1, chip_.tensor.rows), n, pick(chip_.tensor.dtypes));
    op.dst = in_bank(between(1, chip_.tensor.columns), n, op.moving.dtype == DType::int8 ? DType::int32 : DType::fp32);
    op.accumulate = coin();
  }
  void fill(Transpose& op) {
    const std::int64_t p = between(1, chip_.tensor.rows), f = between(1, chip_.tensor.columns);
    op.src = access(kSbuf, p, f, pick(chip_.tensor.dtypes));
    op.dst = in_bank(f, p, DType::fp32);
  }
  void fill(Activation& op) {
    pair(op.dst, op.src, kOnChip);
    op.function = static_cast<numerics::ActFn>(between(0, numerics::kActFns - 1));
    op.scale = scalar(op.dst, DType::fp32);
    op.bias = op.function == numerics::ActFn::reciprocal ? ScalarOperand::imm(0) : scalar(op.dst, DType::bf16);
    op.alpha = real();
    op.reduce = static_cast<ReduceCommand>(between(0, 3));
  }
  void fill(ActivationRead& op) { op.dst = access(kOnChip, partitions(), 1, any()); }
  void fill(TensorCopy& op) { pair(op.dst, op.src, kOnChip); }
  void fill(Memset& op) { op.dst = access(kOnChip, partitions(), elements(), any()), op.value = real(); }
  void fill(TensorTensor& op) {
    const bool bits = coin();
    op.op = bits ? pick(kBits) : pick(kArithmetic);
    const DType type = bits ? pick(kIntegers) : any();
    triple(op, type, bits ? type : any(), bits ? type : any());
  }
  void fill(TensorScalar& op) {
    const bool bits = coin();
    const DType type = bits ? pick(kIntegers) : any();
    const std::int64_t p = partitions(), n = elements();
    op.src = access(kOnChip, p, n, type);
    op.dst = access(kOnChip, p, n, bits ? type : any());
    op.op0 = bits ? pick(kBits) : pick(kArithmetic);
    op.op1 = coin() ? AluOp::bypass : bits ? pick(kBits) : pick(kArithmetic);
    op.s0 = scalar(op.dst, bits ? type : DType::fp32);
    op.s1 = scalar(op.dst, bits ? type : DType::fp32);
    op.reverse0 = coin(), op.reverse1 = coin();
  }
  void fill(TensorScalarReduce& op) {
    pair(op.dst, op.src, kOnChip);
    op.result = access(kOnChip, op.dst.partitions, 1, DType::fp32);
    op.op0 = pick(kArithmetic), op.op1 = pick(kAccumulate);
    op.s0 = scalar(op.dst, DType::fp32);
  }
  void fill(ScalarTensorTensor& op) {
    triple(op, any(), any(), any());
    op.op0 = pick(kArithmetic), op.op1 = pick(kArithmetic);
    op.s = scalar(op.dst, DType::fp32);
  }
  void fill(TensorReduce& op) {
    op.src = access(kOnChip, partitions(), elements(), any());
    op.axes = static_cast<std::uint8_t>(between(1, 4));
    std::int64_t outer = 1;
    for (std::size_t i = 0; i + op.axes < 4; ++i) outer *= op.src.free.dims[i].count;
    op.dst = access(kOnChip, op.src.partitions, outer, any());
    op.op = pick(kReductions);
    op.negate = coin();
  }
  void fill(TensorTensorScan& op) {
    triple(op, any(), any(), any());
    op.op0 = pick(kArithmetic), op.op1 = pick(kArithmetic);
    op.initial = scalar(op.dst, DType::fp32);
  }
  void fill(TensorScalarCumulative& op) {
    pair(op.dst, op.src, kOnChip);
    if (op.src.dtype == DType::int32) op.src.dtype = DType::fp32;
    op.op0 = pick(kArithmetic), op.op1 = pick(kAccumulate);
    op.s = scalar(op.dst, DType::fp32), op.initial = scalar(op.dst, DType::fp32);
  }
  void fill(TensorCopyPredicated& op) {
    constexpr DType kPred[] = {DType::uint8, DType::uint16, DType::uint32};
    const DType type = any();
    const std::int64_t p = partitions(), n = elements();
    op.dst = access(kOnChip, p, n, type), op.src = access(kOnChip, p, n, type);
    op.pred = access(kSbuf, p, n, pick(kPred));
    op.reverse = coin();
  }
  void fill(SelectReduce& op) {
    constexpr DType kPred[] = {DType::uint8, DType::uint16, DType::int8, DType::int16};
    const std::int64_t p = partitions(), n = elements();
    op.dst = access(kOnChip, p, n, any());
    op.result = access(kOnChip, p, 1, DType::fp32);
    op.a = access(kOnChip, p, n, DType::bf16);
    op.pred = access(kSbuf, p, n, pick(kPred));
    op.b = scalar(op.dst, DType::fp32);
  }
  void fill(BnStats& op) {
    op.src = access(kOnChip, partitions(), between(1, kBnStatsElements), any());
    op.dst = access(kOnChip, op.src.partitions, 6, DType::fp32);
  }
  void fill(BnAggr& op) {
    op.src = access(kOnChip, partitions(), 3 * between(1, 64), DType::fp32);
    op.dst = access(kOnChip, op.src.partitions, 2, DType::fp32);
  }
  void fill(Reciprocal& op) { pair(op.dst, op.src, kOnChip); }
  void fill(Max8& op) {
    op.src = access(kOnChip, partitions(), between(kMax8Least, 2048), any());
    op.dst = access(kOnChip, op.src.partitions, 8, any());
  }
  void fill(FindIndex8& op) {
    op.src = access(kOnChip, partitions(), elements(), any());
    op.values = access(kOnChip, op.src.partitions, 8, any());
    op.dst = access(kOnChip, op.src.partitions, 8, coin() ? DType::uint16 : DType::uint32);
  }
  void fill(MatchReplace8& op) {
    pair(op.dst, op.src, kOnChip);
    op.values = access(kOnChip, op.src.partitions, 8, any());
    op.replacement = real();
  }
  void fill(StreamShuffle& op) {
    grouped(op);
    for (std::uint8_t& m : op.mask)
      m = coin() ? kShuffleKeep : static_cast<std::uint8_t>(between(0, kShuffleGroup - 1));
  }
  void fill(Transpose32& op) { grouped(op); }
  void fill(Dropout& op) {
    const DType type = any();
    const std::int64_t p = partitions(), n = elements();
    op.dst = access(kOnChip, p, n, type), op.src = access(kOnChip, p, n, type);
    op.p = coin() ? ScalarOperand::imm(0.25f) : scalar(op.dst, DType::fp32);
    if (!op.p.is_access) op.p.immediate = 0.25f;
  }
  void fill(Rng& op) { op.dst = access(kOnChip, partitions(), elements(), pick(kIntegers)); }
  void fill(SetRngSeed& op) { op.seed = static_cast<std::uint32_t>(random_.next()); }
  void fill(Iota& op) {
    op.dst = access(kSbuf, partitions(), elements(), any());
    affine(op);
  }
  void fill(AffineSelect& op) {
    pair(op.dst, op.src, kSbuf);
    affine(op);
    op.op = pick(kComparisons), op.fill = real();
  }
  void fill(LocalGather& op) {
    const std::int64_t p = kGatherGroup * between(1, 8), indices = between(1, 8);
    const DType type = any();
    op.run = static_cast<std::uint8_t>(1 << between(0, 5));
    op.src = access(kSbuf, p, elements(), type);
    op.indices = access(kSbuf, p, indices, DType::uint16);
    op.dst = access(kSbuf, p, kGatherGroup * indices * op.run, type);
  }
  void fill(Gather& op) {
    const DType type = any();
    const std::int64_t p = partitions(), n = elements();
    op.src = access(kSbuf, p, elements(), type);
    op.dst = access(kSbuf, p, n, type), op.indices = access(kSbuf, p, n, DType::uint32);
  }
  void fill(PartitionReduce& op) {
    op.op = coin() ? AluOp::add : AluOp::max;
    op.src = access(kSbuf, partitions(), elements(), any());
    op.dst = access(kSbuf, 1, op.src.elements_per_partition(), any());
  }
  void fill(DmaCopy& op) {
    const std::int64_t p = partitions(), n = elements();
    op.src = access(kDmaReach, p, n, any());
    op.dst = access(kDmaReach, p, n, chip_.dma.casts ? any() : op.src.dtype);
    op.queue = static_cast<std::uint8_t>(between(0, chip_.dma.queues - 1));
    op.accumulate = chip_.dma.casts && coin();
  }
  void fill(DmaGather& op) { op.dst = by_row(op); }
  void fill(DmaScatter& op) {
    op.src = by_row(op);
    op.accumulate = coin();
  }
  void fill(Nop&) {}
  void fill(RegisterSet& op) { op.dst = any_register(), op.value = i32(); }
  void fill(RegisterAlu& op) {
    op.dst = any_register(), op.a = any_register(), op.b = any_register(),
    op.op = coin() ? pick(kAccumulate) : pick(kBits);
  }
  void fill(RegisterLoad& op) { op.dst = any_register(), op.src = access(kSbuf, 1, 1, DType::int32); }
  void fill(Loop& op) {
    op.counter = any_register(), op.start = i32(), op.stop = i32(),
    op.step = static_cast<std::uint32_t>(between(1, 1 << 20));
  }
  void fill(EndLoop&) {}
  void fill(Branch& op) {
    op.a = any_register(), op.b = any_register(), op.op = pick(kComparisons);
    op.skip = static_cast<std::uint16_t>(between(1, 65535));
  }

  Wait wait() {
    if (coin()) return {};
    return {true, static_cast<std::uint8_t>(between(0, chip_.semaphores.count - 1)), i32()};
  }
  Signal signal() {
    if (coin()) return {};
    return {true, static_cast<std::uint8_t>(between(0, chip_.semaphores.count - 1)),
            static_cast<SignalKind>(between(0, 2)), static_cast<std::int16_t>(between(-32768, 32767))};
  }

 private:
  void pair(Access& dst, Access& src, unsigned memories) {
    const std::int64_t p = partitions(), n = elements();
    dst = access(memories, p, n, any()), src = access(memories, p, n, any());
  }
  template <class Op>
  void triple(Op& op, DType a, DType b, DType dst) {
    const std::int64_t p = partitions(), n = elements();
    op.a = access(kOnChip, p, n, a);
    op.b = access(op.a.memory == Memory::psum ? kSbuf : kOnChip, p, n, b);
    op.dst = access(kOnChip, p, n, dst);
  }
  template <class Op>
  void grouped(Op& op) {
    const std::int64_t p = kShuffleGroup * between(1, 4), n = kShuffleGroup * between(1, 8);
    const DType type = any();
    op.dst = access(kOnChip, p, n, type), op.src = access(kOnChip, p, n, type);
  }
  /// Table, index, limit and queue of an indirect transfer; returns the side with a row on each partition.
  template <class Op>
  Access by_row(Op& op) {
    const std::int64_t p = partitions(), n = elements();
    const Pattern row = pattern(n);
    Pattern table = Pattern::row(static_cast<std::uint32_t>(n));
    if (row.dims[0].count == 1) table = row;  // three dimensions at most, one is for the rows
    table.dims[0].count = static_cast<std::uint32_t>(between(1, 100000));
    op.table = access(kDram, 1, 1, any());
    op.table.partition_step = 0;
    op.table.free = table;
    std::int32_t step = 1;
    for (std::size_t i = 4; i-- > 0;) {
      op.table.free.dims[i].step = step;
      step *= static_cast<std::int32_t>(op.table.free.dims[i].count);
    }
    op.limit = table.dims[0].count;
    op.index = access(kSbuf, p, 1, DType::int32);
    op.queue = static_cast<std::uint8_t>(between(0, chip_.dma.queues - 1));
    return access(kDmaReach, p, n, any());
  }
  template <class Op>
  void affine(Op& op) {
    op.offset = i32(), op.partition_multiplier = i32();
    for (std::int32_t& s : op.steps) s = i32();
  }
};

}  // namespace

std::uint64_t Random::next() {
  // SplitMix64.
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
}

bool has_instruction(const arch::ChipSpec& chip, Opcode code) {
  switch (code) {
    case Opcode::loop:
    case Opcode::end_loop:
    case Opcode::branch:
    case Opcode::register_load:
      if (!chip.sequencer.loops) return false;
      [[fallthrough]];
    case Opcode::register_set:
    case Opcode::register_alu:
      if (chip.sequencer.registers == 0) return false;
      break;
    default: break;
  }
  for (int e = 0; e < arch::kEngines; ++e)
    if ((engines(code) & engine_bit(static_cast<arch::Engine>(e))) != 0 && chip.has(static_cast<arch::Engine>(e)))
      return true;
  return false;
}

RandomInstruction random_instruction(Opcode code, Random& random, const arch::ChipSpec& chip) {
  if (!has_instruction(chip, code)) throw Error(ErrorKind::internal, "", chip.name + " has no " + name(code));
  Instruction instruction;
  Maker maker(random, chip);
  instruction.op = make_operation(index_of(static_cast<std::uint8_t>(code)));
  std::visit([&](auto& op) { maker.fill(op); }, instruction.op);
  for (Wait& wait : instruction.waits) wait = maker.wait();
  instruction.signal = maker.signal();

  bool psum = false, dynamic = false;
  const auto look = [&](const Access& a, const char*) {
    psum |= a.memory == Memory::psum;
    dynamic |= a.base_register != 0;
  };
  for_each_read(instruction.op, look);
  for_each_write(instruction.op, look);
  std::vector<arch::Engine> able;
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<arch::Engine>(e);
    if ((engines(code) & engine_bit(engine)) == 0 || !chip.has(engine)) continue;
    if (psum && engine == arch::Engine::gpsimd) continue;
    if (dynamic && dma_queue(instruction.op) && engine != arch::Engine::gpsimd) continue;
    able.push_back(engine);
  }
  return {instruction, able[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(able.size()) - 1))]};
}

}  // namespace inf::isa
