#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/shape.h"
#include "compiler/tiles/lowering.h"
#include "isa/numerics/convert.h"
#include "isa/numerics/rows.h"

// Matrix products. With constant weights the product is made form by form, when somebody wants one; with two operands
// from run time it is made at once, one matrix of the batch after the other.
namespace inf::compiler {
namespace {

/// In place of a ring's size where no weights stream.
constexpr std::int64_t kBoundless = std::int64_t{1} << 40;

/// Weights of a product, [k, n] whatever way they are stored.
struct WeightView {
  std::shared_ptr<const Constant> data;
  std::int64_t k_step = 0, n_step = 0;
};

/// Columns of y by slot, -1 where a slot holds zeros.
std::vector<std::int64_t> columns_by_slot(const Matrix& y, std::int64_t first) {
  std::vector<std::int64_t> columns(static_cast<std::size_t>(y.slots()), -1);
  for (std::int64_t c = 0; c < y.cols; ++c) columns[static_cast<std::size_t>(y.slot(c))] = first + c;
  return columns;
}

/// [column block][partition][contraction block][column of block], zero where a slot has no column.
std::vector<float> arrange(const WeightView& w, const Matrix& x, const std::vector<std::int64_t>& columns,
                           std::int64_t column_block, int partitions) {
  const std::int64_t used = std::min<std::int64_t>(partitions, x.slots()), blocks = x.blocks(partitions);
  const auto n = static_cast<std::int64_t>(columns.size());
  const float* const weights = w.data->floats().data();
  std::vector<float> out(static_cast<std::size_t>(used * blocks * n));
  for (std::int64_t k = 0; k < x.cols; ++k) {
    const std::int64_t slot = x.slot(k), p = slot % partitions, block = slot / partitions;
    for (std::int64_t first = 0; first < n; first += column_block) {
      const std::int64_t count = std::min(column_block, n - first);
      float* row = &out[static_cast<std::size_t>(first * blocks * used + (p * blocks + block) * count)];
      for (std::int64_t i = 0; i < count; ++i)
        if (const std::int64_t col = columns[static_cast<std::size_t>(first + i)]; col >= 0)
          row[i] = weights[k * w.k_step + col * w.n_step];
    }
  }
  return out;
}

std::vector<float> rounded(const std::vector<float>& v, DType dtype) {
  const Pattern row = Pattern::row(static_cast<std::uint32_t>(v.size()));
  std::vector<std::byte> bytes(v.size() * static_cast<std::size_t>(size_of(dtype)));
  std::vector<float> out(v.size());
  numerics::narrow(dtype, v.data(), row, bytes.data());
  numerics::widen(dtype, bytes.data(), row, out.data());
  return out;
}

/// Rows whose sum is `bias` to fp32's precision: each holds what the ones before left over.
std::vector<float> split_terms(std::vector<float> bias, DType dtype, std::int64_t& terms) {
  std::vector<float> out;
  for (terms = 0; terms < 3; ++terms) {
    bool left = false;
    const std::vector<float> parts = rounded(bias, dtype);
    out.insert(out.end(), parts.begin(), parts.end());
    for (std::size_t i = 0; i < bias.size(); ++i) {
      bias[i] = std::isfinite(parts[i]) ? bias[i] - parts[i] : 0;
      left = left || bias[i] != 0;
    }
    if (!left) return ++terms, out;
  }
  return out;
}

/// Whether the tensor engine's sum of the terms gives every value of `row` bit for bit: it takes subnormals for zero
/// and starts at +0.
bool exact_sum(const std::vector<float>& terms, const std::vector<float>& row) {
  const auto plain = [](float v) { return v == 0 || std::isnormal(v); };
  for (std::size_t i = 0; i < row.size(); ++i) {
    float sum = 0;
    for (std::size_t at = i; at < terms.size(); at += row.size()) {
      sum += terms[at];
      if (!plain(terms[at]) || !plain(sum)) return false;
    }
    if (std::bit_cast<std::uint32_t>(sum) != std::bit_cast<std::uint32_t>(row[i])) return false;
  }
  return true;
}

/// With fewer rows than this one transfer to all of them is as quick as one row and a product with ones.
constexpr std::int64_t kFewRows = 16;
/// With more blocks of rows it pays to read them once for as many weights as fit.
constexpr std::int64_t kFewBlocks = 4;

}  // namespace

/// A row that every one of `rows` rows is combined with: [terms, cols] whose sum it is where the tensor engine may
/// spread it, else [cols].
TensorId Lowering::row_constant(const std::string& name, const std::vector<float>& data, std::int64_t rows) {
  const auto cols = static_cast<std::int64_t>(data.size());
  if (rows >= kFewRows) {
    std::int64_t terms = 0;
    const std::vector<float> split = split_terms(data, program_.compute, terms);
    if (exact_sum(split, data)) return program_.add_constant(name, split, {terms, cols}, program_.compute);
  }
  return program_.add_constant(name, data, {cols}, DType::fp32);
}

/// Whether the weights of one more product in a loop may stay in SBUF for all rounds.
bool Lowering::keeps(std::int64_t bytes) {
  if (kept_bytes_ + bytes > sbuf_budget(chip_) * 2 / 5) return false;
  kept_bytes_ += bytes;
  return true;
}

/// [rows, cols] weights in SBUF before the loop begins.
MatrixId Lowering::resident_weights(TensorId weights, const std::string& name, std::int64_t rows, std::int64_t cols,
                                    const Node& node) {
  FetchTile f;
  f.x = weights;
  f.order = {.rows = rows};
  f.row_step = cols;
  f.y = add_matrix(name, {.dtype = program_.compute, .cols = cols, .group = cols, .pitch = cols, .order = f.order}, 0);
  OpEstimate e;
  e.dma_ns = dma_ns(chip_, static_cast<double>(rows * cols * size_of(program_.compute)));
  e.decision = "weights of a loop, kept in SBUF";
  return before_loop([&] { return outer_->add(node, f, e), f.y; });
}

MatrixId Lowering::linear(const Node& node, const Wish& wish) {
  const MatMul& op = *as<MatMul>(node);
  const Wish all = whole(node.output, Matrix::Major::tokens, stored_as(node.output));
  const bool tokens = wish.major == Matrix::Major::tokens;
  const bool same = wish == all || (wish.alpha == 1 && wish.group == wish.pitch), zeros = apply(op.act, 0) == 0;
  // a factor comes after the activation, and slots between heads must stay 0
  const bool direct = !op.has_residual && (op.act.fn == Act::none || same || (wish.alpha == 1 && zeros));
  if (!direct && !(wish == all)) {
    const MatrixId from = tokens ? some_features(node.output, node) : matrix_of(node.output, all, node);
    return turned(from, wish, graph_.value(node.output).name, node);
  }
  LinearTile t;
  t.x = some_features(node.inputs[0], node);
  if (op.has_residual) t.residual = tokens_of(input(node, kResidualSlot), node);
  t.y = add_matrix(graph_.value(node.output).name, wish, rows_of(node.output));
  const Matrix x = program_.matrix(t.x), y = program_.matrix(t.y);
  t.act = op.act;
  t.alpha = op.alpha * wish.alpha;
  t.order = tokens ? wish.order : RowOrder{.rows = y.rows};
  const int size = size_of(program_.compute), partitions = chip_.sbuf.partitions;
  const std::int64_t bytes_per_column = x.blocks(partitions) * size,
                     ring = program_.weight_ring > 0 ? program_.weight_ring : kBoundless;
  t.column_block =
      tokens ? std::min<std::int64_t>(chip_.tensor.max_moving, chip_.psum.bank_bytes / 4) : chip_.tensor.columns;
  t.column_block = std::clamp<std::int64_t>(ring / 2 / bytes_per_column, 1, t.column_block);
  if (!tokens)
    t.column_block = std::max<std::int64_t>(
        32, static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(t.column_block))));
  t.column_block = std::min(t.column_block, y.slots());
  // Weights that serve few rows leave most of the ring to those that come next.
  const bool few = y.rows <= kFewBlocks * partitions;
  const std::int64_t blocks = ring / (bytes_per_column * t.column_block);
  t.chunk_blocks = std::max<std::int64_t>(1, few ? blocks / 3 : blocks - 1);
  if (bytes_per_column * t.column_block * 2 > ring)
    refuse(node,
           fmt::format("a contraction of {} elements does not fit into the {} bytes of SBUF kept for weights", x.cols,
                       ring),
           "split the contraction",
           sbuf_shortage(chip_, "SBUF for the weights of a contraction", 6 * bytes_per_column * t.column_block,
                         sbuf_budget(chip_)));
  const std::int64_t n = cols_of(node.output);
  const WeightView view{graph_.value(node.inputs[1]).constant, op.transpose_b ? 1 : n, op.transpose_b ? x.cols : 1};
  const std::vector<std::int64_t> columns = columns_by_slot(y, wish.first);
  const std::string weights_name = fmt::format("{}.weights{}", node.name, program_.tensors.size());
  const std::int64_t weight_elements = x.slots() * y.slots();
  if (outer_ && keeps(y.slots() * bytes_per_column)) {
    const TensorId weights = program_.add_constant(
        weights_name, [=] { return arrange(view, x, columns, y.slots(), 1); }, {x.slots(), y.slots()},
        program_.compute);
    t.w = resident_weights(weights, weights_name, x.slots(), y.slots(), node);
    t.chunk_blocks = (y.slots() + t.column_block - 1) / t.column_block;
  } else {
    TensorId& known = arranged_[{view.data,
                                 op.transpose_b,
                                 {x.cols, x.group, x.pitch},
                                 {y.cols, y.group, y.pitch, wish.first, t.column_block}}]
                          .id;
    if (known == kNoTensor) {
      const std::int64_t count = std::min<std::int64_t>(partitions, x.slots()) * x.blocks(partitions) * y.slots();
      known = program_.add_constant(
          weights_name, [=, block = t.column_block] { return arrange(view, x, columns, block, partitions); }, {count},
          program_.compute);
    }
    t.weights = known;
  }
  if (op.has_bias) {
    const std::vector<float>& b = constant(graph_, input(node, kBiasSlot))->floats();
    std::vector<float> bias(columns.size());
    for (std::size_t i = 0; i < bias.size(); ++i)
      if (columns[i] >= 0)
        bias[i] = b[static_cast<std::size_t>(columns[i])] * op.beta * (tokens ? 1 / op.alpha : wish.alpha);
    if (!tokens) {
      t.bias_params = add_params(bias, 0, static_cast<int>(y.slots()), static_cast<int>(t.column_block));
    } else {
      std::int64_t terms = 0;
      const std::vector<float> split = split_terms(bias, program_.compute, terms);
      t.bias = program_.add_constant(weights_name + ".bias", split, {terms, y.slots()}, program_.compute);
    }
  }
  OpEstimate e;
  const double passes = static_cast<double>(y.slots()) / static_cast<double>(t.column_block);
  const double moving =
      tokens ? static_cast<double>(y.blocks(partitions) * y.slots()) : passes * static_cast<double>(y.rows);
  std::int64_t contractions = 0;
  for (std::int64_t block = 0; block < x.blocks(partitions); ++block)
    contractions += matmuls_over(chip_, x.partitions_of(block, partitions));
  e.tensor_ns = moving * static_cast<double>(contractions) * 1000 / static_cast<double>(chip_.tensor.clock_mhz) *
                (program_.compute == DType::fp32 ? chip_.tensor.fp32_passes : 1);
  (tokens && t.residual != kNoMatrix ? e.vector_ns : e.scalar_ns) =
      lane_ns(tokens && t.residual != kNoMatrix ? chip_.vector : chip_.scalar, moving);
  if (t.w == kNoMatrix) e.dma_ns = dma_ns(chip_, static_cast<double>(weight_elements) * size);
  e.decision = fmt::format("{} out, {} contraction blocks, {} columns at once, weights {}",
                           tokens ? "tokens" : "features", x.blocks(partitions), t.column_block,
                           t.w != kNoMatrix                               ? "kept in SBUF"
                           : t.chunk_blocks * t.column_block >= y.slots() ? "once"
                                                                          : "by chunks");
  add(node, t, e);
  program_.ops.back().macs = y.rows * x.cols * y.cols;
  return t.y;
}

void Lowering::lower_op(const Node& node, const MatMul& op) {
  const Constant* weights = constant(graph_, node.inputs[1]);
  const Constant* bias = op.has_bias ? constant(graph_, input(node, kBiasSlot)) : nullptr;
  const std::int64_t n = cols_of(node.output);
  if (op.has_bias && (!bias || elements(bias->shape) != n))
    refuse(node, "a matrix product whose bias is not one constant per column",
           "add the bias in an operator of its own");
  const Shape& a = shape(graph_, node.inputs[0]);
  const bool plain = weights && !op.transpose_a && a.size() >= 2 && weights->shape.size() >= 2 &&
                     elements(weights->shape) == weights->shape.back() * weights->shape[weights->shape.size() - 2] &&
                     rows_of(node.inputs[0]) == rows_of(node.output);
  if (plain)
    homes_[static_cast<std::size_t>(node.output)].pending = static_cast<int>(&node - graph_.nodes.data());
  else
    batched_matmul(node, op);
}

/// y[b] = act(alpha a[b] x b[b] + bias + residual[b]) for each matrix of the batch.
void Lowering::batched_matmul(const Node& node, const MatMul& op) {
  Shape a = shape(graph_, node.inputs[0]), b = shape(graph_, node.inputs[1]), y = shape(graph_, node.output);
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  const std::int64_t m = op.transpose_a ? a.back() : a[a.size() - 2], k = op.transpose_a ? a[a.size() - 2] : a.back();
  const std::int64_t n = op.transpose_b ? b[b.size() - 2] : b.back();
  const Shape batch_a(a.begin(), a.end() - 2), batch_b(b.begin(), b.end() - 2);
  const Shape batch = broadcast(batch_a, batch_b);
  const std::vector<std::int64_t> step_a = broadcast_steps(batch_a, batch), step_b = broadcast_steps(batch_b, batch);
  const TensorId ta = loadable_as(program_.compute, as_dense(tensor_of(node.inputs[0]), node), node),
                 tb = loadable_as(program_.compute, as_dense(tensor_of(node.inputs[1]), node), node),
                 ty = tensor_of(node.output);
  const TensorId tr = op.has_residual ? as_dense(tensor_of(input(node, kResidualSlot)), node) : kNoTensor;
  const auto fetch = [&](TensorId from, std::int64_t start, std::int64_t rows, std::int64_t cols, Matrix::Major major,
                         DType dtype) {
    FetchTile f;
    f.x = from, f.start = start, f.order = {.rows = rows};
    const bool tokens = major == Matrix::Major::tokens;
    f.row_step = tokens ? cols : 1;
    f.col_step = tokens ? 1 : rows;
    const Wish wish{.major = major, .dtype = dtype, .cols = cols, .group = cols, .pitch = cols, .order = f.order};
    f.y = add_matrix(program_.tensor(from).name, wish, rows);
    OpEstimate e;
    e.dma_ns = dma_ns(chip_, static_cast<double>(rows * cols * size_of(dtype)));
    add(node, f, e);
    return f.y;
  };
  const auto turn = [&](MatrixId from, std::int64_t cols) {
    const Wish wish{
        .major = Matrix::Major::features, .dtype = program_.compute, .cols = cols, .group = cols, .pitch = cols};
    return turned(from, wish, node.name, node);
  };
  std::vector<std::int64_t> index(batch.size());
  std::int64_t last_a = -1, last_b = -1;
  MatrixId ma = kNoMatrix, mb = kNoMatrix;
  for (std::int64_t i = 0; i < elements(batch); ++i) {
    std::int64_t at_a = 0, at_b = 0;
    for (std::size_t d = 0; d < batch.size(); ++d) at_a += index[d] * step_a[d], at_b += index[d] * step_b[d];
    for (std::size_t d = batch.size(); d-- > 0 && ++index[d] == batch[d];) index[d] = 0;
    if (at_a != last_a)
      ma = op.transpose_a ? fetch(ta, at_a * m * k, m, k, Matrix::Major::features, program_.compute)
                          : turn(fetch(ta, at_a * m * k, m, k, Matrix::Major::tokens, program_.compute), k);
    if (at_b != last_b)
      mb = op.transpose_b ? turn(fetch(tb, at_b * k * n, n, k, Matrix::Major::tokens, program_.compute), k)
                          : fetch(tb, at_b * k * n, k, n, Matrix::Major::tokens, program_.compute);
    last_a = at_a, last_b = at_b;
    LinearTile t;
    t.x = ma, t.w = mb;
    if (tr != kNoTensor) t.residual = fetch(tr, i * m * n, m, n, Matrix::Major::tokens, dtype_of(tr));
    const Wish wish{.dtype = dtype_of(ty), .cols = n, .group = n, .pitch = n, .order = {.rows = m}};
    t.y = add_matrix(graph_.value(node.output).name, wish, m);
    t.order = wish.order;
    t.act = op.act, t.alpha = op.alpha;
    t.column_block = std::min<std::int64_t>({chip_.tensor.max_moving, chip_.psum.bank_bytes / 4, n});
    t.chunk_blocks = (n + t.column_block - 1) / t.column_block;
    if (op.has_bias) {
      std::vector<float> bias = constant(graph_, input(node, kBiasSlot))->floats();
      for (float& f : bias) f *= op.beta / op.alpha;
      std::int64_t terms = 0;
      const std::vector<float> split = split_terms(bias, program_.compute, terms);
      t.bias = program_.add_constant(node.name + ".bias", split, {terms, n}, program_.compute);
    }
    OpEstimate e;
    const std::int64_t k_blocks = matmuls_over(chip_, k);
    e.tensor_ns = static_cast<double>((m + chip_.tensor.columns - 1) / chip_.tensor.columns * n * k_blocks) * 1000 /
                  static_cast<double>(chip_.tensor.clock_mhz);
    e.decision = fmt::format("matrix {} of {}", i + 1, elements(batch));
    add(node, t, e);
    program_.ops.back().macs = m * n * k;
    DepositTile d{.x = t.y, .y = ty, .start = i * m * n};
    OpEstimate store;
    store.dma_ns = dma_ns(chip_, static_cast<double>(m * n * size_of(dtype_of(ty))));
    add(node, d, store);
  }
}

}  // namespace inf::compiler
