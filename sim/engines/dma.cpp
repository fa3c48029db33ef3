#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "isa/base/error.h"
#include "isa/program/table_rows.h"
#include "sim/engines/dma_plan.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

/// Walks an access in linear order (partition outermost) as contiguous runs.
class RunWalker {
 public:
  RunWalker(Memories& memory, const isa::Access& a)
      : base_(memory.base(a)), pitch_(memory.pitch(a)), size_(size_of(a.dtype)), partitions_(a.partitions) {
    run_ = 1;
    int d = 3;
    for (; d >= 0; --d) {
      const Dim& dim = a.free.dims[static_cast<std::size_t>(d)];
      if (dim.count == 1) continue;
      if (dim.step != run_) break;
      run_ *= dim.count;
    }
    // The dimensions that remain are walked one by one.
    for (int i = 0; i <= d; ++i) outer_[static_cast<std::size_t>(i)] = a.free.dims[static_cast<std::size_t>(i)];
    open();
  }
  std::byte* data() const { return at_; }
  std::int64_t left() const { return left_; }  ///< elements to the end of the run
  void skip(std::int64_t elements) {
    at_ += elements * size_;
    left_ -= elements;
    if (left_ == 0) advance();
  }

 private:
  void open() {
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < 4; ++i) offset += std::int64_t{outer_[i].step} * index_[i];
    at_ = base_ + partition_ * pitch_ + offset * size_;
    left_ = run_;
  }
  void advance() {
    int d = 3;
    for (; d >= 0; --d) {
      const auto i = static_cast<std::size_t>(d);
      if (++index_[i] < outer_[i].count) break;
      index_[i] = 0;
    }
    if (d < 0 && ++partition_ == partitions_) return;
    open();
  }

  std::byte* base_;
  std::int64_t pitch_, size_;
  int partitions_, partition_ = 0;
  std::array<Dim, 4> outer_{};
  std::array<std::uint32_t, 4> index_{};
  std::int64_t run_ = 1, left_ = 0;
  std::byte* at_ = nullptr;
};

constexpr std::int64_t kChunk = 4096;

/// Through fp32: casts, and the addition at the destination.
void convert(std::byte* dst, DType to, const std::byte* src, DType from, std::int64_t n, bool accumulate) {
  const Pattern row = Pattern::row(static_cast<std::uint32_t>(n));
  float* values = scratch_row(0, n);
  numerics::widen(from, src, row, values);
  if (accumulate) {
    float* old = scratch_row(1, n);
    numerics::widen(to, dst, row, old);
    numerics::alu_rows(numerics::AluOp::add, old, values, 0, false, n, values);
  }
  numerics::narrow(to, values, row, dst);
}

/// Linear order on both sides.
void transfer(const isa::Access& to, const isa::Access& from, bool accumulate, Memories& memory) {
  RunWalker dst(memory, to), src(memory, from);
  const bool raw = to.dtype == from.dtype && !accumulate;
  const std::int64_t size = size_of(to.dtype);
  for (std::int64_t left = to.elements(); left > 0;) {
    std::int64_t n = std::min({left, dst.left(), src.left()});
    if (raw) {
      std::memcpy(dst.data(), src.data(), static_cast<std::size_t>(n * size));
    } else {
      n = std::min(n, kChunk);
      convert(dst.data(), to.dtype, src.data(), from.dtype, n, accumulate);
    }
    left -= n;
    if (left == 0) break;
    dst.skip(n);
    src.skip(n);
  }
}

/// One partition of an access.
isa::Access one_partition(isa::Access a, int p) {
  if (a.memory == isa::Memory::dram)
    a.offset += p * a.partition_step;
  else
    a.start_partition = static_cast<std::uint8_t>(a.start_partition + p);
  a.partitions = 1;
  return a;
}

/// Calls move(row of the table, partition of `rows`) for each index, partitions in ascending order.
template <class Move>
void for_each_row(const isa::Access& table, const isa::Access& rows, const isa::Access& index, std::uint32_t limit,
                  Memories& memory, Move move) {
  const isa::TableRows split = *isa::split_rows(table.free, rows.elements_per_partition());
  isa::Access row = table;
  row.free = split.row;
  for (int p = 0; p < rows.partitions; ++p) {
    std::uint32_t bits;
    read_words(memory, index, p, &bits);
    const auto i = static_cast<std::int32_t>(bits);
    if (i < 0 || i >= std::int64_t{limit})
      throw Error(ErrorKind::illegal_instruction, "",
                  "index[" + std::to_string(p) + "] = " + std::to_string(i) + " is outside 0.." +
                      std::to_string(std::int64_t{limit} - 1),
                  {"every index must name a row of the table; check the data that the indices come from"});
    row.offset = table.offset + split.start_of(i) * size_of(table.dtype);
    move(row, one_partition(rows, p));
  }
}

}  // namespace

// ---- dma_copy: linear order on both sides
// ------------------------------------------------------------------------------------------
void execute(const isa::DmaCopy& inst, arch::Engine, Memories& memory, EngineState&) {
  transfer(inst.dst, inst.src, inst.accumulate, memory);
}

namespace {

/// What gpsimd spends on building the descriptors; the transfer's own cost is its plan's.
Cost descriptor_cost(const DmaMove& move, bool dynamic, const arch::ChipSpec& chip) {
  const Cycles interval = arch::indirect_dma_interval(chip, descriptors(move), dynamic);
  return {interval, interval};
}

}  // namespace

/// The trigger takes DmaSpec::trigger_ns of the sequencer where the descriptors stand in device memory since the
/// program was loaded; an address from a register has gpsimd build them.
Cost cost(const isa::DmaCopy& inst, arch::Engine, const arch::ChipSpec& chip) {
  const bool dynamic = shape_of(inst.dst).dynamic || shape_of(inst.src).dynamic;
  return dynamic ? descriptor_cost(move_of(inst), true, chip) : Cost{};
}

// ---- dma_gather: dst row p = table row index[p]
// ------------------------------------------------------------------------------------
void execute(const isa::DmaGather& inst, arch::Engine, Memories& memory, EngineState&) {
  for_each_row(inst.table, inst.dst, inst.index, inst.limit, memory,
               [&](const isa::Access& row, const isa::Access& dst) { transfer(dst, row, false, memory); });
}

Cost cost(const isa::DmaGather& inst, arch::Engine, const arch::ChipSpec& chip) {
  return descriptor_cost(move_of(inst), shape_of(inst.dst).dynamic || shape_of(inst.table).dynamic, chip);
}

// ---- dma_scatter: table row index[p] = or += src row p
// ------------------------------------------------------------------------------------
void execute(const isa::DmaScatter& inst, arch::Engine, Memories& memory, EngineState&) {
  for_each_row(inst.table, inst.src, inst.index, inst.limit, memory,
               [&](const isa::Access& row, const isa::Access& src) { transfer(row, src, inst.accumulate, memory); });
}

Cost cost(const isa::DmaScatter& inst, arch::Engine, const arch::ChipSpec& chip) {
  return descriptor_cost(move_of(inst), shape_of(inst.src).dynamic || shape_of(inst.table).dynamic, chip);
}

}  // namespace inf::sim
