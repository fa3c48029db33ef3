#include "workloads/kernels/gemm.h"

namespace inf::workloads {
namespace {

using compiler::Generator;
using numerics::ActFn;
using numerics::AluOp;
using Role = isa::TensorEntry::Role;

constexpr std::int64_t kRows = 128, kColumns = 512, kDepth = 128;  // M, N and K of a matmul
constexpr int kBanks = 8;
constexpr int kLoadDepth = 8;  // tiles on their way where every matmul loads its own
constexpr int kStoreDepth = 4;

std::vector<KernelTensor> tensors(const GemmSizes& s) {
  return {{"lhs_t", Role::input, DType::bf16, {s.k, s.m}},
          {"rhs", Role::input, DType::bf16, {s.k, s.n}},
          {"out", Role::output, DType::bf16, {s.m, s.n}}};
}

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

/// `count` columns of lhs_t from tile row `k` and column `m` on.
Tile lhs_at(Writer& w, const GemmSizes& s, std::int64_t k, std::int64_t m, std::int64_t count) {
  return w.dram("lhs_t", k * kDepth * s.m + m, static_cast<int>(kDepth), s.m, row(count));
}
Tile rhs_at(Writer& w, const GemmSizes& s, std::int64_t k, std::int64_t n, std::int64_t count) {
  return w.dram("rhs", k * kDepth * s.n + n, static_cast<int>(kDepth), s.n, row(count));
}
Tile out_at(Writer& w, const GemmSizes& s, std::int64_t m, std::int64_t n, std::int64_t count) {
  return w.dram("out", m * s.n + n, static_cast<int>(kRows), s.n, row(count));
}

/// Evicts a result tile and stores it.
void finish(Writer& w, const GemmSizes& s, TilePool& pool, const Tile& sum, std::int64_t m, std::int64_t n) {
  const Tile out = pool.next(DType::bf16, kColumns);
  w.activation(out, ActFn::copy, sum);
  w.store(out_at(w, s, m * kRows, n * kColumns, kColumns), out);
}

Generator tiled(Writer& w, GemmSizes s) {
  TilePool lhs(w, kRows * 2, kLoadDepth), rhs(w, kColumns * 2, kLoadDepth), out(w, kColumns * 2, kStoreDepth);
  BankPool banks(w, 0, kBanks);
  for (std::int64_t m = 0; m < s.m / kRows; ++m)
    for (std::int64_t n = 0; n < s.n / kColumns; ++n) {
      const Tile sum = banks.next(kColumns);
      for (std::int64_t k = 0; k < s.k / kDepth; ++k) {
        const Tile a = lhs.next(DType::bf16, kRows), b = rhs.next(DType::bf16, kColumns);
        w.load(a, lhs_at(w, s, k, m * kRows, kRows), Queue::more_reads);
        w.load(b, rhs_at(w, s, k, n * kColumns, kColumns));
        w.matmul(sum, a, b, k > 0);
      }
      finish(w, s, out, sum, m, n);
      co_yield 0;
    }
}

Generator hoisted(Writer& w, GemmSizes s) {
  const std::int64_t depth = s.k / kDepth;
  TilePool lhs(w, kRows * 2, static_cast<int>(2 * depth)), rhs(w, kColumns * 2, kLoadDepth);
  TilePool out(w, kColumns * 2, kStoreDepth);
  BankPool banks(w, 0, kBanks);
  for (std::int64_t m = 0; m < s.m / kRows; ++m) {
    std::vector<Tile> a;
    for (std::int64_t k = 0; k < depth; ++k) {
      a.push_back(lhs.next(DType::bf16, kRows));
      w.load(a.back(), lhs_at(w, s, k, m * kRows, kRows), Queue::more_reads);
    }
    for (std::int64_t n = 0; n < s.n / kColumns; ++n) {
      const Tile sum = banks.next(kColumns);
      for (std::int64_t k = 0; k < depth; ++k) {
        const Tile b = rhs.next(DType::bf16, kColumns);
        w.load(b, rhs_at(w, s, k, n * kColumns, kColumns));
        w.matmul(sum, a[static_cast<std::size_t>(k)], b, k > 0);
      }
      finish(w, s, out, sum, m, n);
      co_yield 0;
    }
  }
}

/// Both columns of tiles of rhs fill 128 KiB of each partition, so that a tile is loaded again as soon as its last
/// matmul has passed, and lhs_t has one buffer.
Generator blocked_free(Writer& w, GemmSizes s) {
  constexpr std::int64_t kBlock = 2;
  const std::int64_t depth = s.k / kDepth;
  TilePool lhs(w, kRows * 2, static_cast<int>(kBlock * depth)), rhs(w, kColumns * 2, static_cast<int>(kBlock * depth));
  TilePool out(w, kColumns * 2, kStoreDepth);
  BankPool banks(w, 0, kBanks);
  for (std::int64_t m = 0; m < s.m / kRows; m += kBlock) {
    std::vector<Tile> a, b;
    for (std::int64_t i = 0; i < kBlock * depth; ++i) {
      a.push_back(lhs.next(DType::bf16, kRows));
      w.load(a.back(), lhs_at(w, s, i % depth, (m + i / depth) * kRows, kRows), Queue::more_reads);
    }
    for (std::int64_t n = 0; n < s.n / kColumns; n += kBlock) {
      b.clear();
      for (std::int64_t i = 0; i < kBlock * depth; ++i) {
        b.push_back(rhs.next(DType::bf16, kColumns));
        w.load(b.back(), rhs_at(w, s, i % depth, (n + i / depth) * kColumns, kColumns));
      }
      for (std::int64_t i = 0; i < kBlock * kBlock; ++i) {
        const Tile sum = banks.next(kColumns);
        for (std::int64_t k = 0; k < depth; ++k)
          w.matmul(sum, a[static_cast<std::size_t>(i % kBlock * depth + k)],
                   b[static_cast<std::size_t>(i / kBlock * depth + k)], k > 0);
        finish(w, s, out, sum, m + i % kBlock, n + i / kBlock);
        co_yield 0;
      }
    }
  }
}

struct BlockedState {
  std::vector<Tile> results;  ///< [m][column of tiles] sums so far, bf16
  std::vector<Tile> rhs, lhs;
};

/// One block of rows: a result tile at a time over the block's contraction, then added to what is there.
Generator block_of_rows(Writer& w, BlockedState& state, BankPool& banks, GemmBlocks b, std::int64_t first, bool opens) {
  for (std::int64_t n = 0; n < b.n; ++n)
    for (std::int64_t m = 0; m < b.m; ++m) {
      const Tile sum = banks.next(kColumns);
      for (std::int64_t k = 0; k < b.k; ++k)
        w.matmul(sum, state.lhs[static_cast<std::size_t>(k)].cols(m * kRows, kRows),
                 state.rhs[static_cast<std::size_t>(k)].cols(n * kColumns, kColumns), k > 0);
      const Tile& result = state.results[static_cast<std::size_t>((first + m) * b.n + n)];
      if (opens)
        w.tensor_copy(result, sum);
      else
        w.tensor_tensor(result, sum, AluOp::add, result);
      co_yield 0;
    }
}

Generator blocked(Writer& w, GemmSizes s, GemmBlocks b) {
  const std::int64_t block_m = b.m * kRows, block_n = b.n * kColumns;
  TilePool lhs(w, block_m * 2, static_cast<int>(2 * b.k)), rhs(w, block_n * 2, static_cast<int>(2 * b.k));
  TilePool results(w, kColumns * 2, static_cast<int>(s.m / kRows * b.n)), packed(w, block_n * 2, 2);
  BankPool banks(w, 0, kBanks);
  BlockedState state;
  for (std::int64_t n = 0; n < s.n / block_n; ++n) {
    state.results.clear();
    for (std::int64_t i = 0; i < s.m / kRows * b.n; ++i) state.results.push_back(results.next(DType::bf16, kColumns));
    for (std::int64_t k = 0; k < s.k / kDepth; k += b.k) {
      state.rhs.clear();
      for (std::int64_t i = 0; i < b.k; ++i) {
        state.rhs.push_back(rhs.next(DType::bf16, block_n));
        w.load(state.rhs.back(), rhs_at(w, s, k + i, n * block_n, block_n));
      }
      for (std::int64_t m = 0; m < s.m / block_m; ++m) {
        state.lhs.clear();
        for (std::int64_t i = 0; i < b.k; ++i) {
          state.lhs.push_back(lhs.next(DType::bf16, block_m));
          w.load(state.lhs.back(), lhs_at(w, s, k + i, m * block_m, block_m), Queue::more_reads);
        }
        Generator rows = block_of_rows(w, state, banks, b, m * b.m, k == 0);
        while (rows.resume()) co_yield 0;
      }
    }
    for (std::int64_t m = 0; m < s.m / kRows; ++m) {
      const Tile out = packed.next(DType::bf16, block_n);
      for (std::int64_t i = 0; i < b.n; ++i)
        w.activation(out.cols(i * kColumns, kColumns), ActFn::copy,
                     state.results[static_cast<std::size_t>(m * b.n + i)]);
      w.store(out_at(w, s, m * kRows, n * block_n, block_n), out);
      co_yield 0;
    }
  }
}

}  // namespace

Kernel gemm_tiled(const GemmSizes& s) {
  return {"gemm-tiled", tensors(s), [s](Writer& w) { return tiled(w, s); }};
}
Kernel gemm_hoisted(const GemmSizes& s) {
  return {"gemm-hoist-load", tensors(s), [s](Writer& w) { return hoisted(w, s); }};
}
Kernel gemm_blocked_free(const GemmSizes& s) {
  return {"gemm-block-free-dim", tensors(s), [s](Writer& w) { return blocked_free(w, s); }};
}
Kernel gemm_blocked(const GemmSizes& s, const GemmBlocks& b) {
  return {"gemm-fully-optimised", tensors(s), [s, b](Writer& w) { return blocked(w, s, b); }};
}

}  // namespace inf::workloads
