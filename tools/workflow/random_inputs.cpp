#include "tools/workflow/random_inputs.h"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/ir/access.h"
#include "workloads/weights/random.h"

namespace inf::workflow {
namespace {

using compiler::Graph;
using compiler::Node;
using compiler::ValueId;

bool carries(const Node& node) {
  return compiler::as<compiler::Reshape>(node) || compiler::as<compiler::Transpose>(node) ||
         compiler::as<compiler::Slice>(node) || compiler::as<compiler::Concat>(node) ||
         compiler::as<compiler::Expand>(node) || compiler::as<compiler::Cast>(node);
}

/// How many rows an index input of a node may name; 0 when the slot takes no indices.
std::int64_t rows_behind(const Graph& graph, const Node& node, std::size_t slot) {
  if (slot != 1) return 0;
  const compiler::Shape& data = compiler::shape(graph, node.inputs[0]);
  if (const auto* gather = compiler::as<compiler::Gather>(node)) {
    const auto rank = static_cast<std::int64_t>(data.size());
    return data[static_cast<std::size_t>(gather->axis < 0 ? gather->axis + rank : gather->axis)];
  }
  return compiler::as<compiler::Scatter>(node) ? data[0] : 0;
}

/// How many rows the integers of a value choose from, wherever they get unchanged; 0 where they index nothing.
std::int64_t rows_of(const Graph& graph, ValueId input) {
  std::vector<bool> reached(graph.values.size());
  reached[static_cast<std::size_t>(input)] = true;
  std::int64_t bound = 0;
  for (const Node& node : graph.nodes)
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
      if (node.inputs[slot] == compiler::kNoValue || !reached[static_cast<std::size_t>(node.inputs[slot])]) continue;
      if (carries(node)) reached[static_cast<std::size_t>(node.output)] = true;
      const std::int64_t rows = rows_behind(graph, node, slot);
      if (rows > 0) bound = bound == 0 ? rows : std::min(bound, rows);
    }
  return bound;
}

bool is_float(const Graph& graph, ValueId input) { return graph.value(input).element == compiler::Element::f32; }

}  // namespace

std::vector<float> random_input(const Graph& graph, ValueId input, std::uint64_t seed) {
  const compiler::Value& value = graph.value(input);
  const workloads::CounterRandom random(seed, value.name);
  std::vector<float> values(static_cast<std::size_t>(compiler::elements(value.shape)), 1.0f);
  const bool floats = is_float(graph, input);
  const std::int64_t rows = floats ? 0 : rows_of(graph, input);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (floats) values[i] = random.normal(i);
    if (rows > 0) values[i] = static_cast<float>(random.bits(i) % static_cast<std::uint64_t>(rows));
  }
  return values;
}

std::string random_input_words(const Graph& graph, ValueId input) {
  if (is_float(graph, input)) return "normally distributed values";
  const std::int64_t rows = rows_of(graph, input);
  return rows > 0 ? fmt::format("uniform indices 0 to {}", rows - 1) : "ones";
}

}  // namespace inf::workflow
