#include "workloads/kernels/products.h"

#include <string>

namespace inf::workloads {
namespace {

using arch::Engine;
using compiler::Generator;
using numerics::ActFn;
using numerics::AluOp;
using Role = isa::TensorEntry::Role;

constexpr std::int64_t kSide = 128, kColumns = 512, kFp32 = 4;

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

/// Tiles of 128 columns of `rows`, each turned by the tensor engine and evicted beside the others: what a product takes
/// as stationary operand.
void turn(Writer& w, BankPool& banks, const Tile& turned, const Tile& rows) {
  for (std::int64_t k = 0; k < rows.columns(); k += kSide) {
    const std::int64_t width = std::min(kSide, rows.columns() - k);
    const Tile bank = banks.next(kSide, static_cast<int>(width));
    w.transpose(bank, rows.cols(k, width));
    w.activation(turned.cols(k, kSide).parts(0, static_cast<int>(width)), ActFn::copy, bank);
  }
}

// ---- matmul ----

Generator matmul_tiles(Writer& w, ProductSizes s) {
  constexpr std::int64_t kBlock = 1024;
  const std::int64_t depth = s.k / kSide, width = std::min(kBlock, s.n);
  TilePool rows(w, s.k * kFp32, 2), turned(w, s.k * kFp32, 2), b(w, width * kFp32, 8), out(w, width * kFp32, 2);
  BankPool turns(w, 0, 2), sums(w, 2, 6);
  for (std::int64_t m = 0; m < s.m; m += kSide)
    for (std::int64_t n = 0; n < s.n; n += width) {
      const Tile a = rows.next(DType::fp32, s.k), at = turned.next(DType::fp32, s.k);
      w.load(a, w.dram("a", m * s.k, kSide, s.k, row(s.k)), Queue::more_reads);
      turn(w, turns, at, a);
      std::vector<Tile> sum;
      for (std::int64_t c = 0; c < width; c += kColumns) sum.push_back(sums.next(kColumns));
      for (std::int64_t k = 0; k < depth; ++k) {
        const Tile moving = b.next(DType::fp32, width);
        w.load(moving, w.dram("b", k * kSide * s.n + n, kSide, s.n, row(width)),
               k % 2 == 0 ? Queue::reads : Queue::more_reads);
        const Tile stationary = at.cols(k * kSide, kSide);
        w.load_stationary(stationary);
        for (std::size_t c = 0; c < sum.size(); ++c)
          w.multiply(sum[c], stationary, moving.cols(static_cast<std::int64_t>(c) * kColumns, kColumns), k > 0);
      }
      const Tile result = out.next(DType::fp32, width);
      for (std::size_t c = 0; c < sum.size(); ++c)
        w.activation(result.cols(static_cast<std::int64_t>(c) * kColumns, kColumns), ActFn::copy, sum[c]);
      w.store(w.dram("out", m * s.n + n, kSide, s.n, row(width)), result);
      co_yield 0;
    }
}

// ---- rmsnorm_matmul ----

Generator rmsnorm_tiles(Writer& w, ProductSizes s) {
  constexpr std::int64_t kKept = 5;  // tiles of x that serve both uses
  const std::int64_t depth = s.k / kSide, tiles = s.m / kSide;
  TilePool x(w, s.k * kFp32, 4), squares(w, s.k * kFp32, 1), turned(w, s.k * kFp32, 2), out(w, s.n * kFp32, 2);
  TilePool scales(w, kFp32, 2);
  BankPool turns(w, 0, 2), sums(w, 2, 6);
  std::vector<Tile> weights;
  for (std::int64_t k = 0; k < depth; ++k) {
    weights.push_back(w.sbuf(DType::fp32, s.n));
    w.load(weights.back(), w.dram("w", k * kSide * s.n, kSide, s.n, row(s.n)), Queue::more_reads);
  }
  for (std::int64_t t = 0; t < tiles; ++t) {
    const auto load = [&] {
      const Tile tile = x.next(DType::fp32, s.k);
      w.load(tile, w.dram("x", t * kSide * s.k, kSide, s.k, row(s.k)));
      return tile;
    };
    const Tile first = load(), scale = scales.next(DType::fp32, 1);
    w.activation_sum(squares.next(DType::fp32, s.k), scale, ActFn::square, first);
    w.tensor_scalar(scale, scale, AluOp::multiply, 1.0f / static_cast<float>(s.k), AluOp::add, 1e-6f);
    w.activation(scale, ActFn::rsqrt, scale);
    const Tile again = t < tiles - kKept ? load() : first, at = turned.next(DType::fp32, s.k);
    w.tensor_scalar(again, again, AluOp::multiply, scale);
    turn(w, turns, at, again);
    const Tile result = out.next(DType::fp32, s.n);
    for (std::int64_t n = 0; n < s.n; n += kColumns) {
      const Tile sum = sums.next(kColumns);
      for (std::int64_t k = 0; k < depth; ++k)
        w.matmul(sum, at.cols(k * kSide, kSide), weights[static_cast<std::size_t>(k)].cols(n, kColumns), k > 0);
      w.activation(result.cols(n, kColumns), ActFn::copy, sum);
    }
    w.store(w.dram("out", t * kSide * s.n, kSide, s.n, row(s.n)), result);
    co_yield 0;
  }
}

// ---- batched matmul ----

/// Row p x tiles + t of a batch lies on partition p, so that a load is one run for each partition.
Generator batched_tiles(Writer& w, BatchedSizes s) {
  constexpr std::int64_t kKept = 4;  // batches whose turned rows stay in SBUF
  const std::int64_t tiles = s.m / kSide;
  const int depth = static_cast<int>(s.k);
  TilePool rows(w, tiles * s.k * kFp32, 2), kept(w, s.m * kFp32, kKept), fresh(w, s.m * kFp32, 2);
  TilePool b(w, s.n * kFp32, 2), out(w, s.n * kFp32, 2);
  BankPool turns(w, 0, 2), sums(w, 2, 6);
  std::vector<Tile> turned;
  for (std::int64_t i = 0; i < s.batch; ++i) {
    const bool stays = i < kKept;
    const Tile a = rows.next(DType::fp32, tiles * s.k), at = (stays ? kept : fresh).next(DType::fp32, s.m, depth);
    w.load(a, w.dram("a", i * s.m * s.k, kSide, tiles * s.k, row(tiles * s.k)));
    for (std::int64_t t = 0; t < tiles; ++t) {
      const Tile bank = turns.next(kSide, depth);
      w.transpose(bank, a.cols(t * s.k, s.k));
      w.activation(at.cols(t * kSide, kSide), ActFn::copy, bank);
    }
    turned.push_back(stays ? at : w.spill("turned", i * s.k * s.m, depth, s.m, row(s.m)));
    if (!stays) w.store(turned.back(), at);
    co_yield 0;
  }
  for (std::int64_t i = 0; i < s.batch; ++i) {
    Tile at = turned[static_cast<std::size_t>(i)];
    if (i >= kKept) {
      at = fresh.next(DType::fp32, s.m, depth);
      w.load(at, turned[static_cast<std::size_t>(i)], Queue::more_reads);
    }
    Tile moving;
    for (std::int64_t t = 0; t < tiles; ++t) {
      if (t % ((tiles + 1) / 2) == 0) {
        moving = b.next(DType::fp32, s.n, depth);
        w.load(moving, w.dram("b", i * s.k * s.n, depth, s.n, row(s.n)));
      }
      const Tile result = out.next(DType::fp32, s.n), stationary = at.cols(t * kSide, kSide);
      w.load_stationary(stationary);
      for (std::int64_t n = 0; n < s.n; n += kColumns) {
        const Tile sum = sums.next(kColumns);
        w.multiply(sum, stationary, moving.cols(n, kColumns), false);
        w.activation(result.cols(n, kColumns), ActFn::copy, sum);
      }
      w.store(w.dram("out", (i * s.m + t) * s.n, kSide, tiles * s.n, row(s.n)), result);
      co_yield 0;
    }
  }
}

}  // namespace

Kernel matmul_fp32(const ProductSizes& s) {
  return {"matmul-fp32",
          {{"a", Role::input, DType::fp32, {s.m, s.k}},
           {"b", Role::input, DType::fp32, {s.k, s.n}},
           {"out", Role::output, DType::fp32, {s.m, s.n}}},
          [s](Writer& w) { return matmul_tiles(w, s); }};
}

Kernel rmsnorm_matmul(const ProductSizes& s) {
  return {"rmsnorm-matmul",
          {{"x", Role::input, DType::fp32, {s.m, s.k}},
           {"w", Role::input, DType::fp32, {s.k, s.n}},
           {"out", Role::output, DType::fp32, {s.m, s.n}}},
          [s](Writer& w) { return rmsnorm_tiles(w, s); }};
}

Kernel batched_matmul(const BatchedSizes& s) {
  return {"batched-matmul",
          {{"a", Role::input, DType::fp32, {s.batch, s.m, s.k}},
           {"b", Role::input, DType::fp32, {s.batch, s.k, s.n}},
           {"turned", Role::scratch, DType::fp32, {s.batch, s.k, s.m}},
           {"out", Role::output, DType::fp32, {s.batch, s.m, s.n}}},
          [s](Writer& w) { return batched_tiles(w, s); }};
}

}  // namespace inf::workloads
