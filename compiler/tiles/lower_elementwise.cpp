#include <fmt/format.h>

#include <cmath>

#include "compiler/tiles/lowering.h"
#include "isa/program/rules.h"

// Elementwise operators: flat over the linear order where shapes agree, affine where one side is a constant per
// channel, and a broadcast copy first where neither holds.
namespace inf::compiler {
namespace {

/// The values of a [1,C,1,1] or [C,1,1] constant when `shape` is an image with C channels.
const std::vector<float>* per_channel(const Constant* c, const Shape& image) {
  if (!c || image.size() != 4) return nullptr;
  Shape s = c->shape;
  while (s.size() < 4) s.insert(s.begin(), 1);
  return s[0] == 1 && s[1] == image[1] && s[2] == 1 && s[3] == 1 && image[1] > 1 ? &c->floats() : nullptr;
}

/// Element steps of `from` broadcast to `to`.
std::vector<std::int64_t> broadcast_steps(const Shape& from, const Shape& to) {
  std::vector<std::int64_t> steps(to.size(), 0);
  std::int64_t step = 1;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t f = from.size() - 1 - i, t = to.size() - 1 - i;
    if (from[f] != 1) steps[t] = step;
    step *= from[f];
  }
  return steps;
}

std::vector<float> broadcast(const std::vector<float>& data, const Shape& from, const Shape& to) {
  const std::vector<std::int64_t> steps = broadcast_steps(from, to);
  std::vector<float> out(static_cast<std::size_t>(elements(to)));
  std::vector<std::int64_t> index(to.size());
  for (float& value : out) {
    std::int64_t at = 0;
    for (std::size_t i = 0; i < to.size(); ++i) at += index[i] * steps[i];
    value = data[static_cast<std::size_t>(at)];
    for (std::size_t i = to.size(); i-- > 0 && ++index[i] == to[i];) index[i] = 0;
  }
  return out;
}

}  // namespace

void Lowering::flat(const Node& node, FlatTile t) {
  const int a = size_of(dtype_of(t.a)), b = t.b == kNoTensor ? 0 : size_of(dtype_of(t.b)), y = size_of(dtype_of(t.y));
  const std::int64_t per_element = kBandSlots * (a + b + 4 + 2 * y);
  const std::int64_t partitions = chip_.sbuf.partitions;
  // A quarter of the tensor at a time, so that loads, arithmetic and stores overlap; at least 512 elements per
  // descriptor.
  const std::int64_t quarter = (t.elements + 4 * partitions - 1) / (4 * partitions);
  t.chunk = static_cast<int>(
      std::clamp<std::int64_t>(quarter, std::min<std::int64_t>(512, (t.elements + partitions - 1) / partitions),
                               sbuf_budget(chip_) / per_element));
  OpEstimate e;
  const double n = static_cast<double>(t.elements) / static_cast<double>(partitions);
  if (t.has_op) e.vector_ns = lane_ns(chip_.vector, t.b == kNoTensor ? n : 2 * n);
  e.scalar_ns = lane_ns(chip_.scalar, n);
  e.dma_ns = dma_ns(chip_, static_cast<double>(t.elements) * (a + b + y));
  e.decision = fmt::format("flat tiles of {} elements per partition", t.chunk);
  add(node, t, e);
}

void Lowering::affine(const Node& node, TensorId x, TensorId y, const std::vector<float>& scale,
                      const std::vector<float>& shift, const Activation& act) {
  const Shape shape = [&] {
    Shape s = program_.tensor(x).shape;
    while (s.size() < 4) s.push_back(1);
    return s;
  }();
  AffineTile t{.x = x, .y = y, .act = act};
  const int channels = static_cast<int>(shape[1]);
  // Parameter columns hold one value per array column; an affine block spans all partitions.
  if (chip_.tensor.columns != chip_.sbuf.partitions && channels > chip_.tensor.columns)
    refuse(
        node,
        fmt::format("a per-channel scale over {} channels on an array of {} columns", channels, chip_.tensor.columns),
        "fold it into the convolution before it");
  if (!scale.empty()) t.scale = add_params(scale, 0, channels);
  if (!shift.empty()) t.shift = add_params(shift, 0, channels);
  const int in_size = size_of(dtype_of(x)), out_size = size_of(dtype_of(y));
  const std::int64_t blocks = (channels + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions;
  const auto bytes = [&] { return kBandSlots * (t.rows * shape[3] * (blocks * in_size + 2 * out_size) + 128); };
  t.rows = static_cast<int>((shape[2] + 3) / 4);
  while (t.rows > 1 && (bytes() > sbuf_budget(chip_) || t.rows * shape[3] > isa::kMaxCount)) --t.rows;
  if (bytes() > sbuf_budget(chip_))
    refuse(node,
           fmt::format("one row needs {} bytes of SBUF per partition, {} are usable", bytes(), sbuf_budget(chip_)),
           "use a narrower input");
  OpEstimate e;
  e.scalar_ns = lane_ns(chip_.scalar, static_cast<double>(blocks * shape[0] * shape[2] * shape[3]));
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(shape)) * (in_size + out_size));
  e.decision = fmt::format("bands of {} rows", t.rows);
  add(node, t, e);
}

void Lowering::lower_op(const Node& node, const Unary& op) {
  const TensorId x = tensor_of(node.inputs[0]), y = tensor_of(node.output);
  flat(node, {.a = as_dense(x, node), .y = y, .act = op.act, .elements = elements(shape(graph_, node.output))});
}

void Lowering::lower_op(const Node& node, const Binary& op) {
  const Shape& out = shape(graph_, node.output);
  const TensorId y = tensor_of(node.output);
  ValueId a = node.inputs[0], b = node.inputs[1];
  const bool swapped = constant(graph_, a) != nullptr;
  if (swapped) std::swap(a, b);
  const Constant* c = constant(graph_, b);
  const std::int64_t n = elements(out);
  if (c && elements(c->shape) == 1 && shape(graph_, a) == out) {
    flat(node, {.a = as_dense(tensor_of(a), node),
                .y = y,
                .has_op = true,
                .op = op.op,
                .immediate = c->floats()[0],
                .reverse = swapped,
                .act = op.act,
                .elements = n});
    return;
  }
  const std::vector<float>* channels = shape(graph_, a) == out ? per_channel(c, out) : nullptr;
  if (channels && (op.op == Binary::Op::add || op.op == Binary::Op::mul ||
                   (!swapped && (op.op == Binary::Op::sub || op.op == Binary::Op::div)))) {
    std::vector<float> v = *channels;
    if (op.op == Binary::Op::sub)
      for (float& f : v) f = -f;
    if (op.op == Binary::Op::div)
      for (float& f : v) f = 1 / f;
    const bool scales = op.op == Binary::Op::mul || op.op == Binary::Op::div;
    affine(node, tensor_of(a), y, scales ? v : std::vector<float>{}, scales ? std::vector<float>{} : v, op.act);
    return;
  }
  const auto operand = [&](ValueId id) {
    const Shape& from = shape(graph_, id);
    if (const Constant* k = constant(graph_, id))
      return program_.add_constant(fmt::format("{}.{}", node.name, graph_.value(id).name),
                                   broadcast(k->floats(), from, out), out, program_.compute);
    const TensorId x = as_dense(tensor_of(id), node);
    if (from == out) return x;
    if (elements(from) == n) return x;
    const TensorId wide = scratch(graph_.value(id).name + ".broadcast", out, dtype_of(x));
    std::vector<std::int64_t> y_step(out.size(), 1);
    for (std::size_t i = out.size() - 1; i-- > 0;) y_step[i] = y_step[i + 1] * out[i + 1];
    copy(node, {.x = x, .y = wide, .size = out, .x_step = broadcast_steps(from, out), .y_step = y_step});
    return wide;
  };
  const TensorId first = operand(node.inputs[0]), second = operand(node.inputs[1]);
  flat(node, {.a = first, .b = second, .y = y, .has_op = true, .op = op.op, .act = op.act, .elements = n});
}

void Lowering::lower_op(const Node& node, const BatchNorm& op) {
  std::array<const Constant*, 4> p{};
  for (std::size_t i = 0; i < 4; ++i) {
    p[i] = constant(graph_, node.inputs[i + 1]);
    if (!p[i])
      refuse(node, "a batch normalisation whose statistics are computed at run time",
             "export the model in inference mode");
  }
  std::vector<float> scale, shift;
  for (std::size_t c = 0; c < p[0]->floats().size(); ++c) {
    scale.push_back(p[0]->floats()[c] / std::sqrt(p[3]->floats()[c] + op.epsilon));
    shift.push_back(p[1]->floats()[c] - p[2]->floats()[c] * scale.back());
  }
  affine(node, tensor_of(node.inputs[0]), tensor_of(node.output), scale, shift, {});
}

}  // namespace inf::compiler
