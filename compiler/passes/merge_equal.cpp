#include "compiler/passes/merge_equal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <tuple>

#include "compiler/ir/access.h"
#include "compiler/ir/fields.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

constexpr std::int64_t kSmall = 4096;  ///< elements up to which constants are compared by value

/// Appends the bytes of a field; floats by their bits, so that 0 and -0 differ.
struct KeyWriter {
  std::string& key;

  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void operator()(const T& v) const {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &v, sizeof(T));
    key.append(bytes, sizeof(T));
  }
  template <class T>
  void operator()(const std::vector<T>& v) const {
    (*this)(v.size());
    for (const T& item : v) (*this)(item);
  }
  template <class T, std::size_t N>
  void operator()(const std::array<T, N>& v) const {
    for (const T& item : v) (*this)(item);
  }
  void operator()(const Pads& p) const { (*this)(Shape{p.top, p.left, p.bottom, p.right}); }
  void operator()(const Activation& a) const { (*this)(a.fn), (*this)(a.alpha), (*this)(a.beta); }
  void operator()(const HeadView& v) const { (*this)(Shape{v.offset, v.batch, v.head, v.row}); }
};

/// For each value the first constant with its contents, itself where there is none.
std::vector<ValueId> equal_constants(const Graph& graph) {
  std::vector<ValueId> same(graph.values.size());
  std::iota(same.begin(), same.end(), 0);
  std::map<std::string, ValueId> first;
  for (std::size_t i = 0; i < same.size(); ++i) {
    const Value& v = graph.values[i];
    if (constant(graph, same[i]) == nullptr || elements(v.shape) > kSmall) continue;
    std::string key;
    const KeyWriter write{key};
    write(v.element), write(v.shape);
    std::visit(write, v.constant->data);
    same[i] = first.emplace(std::move(key), same[i]).first->second;
  }
  return same;
}

std::string key_of(const Graph& graph, const Node& n, const std::vector<ValueId>& same) {
  std::string key;
  const KeyWriter write{key};
  write(n.op.index());
  std::visit([&](const auto& op) { fields(op, [&](const char*, const auto& v) { write(v); }); }, n.op);
  for (const ValueId id : n.inputs) write(id == kNoValue ? id : same[static_cast<std::size_t>(id)]);
  write(shape(graph, n.output));
  return key;
}

}  // namespace

bool MergeEqual::run(Graph& graph) {
  std::vector<ValueId> same = equal_constants(graph);
  std::map<std::string, int> first;
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    if (as<Loop>(n)) continue;
    const auto [at, fresh] = first.emplace(key_of(graph, n, same), static_cast<int>(i));
    const bool is_output = std::find(graph.outputs.begin(), graph.outputs.end(), n.output) != graph.outputs.end();
    if (fresh || is_output) continue;
    same[static_cast<std::size_t>(n.output)] = graph.nodes[static_cast<std::size_t>(at->second)].output;
    removal.mark(static_cast<int>(i));
  }
  if (!removal.any()) return false;
  std::map<ValueId, std::string> writer;
  for (const Node& n : graph.nodes) writer[n.output] = n.name;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& n = graph.nodes[i];
    for (ValueId& id : n.inputs)
      if (id != kNoValue && writer.contains(id)) id = same[static_cast<std::size_t>(id)];
    if (removal.marked(static_cast<int>(i))) removal.fused(n.name, writer.at(same[static_cast<std::size_t>(n.output)]));
  }
  removal.apply(graph);
  return true;
}

}  // namespace inf::compiler
