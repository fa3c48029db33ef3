#include "workloads/kernels/elementwise.h"

#include <algorithm>
#include <optional>

namespace inf::workloads {
namespace {

using compiler::Generator;
using numerics::ActFn;
using numerics::AluOp;
using Role = isa::TensorEntry::Role;

constexpr int kDepth = 4;  // buffers of each operand where tiles are small

Pattern row(std::int64_t n) { return Pattern::row(static_cast<std::uint32_t>(n)); }

Generator add_tiles(Writer& w, VectorAddSizes s) {
  TilePool a(w, s.columns * 4, kDepth), b(w, s.columns * 4, kDepth), c(w, s.columns * 4, kDepth);
  const std::int64_t tile = s.partitions * s.columns;
  for (std::int64_t at = 0; at < s.elements; at += tile) {
    const auto part = [&](const char* name) { return w.dram(name, at, s.partitions, s.columns, row(s.columns)); };
    const Tile x = a.next(DType::fp32, s.columns, s.partitions), y = b.next(DType::fp32, s.columns, s.partitions);
    w.load(x, part("a"));
    w.load(y, part("b"), Queue::more_reads);
    const Tile sum = c.next(DType::fp32, s.columns, s.partitions);
    w.tensor_tensor(sum, x, AluOp::add, y);
    w.store(part("out"), sum);
    co_yield 0;
  }
}

Generator chain_links(Writer& w, std::int64_t links) {
  const Tile x = w.sbuf(DType::fp32, 1, 1);
  w.memset(x, 1.0f);
  for (std::int64_t i = 0; i < links; ++i) {
    w.activation(x, ActFn::copy, x);
    co_yield 0;
  }
  w.store(w.dram("out", 0, 1, 1, row(1)), x);
}

Generator one_load(Writer& w, std::int64_t elements) {
  TilePool pool(w, elements * 4, 1);
  w.memset(pool.next(DType::fp32, elements, 1), 0.0f);
  w.load(pool.next(DType::fp32, elements, 1), w.dram("x", 0, 1, elements, row(elements)));
  co_yield 0;
}

Generator silu_tiles(Writer& w, MapSizes s) {
  const std::int64_t bytes = s.columns * 4;
  TilePool x(w, bytes, 2), step(w, bytes, 1), out(w, bytes, 2);
  const Tile ones = w.sbuf(DType::fp32, s.columns);
  w.memset(ones, 1.0f);
  for (std::int64_t r = 0; r < s.rows; r += 128) {
    const auto rows = [&](const char* name) { return w.dram(name, r * s.columns, 128, s.columns, row(s.columns)); };
    const Tile in = x.next(DType::fp32, s.columns), t = step.next(DType::fp32, s.columns);
    w.load(in, rows("x"));
    w.activation(t, ActFn::exp, in, -1.0f);
    w.tensor_tensor(t, t, AluOp::add, ones);
    w.activation(t, ActFn::reciprocal, t);
    const Tile result = out.next(DType::fp32, s.columns);
    w.tensor_tensor(result, in, AluOp::multiply, t);
    w.store(rows("out"), result);
    co_yield 0;
  }
}

struct AdamwTiles {
  Tile theta, gradient, m, v, scratch;
};

/// The new moments: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g g.
void adamw_moments(Writer& w, const AdamwTiles& t, const AdamwRates& r) {
  w.activation(t.m, ActFn::copy, t.m, r.beta1);
  w.activation(t.scratch, ActFn::copy, t.gradient, 1.0f - r.beta1);
  w.activation(t.v, ActFn::copy, t.v, r.beta2);
  w.tensor_tensor(t.gradient, t.gradient, AluOp::multiply, t.gradient);
  w.activation(t.gradient, ActFn::copy, t.gradient, 1.0f - r.beta2);
  w.tensor_tensor(t.m, t.m, AluOp::add, t.scratch);
  w.activation(t.theta, ActFn::copy, t.theta, 1.0f - r.rate * r.decay);
  w.tensor_tensor(t.v, t.v, AluOp::add, t.gradient);
}

/// theta - rate x (m' / (sqrt(v') + epsilon) + decay x theta), with m' and v' the corrected moments.
void adamw_parameters(Writer& w, const AdamwTiles& t, const AdamwRates& r) {
  w.activation(t.v, ActFn::sqrt, t.v, r.correction2);
  w.tensor_scalar(t.v, t.v, AluOp::add, r.epsilon);
  w.activation(t.v, ActFn::reciprocal, t.v);
  w.activation(t.m, ActFn::copy, t.m, r.rate * r.correction1);
  w.tensor_tensor(t.m, t.m, AluOp::multiply, t.v);
  w.tensor_tensor(t.theta, t.theta, AluOp::subtract, t.m);
}

/// The moments of one row of tiles are worked on beside the parameters of the one before.
Generator adamw_tiles(Writer& w, MapSizes s) {
  const AdamwRates rates;
  const std::int64_t bytes = s.columns * 4;
  TilePool theta(w, bytes, 4), gradient(w, bytes, 4), m(w, bytes, 4), v(w, bytes, 4), scratch(w, bytes, 2);
  std::optional<AdamwTiles> before;
  const auto part = [&](const char* name, std::int64_t r) {
    const int rows = static_cast<int>(std::min<std::int64_t>(128, s.rows - r));
    return w.dram(name, r * s.columns, rows, s.columns, row(s.columns));
  };
  for (std::int64_t r = 0; r < s.rows; r += 128) {
    const auto load = [&](TilePool& pool, const char* name, Queue queue) {
      const Tile from = part(name, r), t = pool.next(DType::fp32, s.columns, from.partitions());
      w.load(t, from, queue);
      return t;
    };
    const Tile parameters = load(theta, "theta", Queue::reads);
    const AdamwTiles t{parameters, load(gradient, "gradient", Queue::more_reads), load(m, "m", Queue::reads),
                       load(v, "v", Queue::more_reads), scratch.next(DType::fp32, s.columns, parameters.partitions())};
    adamw_moments(w, t, rates);
    if (before) {
      adamw_parameters(w, *before, rates);
      w.store(part("out", r - 128), before->theta);
    }
    before = t;
    co_yield 0;
  }
  adamw_parameters(w, *before, rates);
  w.store(part("out", (s.rows - 1) / 128 * 128), before->theta);
}

}  // namespace

Kernel vector_add(const VectorAddSizes& s) {
  const std::vector<std::int64_t> shape = {s.elements};
  return {"vector-add",
          {{"a", Role::input, DType::fp32, shape},
           {"b", Role::input, DType::fp32, shape},
           {"out", Role::output, DType::fp32, shape}},
          [s](Writer& w) { return add_tiles(w, s); }};
}

Kernel scalar_chain(std::int64_t links) {
  return {"scalar-dependent-chain", {{"out", Role::output, DType::fp32, {1}}}, [links](Writer& w) {
            return chain_links(w, links);
          }};
}

Kernel dma_start(std::int64_t bytes) {
  const std::int64_t elements = bytes / 4;
  return {"dma-start", {{"x", Role::input, DType::fp32, {elements}}}, [elements](Writer& w) {
            return one_load(w, elements);
          }};
}

Kernel silu(const MapSizes& s) {
  return {
      "silu",
      {{"x", Role::input, DType::fp32, {s.rows, s.columns}}, {"out", Role::output, DType::fp32, {s.rows, s.columns}}},
      [s](Writer& w) { return silu_tiles(w, s); }};
}

Kernel adamw(const MapSizes& s) {
  const std::vector<std::int64_t> shape = {s.rows, s.columns};
  return {"adamw",
          {{"theta", Role::input, DType::fp32, shape},
           {"gradient", Role::input, DType::fp32, shape},
           {"m", Role::input, DType::fp32, shape},
           {"v", Role::input, DType::fp32, shape},
           {"out", Role::output, DType::fp32, shape}},
          [s](Writer& w) { return adamw_tiles(w, s); }};
}

}  // namespace inf::workloads
