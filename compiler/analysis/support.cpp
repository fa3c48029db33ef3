#include "compiler/analysis/support.h"

#include <fmt/format.h>

#include "compiler/ir/access.h"

namespace inf::compiler {
namespace {

/// Parts of a chip that some operators need.
enum class Need : std::uint8_t { indexed_access, branches };

bool has(const arch::ChipSpec& chip, Need need) {
  switch (need) {
    case Need::indexed_access: return chip.has(arch::Engine::gpsimd);
    case Need::branches: return chip.sequencer.loops;
  }
  return false;
}

Obstacle obstacle(const arch::ChipSpec& chip, Need need, const std::string& what) {
  switch (need) {
    case Need::indexed_access:
      return {fmt::format("{} has no engine that forms addresses from values: {}", chip.name, what),
              "make the indices constant, or write it as a product with one-hot rows"};
    case Need::branches:
      return {fmt::format("{} cannot branch on values: {}", chip.name, what),
              "let the loop run a fixed number of rounds"};
  }
  return {};
}

/// What is asked of the chip's parts by each operator; `what` says it in words.
struct Asked {
  Need need;
  std::string what;
};

bool known(const Graph& graph, const Node& node, std::size_t slot) {
  return graph.value(node.inputs.at(slot)).constant != nullptr;
}

std::optional<Asked> asked(const Graph& graph, const Node& node) {
  if (as<Gather>(node) && !known(graph, node, 1))
    return Asked{Need::indexed_access, "a gather with indices computed at run time"};
  if (as<Scatter>(node) && !known(graph, node, 1))
    return Asked{Need::indexed_access, "a scatter with indices computed at run time"};
  if (const auto* loop = as<Loop>(node); loop && leaves_early(graph, node, *loop))
    return Asked{Need::branches, "a loop that ends on a condition"};
  return std::nullopt;
}

}  // namespace

bool leaves_early(const Graph& graph, const Node& node, const Loop& loop) {
  const ValueId starts = input(node, 0);
  if (starts != kNoValue && graph.value(starts).constant == nullptr) return true;
  const Graph& body = *loop.body;
  const ValueId goes_on = body.outputs.at(0);
  return body.value(goes_on).constant == nullptr && goes_on != body.inputs.at(1);
}

std::optional<Obstacle> support(const Graph& graph, const Node& node, const arch::ChipSpec& chip) {
  if (const auto need = asked(graph, node); need && !has(chip, need->need))
    return obstacle(chip, need->need, need->what);
  const auto* loop = as<Loop>(node);
  if (loop == nullptr) return std::nullopt;
  for (const Node& inner : loop->body->nodes)
    if (const auto found = support(*loop->body, inner, chip))
      return Obstacle{fmt::format("in its body, node '{}': {}", inner.name, found->why), found->way_out};
  return std::nullopt;
}

}  // namespace inf::compiler
