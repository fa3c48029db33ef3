#include <algorithm>
#include <array>
#include <cstring>

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

}  // namespace

// ---- dma_copy: linear order on both sides
// ------------------------------------------------------------------------------------------
void execute(const isa::DmaCopy& inst, arch::Engine, Memories& memory, EngineState&) {
  RunWalker dst(memory, inst.dst), src(memory, inst.src);
  const bool raw = inst.dst.dtype == inst.src.dtype && !inst.accumulate;
  const std::int64_t size = size_of(inst.dst.dtype);
  for (std::int64_t left = inst.dst.elements(); left > 0;) {
    std::int64_t n = std::min({left, dst.left(), src.left()});
    if (raw) {
      std::memcpy(dst.data(), src.data(), static_cast<std::size_t>(n * size));
    } else {
      n = std::min(n, kChunk);
      convert(dst.data(), inst.dst.dtype, src.data(), inst.src.dtype, n, inst.accumulate);
    }
    left -= n;
    if (left == 0) break;
    dst.skip(n);
    src.skip(n);
  }
}

/// The trigger takes DmaSpec::trigger_ns of the sequencer; the transfer's own cost is its plan's (dma_plan.h).
Cost cost(const isa::DmaCopy&, arch::Engine, const arch::ChipSpec&) { return {}; }

}  // namespace inf::sim
