#include <fmt/format.h>

#include "compiler/analysis/uses.h"
#include "compiler/tiles/lowering.h"

// Where values live: tensors, windows into a concat's result, aliases of reshapes, constants.
namespace inf::compiler {
namespace {

bool moves_data(const Node& node) {
  return as<Reshape>(node) || as<Transpose>(node) || as<Slice>(node) || as<Concat>(node);
}

/// Operators that can write planes into a window whose images are not neighbours.
bool writes_planes(const Node& node) { return as<Conv>(node) || as<Pool>(node) || as<Resize>(node); }

std::int64_t product(const Shape& shape, std::size_t first, std::size_t last) {
  std::int64_t n = 1;
  for (std::size_t i = first; i < last; ++i) n *= shape[i];
  return n;
}

}  // namespace

TensorId TileProgram::root(TensorId id, std::int64_t* start) const {
  std::int64_t at = 0;
  while (tensor(id).parent != kNoTensor) {
    at += tensor(id).parent_start;
    id = tensor(id).parent;
  }
  if (start) *start = at;
  return id;
}

/// A value that only moves on its way to a graph output keeps fp32: rounding it would cost accuracy and save nothing.
void Lowering::find_fp32_values() {
  const Uses use = uses(graph_);
  fp32_.assign(graph_.values.size(), false);
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const ValueId y = graph_.nodes[i].output;
    bool keep = true;
    for (int consumer : use.consumers_of(y)) {
      const Node& n = graph_.nodes[static_cast<std::size_t>(consumer)];
      keep = keep && moves_data(n) && fp32_[static_cast<std::size_t>(n.output)];
    }
    fp32_[static_cast<std::size_t>(y)] = keep;
  }
}

/// A concat is free when its parts are written where they belong: those that one operator writes and that live nowhere
/// else yet.
void Lowering::find_windows() {
  const Uses use = uses(graph_);
  windows_.assign(graph_.values.size(), {});
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const Node& node = graph_.nodes[i];
    const Concat* concat = as<Concat>(node);
    if (!concat) continue;
    const Shape& y = shape(graph_, node.output);
    const auto axis =
        static_cast<std::size_t>(concat->axis < 0 ? concat->axis + static_cast<std::int64_t>(y.size()) : concat->axis);
    const std::int64_t images = product(y, 0, axis);
    std::int64_t start = 0;
    for (ValueId part : node.inputs) {
      const int producer = use.producer_of(part);
      const Node* maker = producer >= 0 ? &graph_.nodes[static_cast<std::size_t>(producer)] : nullptr;
      const bool once = std::count(node.inputs.begin(), node.inputs.end(), part) == 1;
      const bool fits = images == 1 || (axis == 1 && maker && y.size() == 4 && writes_planes(*maker));
      const bool same_type = fp32_[static_cast<std::size_t>(part)] == fp32_[static_cast<std::size_t>(node.output)];
      if (maker && once && fits && same_type && !as<Reshape>(*maker) &&
          !use.is_output[static_cast<std::size_t>(part)] && windows_[static_cast<std::size_t>(part)].parent == kNoValue)
        windows_[static_cast<std::size_t>(part)] = {node.output, start};
      start += product(shape(graph_, part), axis, y.size());
    }
  }
}

TensorId Lowering::tensor_of(ValueId value) {
  TensorId& id = tensors_[static_cast<std::size_t>(value)];
  if (id != kNoTensor) return id;
  const Value& v = graph_.value(value);
  TileTensor t;
  t.name = v.name;
  t.shape = v.shape;
  t.dtype = fp32_[static_cast<std::size_t>(value)] ? DType::fp32 : program_.compute;
  if (const Constant* c = constant(graph_, value))
    return id = program_.add_constant(v.name, c->floats(), v.shape, program_.compute);
  const Window window = windows_[static_cast<std::size_t>(value)];
  if (window.parent != kNoValue) {
    t.parent = tensor_of(window.parent);
    t.parent_start = window.start;
    const TileTensor& parent = program_.tensor(t.parent);
    t.image_step = parent.shape.size() == 4 && v.shape.size() == 4 && v.shape[0] > 1
                       ? (parent.image_step > 0 ? parent.image_step : product(parent.shape, 1, 4))
                       : 0;
  }
  if (std::count(graph_.inputs.begin(), graph_.inputs.end(), value) > 0) {
    t.role = TileTensor::Role::input;
    t.dtype = DType::fp32;
  }
  program_.tensors.push_back(t);
  return tensors_[static_cast<std::size_t>(value)] = static_cast<TensorId>(program_.tensors.size() - 1);
}

TensorId Lowering::scratch(const std::string& name, Shape shape, DType dtype) {
  TileTensor t;
  t.name = name;
  t.dtype = dtype;
  t.shape = std::move(shape);
  program_.tensors.push_back(std::move(t));
  return static_cast<TensorId>(program_.tensors.size() - 1);
}

bool Lowering::dense(TensorId id) const {
  const TileTensor& t = program_.tensor(id);
  return t.image_step == 0 || t.image_step * t.shape[0] == elements(t.shape);
}

TensorId Lowering::as_dense(TensorId id, const Node& node) {
  if (dense(id)) return id;
  const TileTensor t = program_.tensor(id);
  const TensorId out = scratch(t.name + ".dense", t.shape, dtype_of(id));
  const std::int64_t image = elements(t.shape) / t.shape[0];
  copy(node, {.x = id, .y = out, .size = {t.shape[0], image}, .x_step = {t.image_step, 1}, .y_step = {image, 1}});
  return out;
}

TensorId Lowering::output_beside(ValueId value) {
  const bool wanted =
      std::count(graph_.outputs.begin(), graph_.outputs.end(), value) > 0 && !fp32_[static_cast<std::size_t>(value)];
  TensorId& id = outputs_beside_[static_cast<std::size_t>(value)];
  if (!wanted || id != kNoTensor) return id;
  const Value& v = graph_.value(value);
  program_.tensor(tensor_of(value)).name = v.name + ".internal";
  id = scratch(v.name, v.shape, DType::fp32);
  program_.tensor(id).role = TileTensor::Role::output;
  return id;
}

int Lowering::add_params(const std::vector<float>& values, int first, int count) {
  const int column = static_cast<int>(program_.params.size()), width = chip_.tensor.columns;
  for (int at = 0; at < count; at += width)
    program_.params.emplace_back(values.begin() + first + at, values.begin() + first + std::min(count, at + width));
  if (static_cast<std::int64_t>(program_.params.size()) * 4 + 256 * size_of(program_.compute) > kResidentBytes)
    throw Error(
        ErrorKind::unsupported, graph_.name,
        fmt::format(
            "more than {} parameter columns: the biases do not fit into the {} bytes per partition kept for them",
            program_.params.size(), kResidentBytes),
        {"split the model"});
  return column;
}

}  // namespace inf::compiler
