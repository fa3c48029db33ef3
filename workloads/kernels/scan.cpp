#include "workloads/kernels/scan.h"

namespace inf::workloads {
namespace {

using compiler::Generator;
using numerics::ActFn;
using numerics::AluOp;
using Role = isa::TensorEntry::Role;

constexpr std::int64_t kLanes = 128, kFp32 = 4, kBankColumns = 512;

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

std::vector<KernelTensor> scan_tensors(const ScanSizes& s, bool identity) {
  std::vector<KernelTensor> all = {{"delta", Role::input, DType::fp32, {s.channels, s.steps}},
                                   {"u", Role::input, DType::fp32, {s.channels, s.steps}},
                                   {"a", Role::input, DType::fp32, {s.channels, s.states}},
                                   {"b", Role::input, DType::fp32, {s.states, s.steps}},
                                   {"c", Role::input, DType::fp32, {s.states, s.steps}}};
  if (identity) all.push_back({"identity", Role::input, DType::fp32, {kLanes, kLanes}});
  all.push_back({"out", Role::output, DType::fp32, {s.channels, s.steps}});
  return all;
}

/// 128 channels from channel tile `t`.
Tile channels_at(Writer& w, const char* tensor, std::int64_t t, std::int64_t columns) {
  return w.dram(tensor, t * kLanes * columns, kLanes, columns, row(columns));
}
/// The row of one state, the same on every partition.
Tile state_at(Writer& w, const char* tensor, std::int64_t state, std::int64_t steps) {
  return w.dram(tensor, state * steps, kLanes, 0, row(steps));
}

Tile load_new(Writer& w, TilePool& pool, const Tile& from, Queue queue = Queue::reads) {
  const Tile t = pool.next(DType::fp32, from.columns());
  w.load(t, from, queue);
  return t;
}

/// What one channel tile and state need.
struct Cell {
  Tile delta, u, decay, a, b, c, sum;
  bool first = false;
};

/// Two cells side by side: each instruction of one runs while the other's is still on its way.
void scan_cells(Writer& w, std::vector<Cell>& cells) {
  for (Cell& x : cells) w.activation(x.decay, ActFn::exp, x.delta, x.a);
  for (Cell& x : cells) w.tensor_tensor(x.u, x.delta, AluOp::multiply, x.u);
  for (Cell& x : cells) w.tensor_tensor(x.u, x.u, AluOp::multiply, x.b);
  for (Cell& x : cells) w.scan(x.u, x.decay, x.u, 0.0f);
  for (Cell& x : cells) {
    w.tensor_tensor(x.first ? x.sum : x.u, x.u, AluOp::multiply, x.c);
    if (!x.first) w.tensor_tensor(x.sum, x.sum, AluOp::add, x.u);
  }
}

Generator scan_tiles(Writer& w, ScanSizes s) {
  constexpr std::int64_t kTogether = 2;
  const std::int64_t tiles = s.channels / kLanes, bytes = s.steps * kFp32;
  TilePool delta(w, bytes, 4), u(w, bytes, 4), decay(w, bytes, 2), b(w, bytes, 2), c(w, bytes, 2);
  std::vector<Tile> a, sums;
  for (std::int64_t t = 0; t < tiles; ++t) {
    a.push_back(w.sbuf(DType::fp32, s.states));
    w.load(a.back(), channels_at(w, "a", t, s.states));
    sums.push_back(w.sbuf(DType::fp32, s.steps));
  }
  for (std::int64_t state = 0; state < s.states; ++state) {
    const Tile bs = load_new(w, b, state_at(w, "b", state, s.steps), Queue::more_reads);
    const Tile cs = load_new(w, c, state_at(w, "c", state, s.steps), Queue::more_reads);
    for (std::int64_t first = 0; first < tiles; first += kTogether) {
      std::vector<Cell> cells;
      for (std::int64_t t = first; t < std::min(first + kTogether, tiles); ++t) {
        const auto i = static_cast<std::size_t>(t);
        const Tile d = load_new(w, delta, channels_at(w, "delta", t, s.steps));
        const Tile v = load_new(w, u, channels_at(w, "u", t, s.steps), Queue::more_reads);
        cells.push_back({d, v, decay.next(DType::fp32, s.steps), a[i].cols(state, 1), bs, cs, sums[i], state == 0});
      }
      scan_cells(w, cells);
      co_yield 0;
    }
  }
  for (std::int64_t t = 0; t < tiles; ++t)
    w.store(channels_at(w, "out", t, s.steps), sums[static_cast<std::size_t>(t)]);
}

/// The states of one channel tile, two at a time; PSUM adds their results up.
Generator fused_tiles(Writer& w, ScanSizes s) {
  constexpr std::int64_t kTogether = 2;
  const std::int64_t bytes = s.steps * kFp32, parts = (s.steps + kBankColumns - 1) / kBankColumns;
  const std::int64_t width = s.steps / parts;
  TilePool delta(w, bytes, 2), u(w, bytes, 2), a(w, s.states * kFp32, 2), decay(w, bytes, 3), h(w, bytes, 3);
  TilePool b(w, bytes, 4), c(w, bytes, 4), out(w, bytes, 1);
  BankPool banks(w, 0, w.chip().psum.banks);
  const Tile identity = w.sbuf(DType::fp32, kLanes);
  w.load(identity, w.dram("identity", 0, kLanes, kLanes, row(kLanes)));
  for (std::int64_t t = 0; t < s.channels / kLanes; ++t) {
    const Tile d = load_new(w, delta, channels_at(w, "delta", t, s.steps));
    const Tile du = load_new(w, u, channels_at(w, "u", t, s.steps), Queue::more_reads);
    const Tile at = load_new(w, a, channels_at(w, "a", t, s.states));
    w.tensor_tensor(du, d, AluOp::multiply, du);
    std::vector<Tile> sums;
    for (std::int64_t i = 0; i < parts; ++i) sums.push_back(banks.next(width));
    for (std::int64_t state = 0; state < s.states; state += kTogether) {
      std::vector<Cell> cells;
      for (std::int64_t i = state; i < std::min(state + kTogether, s.states); ++i)
        cells.push_back({.delta = d,
                         .u = h.next(DType::fp32, s.steps),
                         .decay = decay.next(DType::fp32, s.steps),
                         .a = at.cols(i, 1),
                         .b = load_new(w, b, state_at(w, "b", i, s.steps), Queue::more_reads),
                         .c = load_new(w, c, state_at(w, "c", i, s.steps)),
                         .first = i == 0});
      for (Cell& x : cells) w.activation(x.decay, ActFn::exp, x.delta, x.a);
      for (Cell& x : cells) w.tensor_tensor(x.u, du, AluOp::multiply, x.b);
      for (Cell& x : cells) w.scan(x.u, x.decay, x.u, 0.0f);
      for (Cell& x : cells) w.tensor_tensor(x.u, x.u, AluOp::multiply, x.c);
      for (Cell& x : cells) {
        w.load_stationary(identity);
        for (std::int64_t i = 0; i < parts; ++i)
          w.multiply(sums[static_cast<std::size_t>(i)], identity, x.u.cols(i * width, width), !x.first);
      }
      co_yield 0;
    }
    const Tile result = out.next(DType::fp32, s.steps);
    for (std::int64_t i = 0; i < parts; ++i)
      w.activation(result.cols(i * width, width), ActFn::copy, sums[static_cast<std::size_t>(i)]);
    w.store(channels_at(w, "out", t, s.steps), result);
  }
}

}  // namespace

Kernel mamba_scan(const ScanSizes& s) {
  return {"mamba-scan", scan_tensors(s, false), [s](Writer& w) { return scan_tiles(w, s); }};
}
Kernel mamba_scan_fused(const ScanSizes& s) {
  return {"mamba-scan-fused", scan_tensors(s, true), [s](Writer& w) { return fused_tiles(w, s); }};
}

}  // namespace inf::workloads
