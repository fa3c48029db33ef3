#include "workloads/kernels/depthwise.h"

#include <optional>

namespace inf::workloads {
namespace {

using compiler::Generator;
using numerics::AluOp;
using Role = isa::TensorEntry::Role;

constexpr std::int64_t kLanes = 128, kFp32 = 4;
constexpr std::int64_t kReduced = 4;  // results that one reduction makes, where products are made one by one
constexpr std::int64_t kBlock = 128;  // results that one instruction makes, where they are made in blocks

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

/// `results` neighbours, each with its window of `taps`.
Pattern windows(std::int64_t results, std::int64_t taps, std::int32_t step) {
  return Pattern::grid(Dim{step, static_cast<std::uint32_t>(results)}, Dim{1, static_cast<std::uint32_t>(taps)});
}

/// 128 channels of one image: what they read, and what they make.
struct Lanes {
  Tile in, weights, out;
};

struct Pools {
  TilePool in, weights, out;
  Pools(Writer& w, const DepthwiseSizes& s)
      : in(w, (s.width + s.taps - 1) * kFp32, 2), weights(w, s.taps * kFp32, 2), out(w, s.width * kFp32, 2) {}
  Lanes next(Writer& w, const DepthwiseSizes& s, std::int64_t image, std::int64_t channel) {
    const std::int64_t wide = s.width + s.taps - 1;
    const Lanes lanes{in.next(DType::fp32, wide), weights.next(DType::fp32, s.taps), out.next(DType::fp32, s.width)};
    w.load(lanes.in, w.dram("in", (image * s.channels + channel) * wide, kLanes, wide, row(wide)));
    w.load(lanes.weights, w.dram("weights", channel * s.taps, kLanes, s.taps, row(s.taps)), Queue::more_reads);
    return lanes;
  }
};

Tile out_at(Writer& w, const DepthwiseSizes& s, std::int64_t image, std::int64_t channel) {
  return w.dram("out", (image * s.channels + channel) * s.width, kLanes, s.width, row(s.width));
}

Generator by_element(Writer& w, DepthwiseSizes s) {
  Pools pools(w, s);
  TilePool products(w, kReduced * s.taps * kFp32, 2);
  for (std::int64_t image = 0; image < s.batch; ++image)
    for (std::int64_t channel = 0; channel < s.channels; channel += kLanes) {
      const Lanes l = pools.next(w, s, image, channel);
      for (std::int64_t x = 0; x < s.width; x += kReduced) {
        const Tile p = products.next(DType::fp32, kReduced * s.taps);
        for (std::int64_t i = 0; i < kReduced; ++i)
          w.tensor_tensor(p.cols(i * s.taps, s.taps), l.in.cols(x + i, s.taps), AluOp::multiply, l.weights);
        const auto taps = static_cast<std::int32_t>(s.taps);
        w.tensor_reduce(l.out.cols(x, kReduced), p.with(windows(kReduced, s.taps, taps)), AluOp::add, 1);
        co_yield 0;
      }
      w.store(out_at(w, s, image, channel), l.out);
    }
}

Generator by_block(Writer& w, DepthwiseSizes s) {
  Pools pools(w, s);
  TilePool products(w, kBlock * s.taps * kFp32, 3);
  const auto taps = static_cast<std::int32_t>(s.taps);
  for (std::int64_t image = 0; image < s.batch; ++image)
    for (std::int64_t channel = 0; channel < s.channels; channel += kLanes) {
      const Lanes l = pools.next(w, s, image, channel);
      // The products of a block are under way while those of the block before are added up.
      std::optional<Tile> before;
      for (std::int64_t x = 0; x < s.width; x += kBlock) {
        const Tile p = products.next(DType::fp32, kBlock * s.taps).with(windows(kBlock, s.taps, taps));
        w.tensor_tensor(p, l.in.with(windows(kBlock, s.taps, 1), x), AluOp::multiply,
                        l.weights.with(windows(kBlock, s.taps, 0)));
        if (before) w.tensor_reduce(l.out.cols(x - kBlock, kBlock), *before, AluOp::add, 1);
        before = p;
      }
      w.tensor_reduce(l.out.cols(s.width - kBlock, kBlock), *before, AluOp::add, 1);
      w.store(out_at(w, s, image, channel), l.out);
      co_yield 0;
    }
}

std::vector<KernelTensor> tensors(const DepthwiseSizes& s) {
  return {{"in", Role::input, DType::fp32, {s.batch, s.channels, s.width + s.taps - 1}},
          {"weights", Role::input, DType::fp32, {s.channels, s.taps}},
          {"out", Role::output, DType::fp32, {s.batch, s.channels, s.width}}};
}

}  // namespace

Kernel depthwise_by_element(const DepthwiseSizes& s) {
  return {"depthwise-by-element", tensors(s), [s](Writer& w) { return by_element(w, s); }};
}
Kernel depthwise_by_block(const DepthwiseSizes& s) {
  return {"depthwise-by-block", tensors(s), [s](Writer& w) { return by_block(w, s); }};
}

}  // namespace inf::workloads
