#include "compiler/analysis/uses.h"

namespace inf::compiler {

int Uses::only_consumer(ValueId id) const {
  if (id == kNoValue || is_output[static_cast<std::size_t>(id)]) return -1;
  const std::vector<int>& readers = consumers_of(id);
  return readers.size() == 1 ? readers[0] : -1;
}

Uses uses(const Graph& graph) {
  Uses u;
  u.producer.assign(graph.values.size(), -1);
  u.consumers.resize(graph.values.size());
  u.is_output.assign(graph.values.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    u.producer[static_cast<std::size_t>(graph.nodes[i].output)] = static_cast<int>(i);
    for (const ValueId id : graph.nodes[i].inputs)
      if (id != kNoValue) u.consumers[static_cast<std::size_t>(id)].push_back(static_cast<int>(i));
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
    spans[i].last = u.is_output[i]           ? static_cast<int>(graph.nodes.size())
                    : u.consumers[i].empty() ? u.producer[i]
                                             : u.consumers[i].back();
  }
  return spans;
}

}  // namespace inf::compiler
