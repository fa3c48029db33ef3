#include "tools/workflow/symbols.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

using compiler::Fate;
using compiler::Graph;
using compiler::Signature;

constexpr std::array<std::int64_t, 10> kUsualSizes = {1, 2, 8, 16, 32, 64, 128, 224, 256, 512};

std::set<std::string> refused_nodes(const Graph& graph) {
  std::set<std::string> names;
  for (const compiler::LedgerEntry& entry : graph.ledger)
    if (entry.fate == Fate::refused) names.insert(entry.node);
  return names;
}

/// The import, or nothing where the sizes contradict the model.
std::optional<Graph> attempt(const ImportAt& import, const Binding& sizes) {
  try {
    return import(sizes);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::import || error.kind() == ErrorKind::unsupported) return std::nullopt;
    throw;
  }
}

std::vector<std::string> axes_of(const Signature& signature, const std::string& name) {
  std::vector<std::string> axes;
  for (const Signature::Tensor& input : signature.inputs)
    for (std::size_t i = 0; i < input.axes.size(); ++i)
      if (compiler::symbol(input.axes[i]) == name) axes.push_back(fmt::format("{} axis {}", input.name, i));
  return axes;
}

std::vector<SymbolicValue> differing(const Graph& a, const Graph& b) {
  std::map<std::string, const compiler::Shape*> shapes;
  for (const compiler::Value& v : b.values)
    if (!v.constant) shapes[v.name] = &v.shape;
  std::vector<SymbolicValue> values;
  for (const compiler::Value& v : a.values) {
    const auto other = shapes.find(v.name);
    if (!v.constant && other != shapes.end() && *other->second != v.shape)
      values.push_back({v.name, v.shape, *other->second});
  }
  return values;
}

void compare(const Graph& graph, const Graph& other, SymbolUse& use) {
  use.values = differing(graph, other);
  const std::set<std::string> before = refused_nodes(graph);
  for (const compiler::LedgerEntry& entry : other.ledger)
    if (entry.fate == Fate::refused && !before.contains(entry.node))
      use.refused.push_back(fmt::format("node '{}' ({}): {}", entry.node, entry.onnx_type, entry.into));
}

}  // namespace

Binding probe_sizes(const Signature& signature, const Binding& bound, const ImportAt& import) {
  Binding sizes = bound;
  std::vector<std::string> open;
  for (const std::string& name : signature.symbols())
    if (!bound.contains(name)) open.push_back(name);
  if (open.empty()) return sizes;
  Binding best;
  std::size_t fewest = 0;
  for (const std::int64_t size : kUsualSizes) {
    for (const std::string& name : open) sizes[name] = size;
    const std::optional<Graph> graph = attempt(import, sizes);
    if (!graph) continue;
    const std::size_t refused = refused_nodes(*graph).size();
    if (best.empty() || refused < fewest) best = sizes, fewest = refused;
    if (refused == 0) break;
  }
  if (!best.empty()) return best;
  for (const std::string& name : open) sizes[name] = kUsualSizes.front();
  return sizes;
}

std::vector<SymbolUse> follow_symbols(const Signature& signature, const Binding& bound, const Binding& sizes,
                                      const Graph& graph, const ImportAt& import) {
  std::vector<SymbolUse> uses;
  for (const std::string& name : signature.symbols()) {
    SymbolUse use;
    use.name = name;
    use.size = sizes.at(name);
    use.other = 2 * use.size;
    use.assumed = !bound.contains(name);
    use.axes = axes_of(signature, name);
    Binding changed = sizes;
    changed[name] = use.other;
    if (const std::optional<Graph> other = attempt(import, changed))
      compare(graph, *other, use);
    else
      use.refused.push_back("the model contradicts itself at this size");
    uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace inf::workflow
