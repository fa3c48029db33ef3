#include <fmt/format.h>

#include <limits>

#include "compiler/tiles/lowering.h"
#include "isa/arch/cost.h"

// Rows chosen by indices: by copies where the indices are constants, else by gpsimd's transfers.
namespace inf::compiler {
namespace {

/// Constant positions that cost no more copies than this are not worth an index transfer.
constexpr std::size_t kFewCopies = 8;

/// Neighbouring entries of `at` that are equally far apart.
struct PositionRun {
  std::int64_t first = 0, count = 1, step = 1;  ///< of `at`: first entry and how many; of the positions: their distance
};

std::vector<PositionRun> runs_of(const std::vector<std::int64_t>& at) {
  std::vector<PositionRun> runs;
  for (std::size_t i = 0; i < at.size();) {
    PositionRun r{static_cast<std::int64_t>(i)};
    if (i + 1 < at.size()) r.step = at[i + 1] - at[i];
    std::size_t end = i + 1;
    while (end < at.size() && at[end] - at[end - 1] == r.step) ++end;
    r.count = static_cast<std::int64_t>(end - i);
    runs.push_back(r);
    i = end;
  }
  return runs;
}

std::int64_t product(const Shape& s, std::size_t first, std::size_t last) {
  std::int64_t n = 1;
  for (std::size_t i = first; i < last; ++i) n *= s[i];
  return n;
}

}  // namespace

std::vector<std::int64_t> Lowering::positions(const Node& node, const Constant& indices, std::int64_t n) const {
  std::vector<std::int64_t> at = indices.ints();
  for (std::int64_t& i : at) {
    if (i < -n || i >= n) refuse(node, fmt::format("index {} is outside {}..{}", i, -n, n - 1), "use an index inside");
    if (i < 0) i += n;
  }
  return at;
}

TensorId Lowering::index_of(const Node& node, ValueId indices, std::int64_t n, bool& wraps) {
  wraps = true;
  if (!chip_.has(arch::Engine::gpsimd))
    refuse(node,
           fmt::format("rows chosen by run-time indices: {} has no gpsimd engine to build descriptors", chip_.name),
           "place the operator on the host");
  if (n > std::numeric_limits<std::int32_t>::max())
    refuse(node, fmt::format("a table of {} rows, indices have 32 bits", n), "split the table");
  if (const Constant* c = constant(graph_, indices)) {
    wraps = false;
    const std::vector<std::int64_t> at = positions(node, *c, n);
    return program_.add_integers(fmt::format("{}.{}", node.name, graph_.value(indices).name), {at.begin(), at.end()},
                                 c->shape);
  }
  for (const Node& producer : graph_.nodes)
    if (producer.output == indices && as<ArgMax>(producer)) wraps = false;
  return as_dense(tensor_of(indices), node);
}

void Lowering::rows(const Node& node, const RowTile& t) {
  const TensorId moved = t.kind == RowTile::Kind::gather ? t.table : t.rows;
  const std::int64_t bytes = t.inner * size_of(dtype_of(moved));
  const double transfers = static_cast<double>((t.count + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions * t.outer);
  const double rows = static_cast<double>(t.count * t.outer);
  OpEstimate e;
  e.vector_ns = t.wraps ? transfers * lane_ns(chip_.vector, static_cast<double>(chip_.vector.min_interval)) : 0;
  e.dma_ns = transfers * static_cast<double>(chip_.dma.start_ns) +
             arch::dma_share_ns(chip_.dma, static_cast<std::int64_t>(rows), bytes) / chip_.dma.engines;
  e.decision = fmt::format("{} rows of {} bytes by run-time indices, {} at a time", t.count * t.outer, bytes,
                           std::min<std::int64_t>(t.count, chip_.sbuf.partitions));
  add(node, t, e);
}

void Lowering::take_rows(const Node& node, TensorId x, TensorId y, const RowTile& t,
                         const std::vector<std::int64_t>& at) {
  for (const PositionRun& r : runs_of(at))
    move(node, {.x = x,
                .y = y,
                .x_start = at[static_cast<std::size_t>(r.first)] * t.inner,
                .y_start = r.first * t.inner,
                .size = {t.outer, r.count, t.inner},
                .x_step = {t.n * t.inner, r.step * t.inner, 1},
                .y_step = {t.count * t.inner, t.inner, 1}});
}

void Lowering::lower_op(const Node& node, const Gather& op) {
  const Shape& s = shape(graph_, node.inputs[0]);
  const auto axis = static_cast<std::size_t>(op.axis < 0 ? op.axis + static_cast<std::int64_t>(s.size()) : op.axis);
  RowTile t{.outer = product(s, 0, axis),
            .n = s[axis],
            .inner = product(s, axis + 1, s.size()),
            .count = elements(shape(graph_, node.inputs[1]))};
  if (const Constant* c = constant(graph_, node.inputs[1])) {
    const std::vector<std::int64_t> at = positions(node, *c, t.n);
    if (runs_of(at).size() <= kFewCopies || !chip_.has(arch::Engine::gpsimd)) {
      take_rows(node, as_dense(tensor_of(node.inputs[0]), node), tensor_of(node.output), t, at);
      return;
    }
  }
  t.index = index_of(node, node.inputs[1], t.n, t.wraps);
  const Wish tokens = whole(node.output, Matrix::Major::tokens, stored_as(node.output));
  const TensorId table = as_dense(tensor_of(node.inputs[0]), node);
  if (s.size() == 2 && axis == 0 && graph_.value(node.output).element == Element::f32 &&
      dtype_of(table) == tokens.dtype) {
    t.table = table;
    t.y = add_matrix(graph_.value(node.output).name, tokens, 0);
    offer(node.output, tokens, t.y);
    rows(node, t);
    return;
  }
  t.rows = tensor_of(node.output);
  t.table = loadable_as(dtype_of(t.rows), as_dense(tensor_of(node.inputs[0]), node), node);
  rows(node, t);
}

void Lowering::lower_op(const Node& node, const Scatter& op) {
  const Shape& s = shape(graph_, node.output);
  RowTile t{.kind = op.add ? RowTile::Kind::add : RowTile::Kind::put,
            .n = s[0],
            .inner = product(s, 1, s.size()),
            .count = elements(shape(graph_, node.inputs[1]))};
  t.index = index_of(node, node.inputs[1], t.n, t.wraps);
  if (op.add && !chip_.dma.casts)
    refuse(node, fmt::format("rows added by run-time indices: the DMA of {} cannot add", chip_.name),
           "place the operator on the host");
  t.table = tensor_of(node.output);
  copy(node, {.x = as_dense(tensor_of(node.inputs[0]), node),
              .y = t.table,
              .size = {elements(s)},
              .x_step = {1},
              .y_step = {1}});
  t.rows = loadable_as(dtype_of(t.table), as_dense(tensor_of(node.inputs[2]), node), node);
  rows(node, t);
}

}  // namespace inf::compiler
