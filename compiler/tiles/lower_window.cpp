#include <fmt/format.h>

#include "compiler/analysis/cost.h"
#include "compiler/tiles/lowering.h"
#include "compiler/tiles/reach.h"
#include "compiler/tiles/resize_plan.h"

// Operators over image windows: convolution, pooling, resize.
namespace inf::compiler {

void Lowering::lower_op(const Node& node, const Conv& op) {
  if (!constant(graph_, node.inputs[1]))
    refuse(node, "the weights are not constant", "export the model with its weights as initialisers");
  if (op.act.fn == Act::neg)
    refuse(node, "a negation fused into a convolution", "keep the negation as an operator of its own");
  if (op.has_residual && !chip_.tensor.takes(program_.storage))
    conv_then_add(node, op);
  else
    conv(node, op, tensor_of(node.output));
}

void Lowering::conv(const Node& node, const Conv& op, TensorId y) {
  const Shape& w = shape(graph_, node.inputs[1]);
  const int outputs = static_cast<int>(shape(graph_, node.output)[1]), groups = static_cast<int>(op.groups);
  const int per_group_out = outputs / groups, per_group_in = static_cast<int>(op.transposed ? w[0] / op.groups : w[1]);
  const int together = groups == 1 ? 1
                                   : std::min({groups, std::max(1, chip_.tensor.columns / per_group_out),
                                               std::max(1, chip_.tensor.rows / per_group_in)});
  for (int first = 0; first < groups; first += together)
    conv_chunk(node, op, y, first, std::min(together, groups - first));
}

void Lowering::conv_then_add(const Node& node, const Conv& op) {
  Conv product = op;
  product.has_residual = false;
  product.act = {};
  const Shape& s = shape(graph_, node.output);
  const TensorId y = tensor_of(node.output), x = scratch(node.name + ".product", s, DType::fp32);
  const TensorId sum = dense(y) ? y : scratch(node.name + ".sum", s, dtype_of(y));
  conv(node, product, x);
  NestTile add{.kind = NestTile::Kind::binary, .op = Binary::Op::add, .act = op.act};
  add.in = {{.tensor = x, .step = {1}}, {.tensor = as_dense(tensor_of(input(node, kResidualSlot)), node), .step = {1}}};
  add.y = {.tensor = sum, .step = {1}};
  add.size = {elements(s)};
  nest(node, std::move(add));
  if (sum == y) return;
  const std::int64_t image = elements(s) / s[0];
  copy(node,
       {.x = sum, .y = y, .size = {s[0], image}, .x_step = {image, 1}, .y_step = {program_.tensor(y).image_step, 1}});
}

ConvTile Lowering::conv_tile(const Node& node, const Conv& op, int first_group, int groups) {
  const Shape &ws = constant(graph_, node.inputs[1])->shape, &out = shape(graph_, node.output);
  const int out_per_group = static_cast<int>(out[1] / op.groups),
            in_per_group = static_cast<int>(op.transposed ? ws[0] / op.groups : ws[1]);
  ConvTile t;
  t.act = op.act;
  t.x_channel = first_group * in_per_group;
  t.x_channels = groups * in_per_group;
  t.y_channel = first_group * out_per_group;
  t.y_channels = groups * out_per_group;
  t.phases = conv_phases(op, ws, out);
  (op.transposed ? t.out_step : t.in_step) = op.stride;
  return t;
}

/// Columns of `width` output channels each.
void Lowering::add_conv_bias(const Node& node, const Conv& op, ConvTile& t, int width) {
  if (!op.has_bias) return;
  const Constant* bias = constant(graph_, input(node, kBiasSlot));
  if (!bias) refuse(node, "the bias is not constant", "export the model with its weights as initialisers");
  t.bias = add_params(bias->floats(), t.y_channel, t.y_channels, width);
}

void Lowering::add_conv(const Node& node, const Conv& op, ConvTile t, const OpEstimate& estimate) {
  const std::shared_ptr<const Constant> kernels = graph_.value(node.inputs[1]).constant;
  const Shape& ws = kernels->shape;
  const int out_per_group = static_cast<int>(shape(graph_, node.output)[1] / op.groups),
            in_per_group = static_cast<int>(op.transposed ? ws[0] / op.groups : ws[1]);
  const int first_group = t.x_channel / in_per_group, groups = t.x_channels / in_per_group;
  const std::int64_t kernel = ws[2] * ws[3], per_group = kernel * out_per_group * in_per_group;
  KernelView view{kernels->floats().data() + first_group * per_group,
                  out_per_group,
                  in_per_group,
                  per_group,
                  0,
                  0,
                  static_cast<int>(ws[3])};
  view.output_step = op.transposed ? kernel : kernel * in_per_group;
  view.input_step = op.transposed ? kernel * out_per_group : kernel;
  t.weights = program_.add_constant(
      fmt::format("{}.weights{}", node.name, first_group > 0 ? fmt::format(".{}", first_group) : ""),
      [t, chip = chip_, view, kernels] { return arrange_weights(t, chip, view); }, {arranged_elements(t, chip_)},
      program_.compute);
  add(node, t, estimate);
  if (groups < op.groups) program_.ops.back().macs = macs(graph_, node) * groups / op.groups;
}

void Lowering::conv_chunk(const Node& node, const Conv& op, TensorId y, int first_group, int groups) {
  ConvTile t = conv_tile(node, op, first_group, groups);
  t.x = loadable_as(program_.compute, tensor_of(node.inputs[0]), node);
  t.y = y;
  if (y == tensor_of(node.output)) t.also = output_beside(node.output);
  if (op.has_residual) t.residual = loadable_as(program_.storage, tensor_of(input(node, kResidualSlot)), node);
  program_.needs_identity |= op.has_residual;
  const OpEstimate estimate = plan_conv(program_, t, chip_, node.name);
  add_conv_bias(node, op, t, std::min(chip_.tensor.columns, t.chunk));
  add_conv(node, op, std::move(t), estimate);
}

void Lowering::lower_op(const Node& node, const Pool& op) {
  const Shape &x = shape(graph_, node.inputs[0]), &y = shape(graph_, node.output);
  const TensorId from = tensor_of(node.inputs[0]), to = tensor_of(node.output);
  const bool no_pads = op.pads == Pads{};
  if (y[2] == 1 && y[3] == 1 && op.kernel[0] == x[2] && op.kernel[1] == x[3] && no_pads) {
    reduce_rows(node, as_dense(from, node), to, op.kind == Pool::Kind::max ? Reduce::Op::max : Reduce::Op::mean,
                x[0] * x[1], x[2] * x[3]);
    return;
  }
  PoolTile t{.x = from,
             .y = to,
             .kind = op.kind,
             .kernel = op.kernel,
             .stride = op.stride,
             .dilation = op.dilation,
             .pads = op.pads};
  const std::int64_t window = op.kernel[0] * op.kernel[1];
  t.scale = 1.0f / static_cast<float>(window);
  if (op.kind == Pool::Kind::average && !no_pads && !op.count_include_pad) {
    std::vector<float> inverse;
    const auto inside = [](std::int64_t start, std::int64_t kernel, std::int64_t dilation, std::int64_t size) {
      std::int64_t n = 0;
      for (std::int64_t k = 0; k < kernel; ++k) n += start + k * dilation >= 0 && start + k * dilation < size;
      return n;
    };
    for (std::int64_t i = 0; i < y[2]; ++i)
      for (std::int64_t j = 0; j < y[3]; ++j)
        inverse.push_back(
            1.0f / static_cast<float>(inside(i * op.stride[0] - op.pads.top, op.kernel[0], op.dilation[0], x[2]) *
                                      inside(j * op.stride[1] - op.pads.left, op.kernel[1], op.dilation[1], x[3])));
    t.divisors = program_.add_constant(node.name + ".divisors", inverse, {y[2], y[3]}, DType::fp32);
  }
  const int in_size = size_of(dtype_of(from)), out_size = size_of(dtype_of(to));
  const std::int64_t blocks = (x[1] + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions;
  const std::int64_t in_cols = (y[3] - 1) * op.stride[1] + (op.kernel[1] - 1) * op.dilation[1] + 1;
  const auto bytes = [&](std::int64_t rows) {
    const std::int64_t in_rows = (rows - 1) * op.stride[0] + (op.kernel[0] - 1) * op.dilation[0] + 1;
    return kBandSlots * (blocks * in_rows * in_cols * in_size + rows * y[3] * (out_size + 4) + 128) + rows * y[3] * 4;
  };
  t.folds = t.divisors == kNoTensor ? exact_folds(x[1], chip_.sbuf.partitions) : 1;
  t.rows = static_cast<int>((y[2] + 4 * t.folds - 1) / (4 * t.folds));
  const auto fits = [&] {
    return bytes(t.rows) <= sbuf_budget(chip_) && t.rows * y[3] * window <= isa::kMaxFreeSbuf &&
           t.rows * y[3] <= isa::kMaxCount && in_reach(op.stride[0] * in_cols, t.rows);
  };
  while (t.rows > 1 && !fits()) --t.rows;
  if (!in_reach(op.dilation[0] * in_cols, op.kernel[0]))
    refuse(node,
           fmt::format("the rows of a window of the pooling lie {} elements apart, {} are the most",
                       op.dilation[0] * in_cols, isa::kMaxStep),
           "use a smaller dilation or a narrower input");
  if (!fits())
    refuse(node,
           fmt::format("one output row of the pooling needs {} bytes of SBUF per partition and reads {} elements; {} "
                       "and {} are the most",
                       bytes(1), y[3] * window, sbuf_budget(chip_), isa::kMaxFreeSbuf),
           "use a smaller window or a narrower input",
           sbuf_shortage(chip_, "SBUF for one row of a pooling", bytes(1), sbuf_budget(chip_)));
  OpEstimate e;
  const double outputs = static_cast<double>(blocks * y[0] * y[2] * y[3]) / t.folds;
  e.vector_ns = lane_ns(chip_.vector,
                        outputs * static_cast<double>(window) / (in_size == 2 && chip_.vector.bf16_fast_modes ? 2 : 1));
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(x)) * in_size + static_cast<double>(elements(y)) * out_size);
  e.decision = fmt::format("bands of {} output rows", t.rows);
  add(node, t, e);
}

void Lowering::lower_op(const Node& node, const Resize& op) {
  const Shape &x = shape(graph_, node.inputs[0]), &y = shape(graph_, node.output);
  ResizeTile t;
  t.x = tensor_of(node.inputs[0]);
  t.y = tensor_of(node.output);
  t.vertical = blend_runs(op, 0, x[2], y[2]);
  t.horizontal = blend_runs(op, 1, x[3], y[3]);
  const int in_size = size_of(dtype_of(t.x)), out_size = size_of(dtype_of(t.y));
  const std::int64_t blocks = (x[1] + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions;
  const auto bytes = [&] {
    return kBandSlots * (blocks * resize_input_rows(t, static_cast<int>(y[2])) * x[3] * in_size +
                         t.rows * (x[3] * 4 + y[3] * (4 + out_size)) + 256);
  };
  t.folds = exact_folds(x[1], chip_.sbuf.partitions);
  t.rows = static_cast<int>((y[2] + 4 * t.folds - 1) / (4 * t.folds));
  if (t.rows > 1) t.rows += t.rows % 2;  // even, so that the folds of a doubling blend alike
  const auto fits = [&] {
    return bytes() <= sbuf_budget(chip_) && t.rows * std::max(x[3], y[3]) <= isa::kMaxCount &&
           resize_in_reach(t, x[3], y[3]);
  };
  while (t.rows > 1 && !fits()) t.rows = std::max(1, t.rows - std::max(2, t.rows / 8 * 2));
  if (!fits())
    refuse(node,
           fmt::format("one output row of the resize needs {} bytes of SBUF per partition and has {} elements; {} and "
                       "{} are the most",
                       bytes(), std::max(x[3], y[3]), sbuf_budget(chip_), isa::kMaxCount),
           "use a narrower input", sbuf_shortage(chip_, "SBUF for one row of a resize", bytes(), sbuf_budget(chip_)));
  OpEstimate e;
  const double in_rows = static_cast<double>(blocks * y[0] * y[2] * x[3]) / t.folds,
               out_rows = static_cast<double>(blocks * y[0] * y[2] * y[3]) / t.folds;
  e.scalar_ns = lane_ns(chip_.scalar, in_rows + out_rows);
  if (op.mode == Resize::Mode::linear) e.vector_ns = lane_ns(chip_.vector, 2 * (in_rows + out_rows));
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(x)) * in_size + static_cast<double>(elements(y)) * out_size);
  e.decision = fmt::format("bands of {} output rows, {} row and {} column blends", t.rows, t.vertical.size(),
                           t.horizontal.size());
  add(node, t, e);
}

}  // namespace inf::compiler
