#include "compiler/analysis/fold.h"

#include <algorithm>
#include <cmath>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"

namespace inf::compiler {
namespace {

constexpr std::int64_t kExact = std::int64_t{1} << 24;

bool exact(const std::vector<std::int64_t>& values) {
  return std::all_of(values.begin(), values.end(), [](std::int64_t v) { return v <= kExact && v >= -kExact; });
}

}  // namespace

std::shared_ptr<const Constant> folded(const Graph& graph, const Node& node, const Shape& shape, Element element) {
  if (as<Loop>(node)) return nullptr;
  std::vector<std::vector<float>> held(node.inputs.size());
  std::vector<const std::vector<float>*> operands(node.inputs.size(), nullptr);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kNoValue) continue;
    const Constant* c = constant(graph, node.inputs[i]);
    if (c == nullptr) return nullptr;
    operands[i] = &held[i];
    if (const auto* floats = std::get_if<std::vector<float>>(&c->data))
      operands[i] = floats;
    else if (!exact(c->ints()))
      return nullptr;
    else
      held[i] = as_floats(*c);
  }
  std::vector<float> y = interpret_values(graph, node, operands, shape);
  if (element == Element::f32) return std::make_shared<const Constant>(Constant{shape, std::move(y)});
  if (!std::all_of(y.begin(), y.end(), [](float v) { return std::abs(v) <= static_cast<float>(kExact); }))
    return nullptr;
  return std::make_shared<const Constant>(Constant{shape, std::vector<std::int64_t>(y.begin(), y.end())});
}

}  // namespace inf::compiler
