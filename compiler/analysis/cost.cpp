#include "compiler/analysis/cost.h"

#include <map>
#include <set>

#include "compiler/ir/access.h"

namespace inf::compiler {

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& y = shape(graph, node.output);
  if (const auto* conv = as<Conv>(node)) {
    const Shape &x = shape(graph, node.inputs[0]), &w = shape(graph, node.inputs[1]);
    const std::int64_t per_element =
        w[1] * w[2] * w[3];  // OIHW, or IOHW where each input element meets O/groups outputs
    return elements(conv->transposed ? x : y) * per_element;
  }
  if (const auto* matmul = as<MatMul>(node)) {
    const Shape& a = shape(graph, node.inputs[0]);
    return elements(y) * (matmul->transpose_a ? a[a.size() - 2] : a.back());
  }
  if (const auto* a = as<Attention>(node)) return a->batch * a->heads * a->rows * a->keys * (a->width + a->value_width);
  if (const auto* loop = as<Loop>(node)) return loop->trips * total_macs(*loop->body);
  return 0;
}

std::int64_t total_macs(const Graph& graph) {
  std::int64_t total = 0;
  for (const Node& n : graph.nodes) total += macs(graph, n);
  return total;
}

Traffic traffic(const Graph& graph, const Node& node) {
  Traffic t;
  const std::set<ValueId> distinct(node.inputs.begin(), node.inputs.end());
  for (const ValueId id : distinct) {
    if (id == kNoValue) continue;
    (graph.value(id).constant ? t.constants : t.activations) += elements(shape(graph, id));
  }
  each_output(node, [&](ValueId id) { t.written += elements(shape(graph, id)); });
  return t;
}

std::int64_t bytes(const Value& value) {
  switch (value.element) {
    case Element::f32: return elements(value.shape) * 4;
    case Element::i64: return elements(value.shape) * 8;
    case Element::boolean: return elements(value.shape);
  }
  return 0;
}

void fill_ledger_macs(Graph& graph) {
  std::map<std::string, std::int64_t> by_name;
  for (const Node& n : graph.nodes) by_name[n.name] += macs(graph, n);
  for (LedgerEntry& e : graph.ledger) {
    const auto at = by_name.find(e.node);
    e.macs = at == by_name.end() ? 0 : at->second;
  }
}

}  // namespace inf::compiler
