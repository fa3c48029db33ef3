#include <fmt/format.h>

#include <bit>
#include <limits>

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
/// So do scores of which only the largest is wanted: rounding could make two of them equal that are not.
void Lowering::find_fp32_values() {
  const Uses use = uses(graph_);
  fp32_.assign(graph_.values.size(), false);
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const ValueId y = graph_.nodes[i].output;
    bool keep = true;
    for (int consumer : use.consumers_of(y)) {
      const Node& n = graph_.nodes[static_cast<std::size_t>(consumer)];
      const bool moves_on = (moves_data(n) || as<Where>(n)) && fp32_[static_cast<std::size_t>(n.output)];
      keep = keep && (moves_on || as<ArgMax>(n));
    }
    if (outer_ && use.is_output[static_cast<std::size_t>(y)]) keep = keep && carried_as_fp32_.contains(y);
    fp32_[static_cast<std::size_t>(y)] = keep && !stored_edge(y);
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
      const bool same_type = stored_as(part) == stored_as(node.output);
      if (maker && once && fits && same_type && !as<Reshape>(*maker) &&
          !use.is_output[static_cast<std::size_t>(part)] && windows_[static_cast<std::size_t>(part)].parent == kNoValue)
        windows_[static_cast<std::size_t>(part)] = {node.output, start};
      start += product(shape(graph_, part), axis, y.size());
    }
  }
}

DType Lowering::stored_as(ValueId value) const {
  switch (graph_.value(value).element) {
    case Element::f32: return fp32_[static_cast<std::size_t>(value)] ? DType::fp32 : program_.storage;
    case Element::i64: return DType::int32;
    case Element::boolean: return DType::uint8;
  }
  return DType::fp32;
}

DType Lowering::output_type(ValueId value) const {
  return graph_.value(value).element == Element::f32 && !stored_edge(value) ? DType::fp32 : stored_as(value);
}

bool Lowering::stored_edge(ValueId value) const {
  return !outer_ && lowered_.stored_edges.contains(graph_.value(value).name);
}

TensorId Lowering::constant_of(ValueId value, const Constant& c) {
  const Value& v = graph_.value(value);
  if (std::holds_alternative<std::vector<float>>(c.data))
    return program_.add_constant(
        v.name, [data = v.constant] { return data->floats(); }, v.shape,
        v.element == Element::f32 ? program_.storage : stored_as(value));
  std::vector<std::int32_t> whole;
  for (std::int64_t i : c.ints()) {
    if (i < std::numeric_limits<std::int32_t>::min() || i > std::numeric_limits<std::int32_t>::max())
      throw Error(ErrorKind::unsupported, fmt::format("constant '{}'", v.name),
                  fmt::format("{} is outside the 32-bit integers that the chip computes with", i),
                  {"use a value that fits into 32 bits"});
    whole.push_back(static_cast<std::int32_t>(i));
  }
  if (v.element == Element::i64) return program_.add_integers(v.name, whole, v.shape);
  return program_.add_constant(v.name, std::vector<float>(whole.begin(), whole.end()), v.shape,
                               v.element == Element::f32 ? program_.storage : stored_as(value));
}

TensorId Lowering::tensor_of(ValueId value) {
  TensorId& id = tensors_[static_cast<std::size_t>(value)];
  if (id != kNoTensor) return id;
  if (const ValueId outside = captured_[static_cast<std::size_t>(value)]; outside != kNoValue)
    return id = before_loop([&] { return outer_->tensor_of(outside); });
  const Value& v = graph_.value(value);
  const bool deposited = on_chip(value);
  TileTensor t;
  t.name = v.name;
  t.shape = v.shape;
  t.dtype = stored_as(value);
  if (const Constant* c = constant(graph_, value)) return id = constant_of(value, *c);
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
    t.dtype = output_type(value);
  }
  program_.tensors.push_back(t);
  id = static_cast<TensorId>(program_.tensors.size() - 1);
  if (deposited) deposit(value, id);
  return tensors_[static_cast<std::size_t>(value)];
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

TensorId Lowering::loadable_as(DType dtype, TensorId id, const Node& node) {
  if (chip_.dma.casts || dtype_of(id) == dtype) return id;
  TensorId& cast = casts_.try_emplace({id, dtype}, kNoTensor).first->second;
  if (cast == kNoTensor) {
    const TensorId from = as_dense(id, node);
    const TileTensor t = program_.tensor(from);
    cast = scratch(fmt::format("{}.{}", t.name, name(dtype)), t.shape, dtype);
    flat(node, {.x = from, .y = cast, .elements = elements(t.shape)});
  }
  return cast;
}

TensorId Lowering::output_beside(ValueId value) {
  const bool wanted = chip_.dma.casts && stored_as(value) != output_type(value) &&
                      std::count(graph_.outputs.begin(), graph_.outputs.end(), value) > 0;
  TensorId& id = outputs_beside_[static_cast<std::size_t>(value)];
  if (!wanted || id != kNoTensor) return id;
  const Value& v = graph_.value(value);
  program_.tensor(tensor_of(value)).name = v.name + ".internal";
  id = scratch(v.name, v.shape, DType::fp32);
  program_.tensor(id).role = TileTensor::Role::output;
  return id;
}

int Lowering::add_params(const std::vector<float>& values, int first, int count, int width) {
  std::vector<std::uint32_t> key{static_cast<std::uint32_t>(width)};
  for (int i = first; i < first + count; ++i)
    key.push_back(std::bit_cast<std::uint32_t>(values[static_cast<std::size_t>(i)]));
  const int column = static_cast<int>(program_.params.size());
  if (const auto [known, fresh] = lowered_.param_columns.try_emplace(std::move(key), column); !fresh)
    return known->second;
  for (int at = 0; at < count; at += width)
    program_.params.emplace_back(values.begin() + first + at, values.begin() + first + std::min(count, at + width));
  if (static_cast<std::int64_t>(program_.params.size()) * 4 + 256 * size_of(program_.storage) > kResidentBytes)
    throw Error(
        ErrorKind::unsupported, graph_.name,
        fmt::format(
            "more than {} parameter columns: the biases do not fit into the {} bytes per partition kept for them",
            program_.params.size(), kResidentBytes),
        {"split the model"});
  return column;
}

}  // namespace inf::compiler
