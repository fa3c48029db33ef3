#include <fmt/format.h>

#include <numeric>

#include "compiler/tiles/lowering.h"
#include "compiler/tiles/matmul_plan.h"

// Matrix products and operators over the last axis.
namespace inf::compiler {

int matmul_row_tile(const MatMulTile& t, const arch::ChipSpec& chip, int element_size) {
  const std::int64_t blocks = t.run + 1;
  const std::int64_t fits = sbuf_budget(chip) / 4 / (kBandSlots * blocks * element_size);
  return static_cast<int>(
      std::clamp<std::int64_t>(std::min<std::int64_t>(fits, t.rows), 1,
                               std::min<std::int64_t>(chip.tensor.max_moving, chip.psum.bank_bytes / 4)));
}

void Lowering::lower_op(const Node& node, const MatMul& op) {
  Shape a = shape(graph_, node.inputs[0]), b = shape(graph_, node.inputs[1]);
  const Shape& y = shape(graph_, node.output);
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  const Constant* weights = constant(graph_, node.inputs[1]);
  MatMulTile t;
  t.a = as_dense(tensor_of(node.inputs[0]), node);
  t.y = tensor_of(node.output);
  t.act = op.act;
  t.alpha = op.alpha;
  const std::size_t ra = a.size(), rb = b.size();
  t.rows = op.transpose_a ? a[ra - 1] : a[ra - 2];
  t.k = op.transpose_a ? a[ra - 2] : a[ra - 1];
  t.n = op.transpose_b ? b[rb - 2] : b[rb - 1];
  t.a_row = op.transpose_a ? 1 : a[ra - 1];
  t.a_k = op.transpose_a ? a[ra - 1] : 1;
  t.b_k = op.transpose_b ? 1 : b[rb - 1];
  t.b_n = op.transpose_b ? b[rb - 1] : 1;
  const std::int64_t batch_a = elements(a) / (a[ra - 1] * a[ra - 2]), batch_b = elements(b) / (b[rb - 1] * b[rb - 2]);
  t.batch = std::max(batch_a, batch_b);
  if (batch_a != t.batch && batch_a != 1)
    refuse(node, "batch axes of a matrix product that broadcast against each other",
           "expand the smaller operand before the product");
  if (batch_b != t.batch && batch_b != 1)
    refuse(node, "batch axes of a matrix product that broadcast against each other",
           "expand the smaller operand before the product");
  t.a_batch = batch_a == 1 ? 0 : a[ra - 1] * a[ra - 2];
  t.b_batch = batch_b == 1 ? 0 : b[rb - 1] * b[rb - 2];
  if (t.b_batch == 0 && !op.transpose_a) {  // one matrix for all: the batch is just more rows
    t.rows *= t.batch;
    t.batch = 1;
    t.a_batch = 0;
  }
  t.run = static_cast<int>(std::max<std::int64_t>(1, t.k / chip_.tensor.rows));
  const std::int64_t p = std::min<std::int64_t>(chip_.tensor.rows, t.k), rest = t.k - p * t.run,
                     blocks = t.run + (rest > 0 ? 1 : 0);
  const std::int64_t per_column = kBandSlots * blocks * size_of(program_.compute);
  t.chunk = static_cast<int>(std::clamp<std::int64_t>(sbuf_budget(chip_) / 2 / per_column, 1, t.n));
  if (t.chunk > chip_.tensor.columns) t.chunk -= t.chunk % chip_.tensor.columns;
  if (t.n <= t.chunk) t.chunk = static_cast<int>(t.n);
  if (per_column > sbuf_budget(chip_) / 2)
    refuse(node,
           fmt::format("a contraction of {} elements needs {} bytes of SBUF per partition for one output", t.k,
                       per_column),
           "split the contraction");
  if (weights && batch_b == 1) {
    t.constant_b = true;
    std::vector<float> out(static_cast<std::size_t>(p * blocks * t.n));
    const std::vector<float>& w = weights->floats();
    for (std::int64_t first = 0; first < t.n; first += t.chunk) {
      const std::int64_t count = std::min<std::int64_t>(t.chunk, t.n - first);
      for (std::int64_t part = 0; part < p; ++part)
        for (std::int64_t j = 0; j < blocks; ++j) {
          const bool tail = j == t.run;
          if (tail && part >= rest) continue;
          const std::int64_t k = tail ? p * t.run + part : part * t.run + j;
          for (std::int64_t c = 0; c < count; ++c)
            out[static_cast<std::size_t>(first * blocks * p + (part * blocks + j) * count + c)] =
                w[static_cast<std::size_t>(k * t.b_k + (first + c) * t.b_n)];
        }
    }
    t.b = constant_tensor(node.name + ".weights", out, {static_cast<std::int64_t>(out.size())}, program_.compute);
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
  OpEstimate e;
  const std::int64_t tiles = (t.n + chip_.tensor.columns - 1) / chip_.tensor.columns;
  const int row_tile = matmul_row_tile(t, chip_, size_of(program_.compute));
  const double columns =
      static_cast<double>(t.batch * ((t.rows + row_tile - 1) / row_tile) *
                          std::max<std::int64_t>(chip_.tensor.min_interval, std::min<std::int64_t>(row_tile, t.rows)));
  e.tensor_ns = columns * static_cast<double>(tiles * blocks) * 1000 / static_cast<double>(chip_.tensor.clock_mhz);
  e.scalar_ns = lane_ns(chip_.scalar, columns * static_cast<double>(tiles));
  e.dma_ns = dma_ns(chip_, static_cast<double>(t.k * t.n + t.batch * t.rows * t.k) * size_of(program_.compute) +
                               static_cast<double>(elements(y)) * size_of(dtype_of(t.y)));
  e.decision = fmt::format("{} contraction blocks, output chunks of {}, row tiles of {}", blocks, t.chunk, row_tile);
  add(node, t, e);
}

void Lowering::lower_op(const Node& node, const Softmax& op) {
  const Shape& s = shape(graph_, node.output);
  const auto rank = static_cast<std::int64_t>(s.size());
  const std::int64_t axis = op.axis < 0 ? op.axis + rank : op.axis, n = s[static_cast<std::size_t>(axis)];
  const std::int64_t bytes = kBandSlots * (n * 12 + 256);
  if (bytes > sbuf_budget(chip_) || n > 65535)
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
