#pragma once
#include <vector>

#include "compiler/ir/graph.h"
#include "isa/arch/instance.h"

namespace inf::workflow {

/// What a graph asks of the host when it runs operator by operator. Units: floating-point operations, bytes.
struct HostWork {
  std::int64_t operators = 0;  ///< rounds of loops counted
  double flops = 0, bytes = 0;
};
HostWork host_work(const compiler::Graph& graph);

/// How long the host takes: each operator is dispatched, then bound by arithmetic or by memory, whichever is longer.
/// Source: the instance file's runtime section; its host figures are assumed.
double host_ns(const compiler::Graph& graph, const arch::RuntimeSpec& runtime);

/// The same of each node of the graph.
std::vector<double> host_node_ns(const compiler::Graph& graph, const arch::RuntimeSpec& runtime);

}  // namespace inf::workflow
