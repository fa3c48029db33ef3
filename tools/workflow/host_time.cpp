#include "tools/workflow/host_time.h"

#include <algorithm>

#include "compiler/analysis/cost.h"
#include "compiler/ir/access.h"

namespace inf::workflow {
namespace {

using compiler::Graph;
using compiler::Node;
using compiler::ValueId;

constexpr double kFlopsPerMac = 2;

double written_bytes(const Graph& graph, const Node& node) {
  double bytes = static_cast<double>(compiler::bytes(graph.value(node.output)));
  for (const ValueId id : node.more) bytes += static_cast<double>(compiler::bytes(graph.value(id)));
  return bytes;
}

/// A gather touches the rows that it takes, not the table; a reshape touches nothing.
double moved_bytes(const Graph& graph, const Node& node) {
  if (compiler::as<compiler::Reshape>(node)) return 0;
  double bytes = written_bytes(graph, node);
  for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
    if (node.inputs[slot] == compiler::kNoValue) continue;
    const double whole = static_cast<double>(compiler::bytes(graph.value(node.inputs[slot])));
    const bool table = slot == 0 && compiler::as<compiler::Gather>(node) != nullptr;
    bytes += table ? std::min(whole, written_bytes(graph, node)) : whole;
  }
  return bytes;
}

double flops(const Graph& graph, const Node& node) {
  const std::int64_t macs = compiler::macs(graph, node);
  return macs > 0 ? kFlopsPerMac * static_cast<double>(macs)
                  : static_cast<double>(compiler::elements(compiler::shape(graph, node.output)));
}

/// Calls visit(operators, flops, bytes) for a node, or for each node of its body, as often as it runs.
template <class Visit>
void each(const Graph& graph, const Node& node, std::int64_t rounds, const Visit& visit) {
  if (const auto* loop = compiler::as<compiler::Loop>(node)) {
    for (const Node& inner : loop->body->nodes) each(*loop->body, inner, rounds * loop->trips, visit);
  } else {
    visit(rounds, flops(graph, node), moved_bytes(graph, node));
  }
}

}  // namespace

HostWork host_work(const Graph& graph) {
  HostWork work;
  for (const Node& node : graph.nodes)
    each(graph, node, 1, [&](std::int64_t rounds, double flops, double bytes) {
      const double times = static_cast<double>(rounds);
      work.operators += rounds;
      work.flops += times * flops;
      work.bytes += times * bytes;
    });
  return work;
}

std::vector<double> host_node_ns(const Graph& graph, const arch::RuntimeSpec& runtime) {
  std::vector<double> all;
  for (const Node& node : graph.nodes)
    each(graph, node, 1, [&, &ns = all.emplace_back()](std::int64_t rounds, double flops, double bytes) {
      const double arithmetic = flops / runtime.host_gflops, memory = bytes / runtime.host_gb_per_s;
      ns +=
          static_cast<double>(rounds) * (static_cast<double>(runtime.host_operator_ns) + std::max(arithmetic, memory));
    });
  return all;
}

double host_ns(const Graph& graph, const arch::RuntimeSpec& runtime) {
  double sum = 0;
  for (const double ns : host_node_ns(graph, runtime)) sum += ns;
  return sum;
}

}  // namespace inf::workflow
