#include <fmt/format.h>

#include <cmath>

#include "compiler/tiles/lowering.h"
#include "isa/program/rules.h"

// Elementwise operators: flat over the linear order for one operand, affine where one of two is a constant per channel
// of an image, else a nest of axes (lower_nest.cpp).
namespace inf::compiler {

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

namespace {

/// The values of a [1,C,1,1] or [C,1,1] constant when `shape` is an image with C channels.
const std::vector<float>* per_channel(const Constant* c, const Shape& image) {
  if (!c || image.size() != 4) return nullptr;
  Shape s = c->shape;
  while (s.size() < 4) s.insert(s.begin(), 1);
  return s[0] == 1 && s[1] == image[1] && s[2] == 1 && s[3] == 1 && image[1] > 1 ? &c->floats() : nullptr;
}

}  // namespace

void Lowering::flat(const Node& node, FlatTile t) {
  const int x = size_of(dtype_of(t.x)), y = size_of(dtype_of(t.y));
  const std::int64_t per_element = kBandSlots * (x + 2 * y);
  const std::int64_t partitions = chip_.sbuf.partitions;
  // A quarter of the tensor at a time, so that loads, arithmetic and stores overlap; at least 512 elements per
  // descriptor.
  const std::int64_t quarter = (t.elements + 4 * partitions - 1) / (4 * partitions);
  t.chunk = static_cast<int>(
      std::clamp<std::int64_t>(quarter, std::min<std::int64_t>(512, (t.elements + partitions - 1) / partitions),
                               std::min<std::int64_t>(sbuf_budget(chip_) / per_element, isa::kMaxCount)));
  OpEstimate e;
  e.scalar_ns = lane_ns(chip_.scalar, static_cast<double>(t.elements) / static_cast<double>(partitions));
  e.dma_ns = dma_ns(chip_, static_cast<double>(t.elements) * (x + y));
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
  // A block spans all partitions.
  if (!scale.empty()) t.scale = add_params(scale, 0, channels, chip_.sbuf.partitions);
  if (!shift.empty()) t.shift = add_params(shift, 0, channels, chip_.sbuf.partitions);
  const int in_size = size_of(dtype_of(x)), out_size = size_of(dtype_of(y));
  const std::int64_t blocks = (channels + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions;
  const auto bytes = [&] { return kBandSlots * (t.rows * shape[3] * (blocks * in_size + 2 * out_size) + 128); };
  t.rows = static_cast<int>((shape[2] + 3) / 4);
  while (t.rows > 1 && (bytes() > sbuf_budget(chip_) || t.rows * shape[3] > isa::kMaxCount)) --t.rows;
  if (bytes() > sbuf_budget(chip_))
    refuse(node,
           fmt::format("one row needs {} bytes of SBUF per partition, {} are usable", bytes(), sbuf_budget(chip_)),
           "use a narrower input", sbuf_shortage(chip_, "SBUF for one row", bytes(), sbuf_budget(chip_)));
  OpEstimate e;
  e.scalar_ns = lane_ns(chip_.scalar, static_cast<double>(blocks * shape[0] * shape[2] * shape[3]));
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(shape)) * (in_size + out_size));
  e.decision = fmt::format("bands of {} rows", t.rows);
  add(node, t, e);
}

void Lowering::lower_op(const Node& node, const Unary& op) {
  const TensorId x = tensor_of(node.inputs[0]), y = tensor_of(node.output);
  const std::int64_t n = elements(shape(graph_, node.output));
  if (n == 0) refuse(node, "a result without elements", "leave the operator out");
  flat(node, {.x = as_dense(x, node), .y = y, .act = op.act, .elements = n});
}

void Lowering::lower_op(const Node& node, const Binary& op) {
  const Shape& out = shape(graph_, node.output);
  ValueId a = node.inputs[0], b = node.inputs[1];
  const bool floats = graph_.value(a).element == Element::f32, swapped = constant(graph_, a) != nullptr;
  if (swapped) std::swap(a, b);
  const std::vector<float>* channels =
      floats && shape(graph_, a) == out ? per_channel(constant(graph_, b), out) : nullptr;
  if (channels && (op.op == Binary::Op::add || op.op == Binary::Op::mul ||
                   (!swapped && (op.op == Binary::Op::sub || op.op == Binary::Op::div)))) {
    std::vector<float> v = *channels;
    if (op.op == Binary::Op::sub)
      for (float& f : v) f = -f;
    if (op.op == Binary::Op::div)
      for (float& f : v) f = 1 / f;
    const bool scales = op.op == Binary::Op::mul || op.op == Binary::Op::div;
    affine(node, tensor_of(a), tensor_of(node.output), scales ? v : std::vector<float>{},
           scales ? std::vector<float>{} : v, op.act);
    return;
  }
  NestTile t;
  t.kind = NestTile::Kind::binary;
  t.op = op.op;
  t.act = op.act;
  for (ValueId id : node.inputs) t.in.push_back(nest_operand(node, id, out));
  nest(node, std::move(t));
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
