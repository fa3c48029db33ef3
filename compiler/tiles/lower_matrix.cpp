#include <fmt/format.h>

#include <numeric>

#include "compiler/tiles/lowering.h"
#include "compiler/tiles/matmul_plan.h"
#include "isa/program/rules.h"

// Matrix products and operators over the last axis.
namespace inf::compiler {

int matmul_row_tile(const MatMulTile& t, const arch::ChipSpec& chip, int element_size) {
  const std::int64_t blocks = t.run + 1;
  const std::int64_t fits = sbuf_budget(chip) / 4 / (kBandSlots * blocks * element_size);
  return static_cast<int>(
      std::clamp<std::int64_t>(std::min<std::int64_t>(fits, t.rows), 1,
                               std::min<std::int64_t>(chip.tensor.max_moving, chip.psum.bank_bytes / 4)));
}

namespace {

/// How the contraction lies on partitions: the first `partitions` x run elements in `run` blocks, the rest in one block
/// more.
struct Contraction {
  std::int64_t partitions, rest, blocks;
  Contraction(const MatMulTile& t, int array_rows)
      : partitions(std::min<std::int64_t>(array_rows, t.k)),
        rest(t.k - partitions * t.run),
        blocks(t.run + (rest > 0 ? 1 : 0)) {}
};

/// Sizes and element steps of a product of `a` and `b`; a constant batch on the right makes the batch more rows.
MatMulTile matmul_sizes(const MatMul& op, const Shape& a, const Shape& b, int array_rows) {
  const std::size_t ra = a.size(), rb = b.size();
  MatMulTile t;
  t.act = op.act;
  t.alpha = op.alpha;
  t.rows = op.transpose_a ? a[ra - 1] : a[ra - 2];
  t.k = op.transpose_a ? a[ra - 2] : a[ra - 1];
  t.n = op.transpose_b ? b[rb - 2] : b[rb - 1];
  t.a_row = op.transpose_a ? 1 : a[ra - 1];
  t.a_k = op.transpose_a ? a[ra - 1] : 1;
  t.b_k = op.transpose_b ? 1 : b[rb - 1];
  t.b_n = op.transpose_b ? b[rb - 1] : 1;
  const std::int64_t a_matrix = a[ra - 1] * a[ra - 2], b_matrix = b[rb - 1] * b[rb - 2];
  const std::int64_t batch_a = elements(a) / a_matrix, batch_b = elements(b) / b_matrix;
  t.batch = std::max(batch_a, batch_b);
  t.a_batch = batch_a == 1 ? 0 : a_matrix;
  t.b_batch = batch_b == 1 ? 0 : b_matrix;
  if (t.b_batch == 0 && !op.transpose_a) {
    t.rows *= t.batch;
    t.batch = 1;
    t.a_batch = 0;
  }
  t.run = static_cast<int>(std::max<std::int64_t>(1, t.k / array_rows));
  return t;
}

/// Constant weights in the order in which SBUF holds them: [chunk][partition][block][column of chunk], zero past the
/// rest.
std::vector<float> arrange_columns(const MatMulTile& t, const Contraction& c, const std::vector<float>& w) {
  std::vector<float> out(static_cast<std::size_t>(c.partitions * c.blocks * t.n));
  for (std::int64_t first = 0; first < t.n; first += t.chunk) {
    const std::int64_t count = std::min<std::int64_t>(t.chunk, t.n - first);
    for (std::int64_t p = 0; p < c.partitions; ++p)
      for (std::int64_t block = 0; block < c.blocks; ++block) {
        const bool tail = block == t.run;
        if (tail && p >= c.rest) continue;
        const std::int64_t k = tail ? c.partitions * t.run + p : p * t.run + block;
        float* row = &out[static_cast<std::size_t>(first * c.blocks * c.partitions + (p * c.blocks + block) * count)];
        for (std::int64_t n = 0; n < count; ++n) row[n] = w[static_cast<std::size_t>(k * t.b_k + (first + n) * t.b_n)];
      }
  }
  return out;
}

OpEstimate estimate_matmul(const TileProgram& program, const MatMulTile& t, const Contraction& c,
                           const arch::ChipSpec& chip, int y_size) {
  const int size = size_of(program.compute);
  const std::int64_t tiles = (t.n + chip.tensor.columns - 1) / chip.tensor.columns;
  const int row_tile = matmul_row_tile(t, chip, size);
  const std::int64_t interval =
      std::max<std::int64_t>(chip.tensor.min_interval, std::min<std::int64_t>(row_tile, t.rows));
  const auto streamed = static_cast<double>(t.batch * ((t.rows + row_tile - 1) / row_tile) * interval * tiles);
  OpEstimate e;
  e.tensor_ns = streamed * static_cast<double>(c.blocks) * 1000 / static_cast<double>(chip.tensor.clock_mhz);
  e.scalar_ns = lane_ns(chip.scalar, streamed);
  e.dma_ns = dma_ns(chip, static_cast<double>(t.k * t.n + t.batch * t.rows * t.k) * size +
                              static_cast<double>(t.batch * t.rows * t.n) * y_size);
  e.decision = fmt::format("{} contraction blocks, output chunks of {}, row tiles of {}", c.blocks, t.chunk, row_tile);
  return e;
}

}  // namespace

void Lowering::lower_op(const Node& node, const MatMul& op) {
  Shape a = shape(graph_, node.inputs[0]), b = shape(graph_, node.inputs[1]);
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  MatMulTile t = matmul_sizes(op, a, b, chip_.tensor.rows);
  const std::int64_t batch_a = elements(a) / (a.back() * a[a.size() - 2]),
                     batch_b = elements(b) / (b.back() * b[b.size() - 2]);
  const bool paired =
      elements(shape(graph_, node.output)) == t.batch * t.rows * t.n;  // false for [2, 1] against [1, 2]
  if ((batch_a != 1 && batch_b != 1 && batch_a != batch_b) || !paired)
    refuse(node, "batch axes of a matrix product that broadcast against each other",
           "expand the smaller operand before the product");
  const Contraction c(t, chip_.tensor.rows);
  const std::int64_t per_column = kBandSlots * c.blocks * size_of(program_.compute);
  if (per_column > sbuf_budget(chip_) / 2)
    refuse(
        node,
        fmt::format("a contraction of {} elements needs {} bytes of SBUF per partition for one output, {} are usable",
                    t.k, per_column, sbuf_budget(chip_) / 2),
        "split the contraction");
  t.chunk = static_cast<int>(std::min<std::int64_t>(sbuf_budget(chip_) / 2 / per_column, t.n));
  if (t.chunk < t.n && t.chunk > chip_.tensor.columns) t.chunk -= t.chunk % chip_.tensor.columns;
  t.a = as_dense(tensor_of(node.inputs[0]), node);
  t.y = tensor_of(node.output);
  const Constant* weights = constant(graph_, node.inputs[1]);
  t.constant_b = weights != nullptr && t.b_batch == 0;
  if (t.constant_b) {
    const std::vector<float> out = arrange_columns(t, c, weights->floats());
    t.b = program_.add_constant(node.name + ".weights", out, {static_cast<std::int64_t>(out.size())}, program_.compute);
  } else {
    t.b = as_dense(tensor_of(node.inputs[1]), node);
  }
  if (op.has_bias) {
    const Constant* bias = constant(graph_, input(node, kBiasSlot));
    if (!bias || elements(bias->shape) != t.n)
      refuse(node, "a matrix product whose bias is not one constant per column",
             "add the bias in an operator of its own");
    std::vector<float> scaled = bias->floats();
    for (float& f : scaled) f *= op.beta;
    t.bias = add_params(scaled, 0, static_cast<int>(t.n));
  }
  add(node, t, estimate_matmul(program_, t, c, chip_, size_of(dtype_of(t.y))));
}

void Lowering::lower_op(const Node& node, const Softmax& op) {
  const Shape& s = shape(graph_, node.output);
  const auto rank = static_cast<std::int64_t>(s.size());
  const std::int64_t axis = op.axis < 0 ? op.axis + rank : op.axis, n = s[static_cast<std::size_t>(axis)];
  const std::int64_t bytes = kBandSlots * (n * 12 + 256);
  if (bytes > sbuf_budget(chip_) || n > isa::kMaxCount)
    refuse(node,
           fmt::format("a softmax over {} elements needs {} bytes of SBUF per partition, {} are usable", n, bytes,
                       sbuf_budget(chip_)),
           "reduce the axis");
  TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  const TensorId y = tensor_of(node.output);
  std::vector<std::int64_t> perm(s.size());
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[static_cast<std::size_t>(axis)], perm.back());
  Shape turned = s;
  std::swap(turned[static_cast<std::size_t>(axis)], turned.back());
  const bool last = axis == rank - 1;
  TensorId out = y;
  if (!last) {
    const TensorId moved = scratch(node.name + ".turned", turned, dtype_of(x));
    permute(node, x, moved, s, perm);
    x = moved;
    out = scratch(node.name + ".softmax", turned, dtype_of(y));
  }
  OpEstimate e;
  const double tiles = static_cast<double>((elements(s) / n + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions);
  e.vector_ns = lane_ns(chip_.vector, tiles * static_cast<double>(n));
  e.scalar_ns = lane_ns(chip_.scalar, tiles * 2 * static_cast<double>(n));
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(s)) * (size_of(dtype_of(x)) + size_of(dtype_of(y))));
  add(node, SoftmaxTile{x, out, elements(s) / n, n}, e);
  if (!last) permute(node, out, y, turned, perm);
}

void Lowering::reduce_rows(const Node& node, TensorId x, TensorId y, Reduce::Op op, std::int64_t rows, std::int64_t n) {
  OpEstimate e;
  const double tiles = static_cast<double>((rows + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions);
  e.vector_ns = lane_ns(chip_.vector, tiles * static_cast<double>(n));
  e.dma_ns = dma_ns(chip_, static_cast<double>(rows * n) * size_of(dtype_of(x)));
  add(node, ReduceTile{x, y, op, rows, n}, e);
}

void Lowering::lower_op(const Node& node, const Reduce& op) {
  const Shape& s = shape(graph_, node.inputs[0]);
  std::vector<bool> reduced(s.size());
  for (std::int64_t axis : op.axes)
    reduced[static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(s.size()) : axis)] = true;
  std::vector<std::int64_t> perm;
  for (bool tail : {false, true})
    for (std::size_t i = 0; i < s.size(); ++i)
      if (reduced[i] == tail) perm.push_back(static_cast<std::int64_t>(i));
  Shape turned;
  std::int64_t n = 1;
  for (std::int64_t axis : perm) {
    turned.push_back(s[static_cast<std::size_t>(axis)]);
    if (reduced[static_cast<std::size_t>(axis)]) n *= turned.back();
  }
  TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  if (!std::is_sorted(perm.begin(), perm.end())) {
    const TensorId moved = scratch(node.name + ".turned", turned, dtype_of(x));
    permute(node, x, moved, s, perm);
    x = moved;
  }
  reduce_rows(node, x, tensor_of(node.output), op.op, elements(s) / n, n);
}

}  // namespace inf::compiler
