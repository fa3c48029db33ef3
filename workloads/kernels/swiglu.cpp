#include "workloads/kernels/products.h"

namespace inf::workloads {
namespace {

using compiler::Generator;
using numerics::ActFn;
using numerics::AluOp;
using Role = isa::TensorEntry::Role;

constexpr std::int64_t kSide = 128, kColumns = 512, kFp32 = 4;

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

/// Values with features on partitions and rows of x on the free dimension, a tile for each 128 features and 512 rows,
/// each on its way through device memory.
using Spilled = std::vector<Tile>;

/// Where tile (feature block f, row block m) of a spilled tensor of `rows` columns lies.
Tile spilled_tile(Writer& w, const char* tensor, std::int64_t f, std::int64_t m, std::int64_t rows) {
  return w.spill(tensor, f * kSide * rows + m * kColumns, kSide, rows, row(kColumns));
}

/// x, turned.
Generator turn_rows(Writer& w, ProductSizes s, TilePool& x, TilePool& turned, BankPool& banks, Spilled& spilled) {
  const std::int64_t depth = s.k / kSide;
  for (std::int64_t m = 0; m < s.m / kColumns; ++m) {
    std::vector<Tile> out;
    for (std::int64_t k = 0; k < depth; ++k) out.push_back(turned.next(DType::fp32, kColumns));
    for (std::int64_t i = 0; i < kColumns / kSide; ++i) {
      const Tile in = x.next(DType::fp32, s.k);
      w.load(in, w.dram("x", (m * kColumns + i * kSide) * s.k, kSide, s.k, row(s.k)));
      for (std::int64_t k = 0; k < depth; ++k) {
        const Tile bank = banks.next(kSide);
        w.transpose(bank, in.cols(k * kSide, kSide));
        w.activation(out[static_cast<std::size_t>(k)].cols(i * kSide, kSide), ActFn::copy, bank);
      }
    }
    for (std::int64_t k = 0; k < depth; ++k) {
      spilled.push_back(spilled_tile(w, "turned", k, m, s.m));
      w.store(spilled.back(), out[static_cast<std::size_t>(k)]);
    }
    co_yield 0;
  }
}

/// Weights whose rows [128 x block] are stationary, 128 columns at a time, or move.
std::vector<Tile> load_weights(Writer& w, TilePool& pool, const char* name, std::int64_t rows, std::int64_t columns,
                               std::int64_t first, std::int64_t count) {
  std::vector<Tile> tiles;
  for (std::int64_t k = 0; k < rows / kSide; ++k) {
    tiles.push_back(pool.next(DType::fp32, count));
    w.load(tiles.back(), w.dram(name, k * kSide * columns + first, kSide, columns, row(count)), Queue::more_reads);
  }
  return tiles;
}

/// hidden = silu(x w_gate) * (x w_up), turned: a half of the hidden size at a time.
Generator hidden_tiles(Writer& w, ProductSizes s, BankPool& sums, const Spilled& turned, Spilled& hidden) {
  const std::int64_t depth = s.k / kSide, half = s.n / 2, blocks = s.m / kColumns;
  TilePool weights(w, half * kFp32, static_cast<int>(2 * depth)), x(w, kColumns * kFp32, static_cast<int>(2 * depth));
  TilePool gates(w, kColumns * kFp32, 3), out(w, kColumns * kFp32, 3);
  hidden.resize(static_cast<std::size_t>(s.n / kSide * blocks));
  for (std::int64_t first = 0; first < s.n; first += half) {
    const std::vector<Tile> gate = load_weights(w, weights, "w_gate", s.k, s.n, first, half);
    const std::vector<Tile> up = load_weights(w, weights, "w_up", s.k, s.n, first, half);
    for (std::int64_t m = 0; m < blocks; ++m) {
      std::vector<Tile> moving;
      for (std::int64_t k = 0; k < depth; ++k) {
        moving.push_back(x.next(DType::fp32, kColumns));
        w.load(moving.back(), turned[static_cast<std::size_t>(m * depth + k)]);
      }
      for (std::int64_t n = 0; n < half; n += kSide) {
        const auto product = [&](const std::vector<Tile>& stationary) {
          const Tile sum = sums.next(kColumns);
          for (std::size_t k = 0; k < moving.size(); ++k) w.matmul(sum, stationary[k].cols(n, kSide), moving[k], k > 0);
          return sum;
        };
        const Tile g = product(gate), u = product(up);
        const Tile sigmoid = gates.next(DType::fp32, kColumns), h = out.next(DType::fp32, kColumns);
        w.activation(sigmoid, ActFn::sigmoid, g);
        w.tensor_tensor(sigmoid, g, AluOp::multiply, sigmoid);
        w.tensor_tensor(h, u, AluOp::multiply, sigmoid);
        Tile& place = hidden[static_cast<std::size_t>((first + n) / kSide * blocks + m)];
        place = spilled_tile(w, "hidden", (first + n) / kSide, m, s.m);
        w.store(place, h);
        co_yield 0;
      }
    }
  }
}

/// out = hidden w_down: 128 rows of x at a time.
Generator down_tiles(Writer& w, ProductSizes s, BankPool& sums, const Spilled& hidden) {
  const std::int64_t depth = s.n / kSide, blocks = s.m / kColumns;
  TilePool weights(w, s.k * kFp32, static_cast<int>(depth)),
      x(w, kColumns * kFp32, static_cast<int>(depth + depth / 2));
  TilePool out(w, s.k * kFp32, 2);
  const std::vector<Tile> down = load_weights(w, weights, "w_down", s.n, s.k, 0, s.k);
  for (std::int64_t m = 0; m < blocks; ++m) {
    std::vector<Tile> stationary;
    for (std::int64_t k = 0; k < depth; ++k) {
      stationary.push_back(x.next(DType::fp32, kColumns));
      w.load(stationary.back(), hidden[static_cast<std::size_t>(k * blocks + m)]);
    }
    for (std::int64_t i = 0; i < kColumns; i += kSide) {
      const Tile result = out.next(DType::fp32, s.k);
      for (std::int64_t n = 0; n < s.k; n += kColumns) {
        const Tile sum = sums.next(kColumns);
        for (std::size_t k = 0; k < stationary.size(); ++k)
          w.matmul(sum, stationary[k].cols(i, kSide), down[k].cols(n, kColumns), k > 0);
        w.activation(result.cols(n, kColumns), ActFn::copy, sum);
      }
      w.store(w.dram("out", (m * kColumns + i) * s.k, kSide, s.k, row(s.k)), result);
      co_yield 0;
    }
  }
}

/// Runs a phase whose tiles are given back to SBUF when it ends.
Generator swiglu_phases(Writer& w, ProductSizes s) {
  BankPool banks(w, 0, 8);
  Spilled turned, hidden;
  {
    const Writer::Scope scope(w);
    TilePool x(w, s.k * kFp32, 3), out(w, kColumns * kFp32, static_cast<int>(2 * s.k / kSide));
    Generator phase = turn_rows(w, s, x, out, banks, turned);
    while (phase.resume()) co_yield 0;
  }
  {
    const Writer::Scope scope(w);
    Generator phase = hidden_tiles(w, s, banks, turned, hidden);
    while (phase.resume()) co_yield 0;
  }
  const Writer::Scope scope(w);
  Generator phase = down_tiles(w, s, banks, hidden);
  while (phase.resume()) co_yield 0;
}

}  // namespace

Kernel swiglu(const ProductSizes& s) {
  return {"swiglu",
          {{"x", Role::input, DType::fp32, {s.m, s.k}},
           {"w_gate", Role::input, DType::fp32, {s.k, s.n}},
           {"w_up", Role::input, DType::fp32, {s.k, s.n}},
           {"w_down", Role::input, DType::fp32, {s.n, s.k}},
           {"turned", Role::scratch, DType::fp32, {s.k, s.m}},
           {"hidden", Role::scratch, DType::fp32, {s.n, s.m}},
           {"out", Role::output, DType::fp32, {s.m, s.k}}},
          [s](Writer& w) { return swiglu_phases(w, s); }};
}

}  // namespace inf::workloads
