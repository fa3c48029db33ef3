#include "compiler/analysis/uses.h"

#include "compiler/ir/access.h"

namespace inf::compiler {

int Uses::only_consumer(ValueId id) const {
  if (id == kNoValue || is_output[static_cast<std::size_t>(id)]) return -1;
  const std::span<const int> readers = consumers_of(id);
  return readers.size() == 1 ? readers[0] : -1;
}

Uses uses(const Graph& graph) {
  Uses u;
  u.producer.assign(graph.values.size(), -1);
  u.is_output.assign(graph.values.size(), false);
  u.first_.assign(graph.values.size() + 1, 0);
  for (const Node& n : graph.nodes)
    for (const ValueId id : n.inputs)
      if (id != kNoValue) ++u.first_[static_cast<std::size_t>(id) + 1];
  for (std::size_t i = 1; i < u.first_.size(); ++i) u.first_[i] += u.first_[i - 1];
  u.readers_.resize(static_cast<std::size_t>(u.first_.back()));
  std::vector<int> next(u.first_.begin(), u.first_.end() - 1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    each_output(graph.nodes[i], [&](ValueId id) { u.producer[static_cast<std::size_t>(id)] = static_cast<int>(i); });
    for (const ValueId id : graph.nodes[i].inputs)
      if (id != kNoValue)
        u.readers_[static_cast<std::size_t>(next[static_cast<std::size_t>(id)]++)] = static_cast<int>(i);
  }
  for (const ValueId id : graph.outputs) u.is_output[static_cast<std::size_t>(id)] = true;
  return u;
}

std::vector<Lifetime> lifetimes(const Graph& graph) {
  const Uses u = uses(graph);
  std::vector<Lifetime> spans(graph.values.size());
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (graph.values[i].constant) continue;
    spans[i].first = u.producer[i];
    const std::span<const int> readers = u.consumers_of(static_cast<ValueId>(i));
    spans[i].last = u.is_output[i]    ? static_cast<int>(graph.nodes.size())
                    : readers.empty() ? u.producer[i]
                                      : readers.back();
  }
  return spans;
}

}  // namespace inf::compiler
