#include "compiler/passes/fold_batch_norm.h"

#include <algorithm>
#include <cmath>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"
#include "compiler/passes/weights.h"

namespace inf::compiler {
namespace {

bool constants_known(const Graph& graph, const Node& bn) {
  return std::all_of(bn.inputs.begin() + 1, bn.inputs.end(),
                     [&](ValueId id) { return float_constant(graph, id) != nullptr; });
}

Affine affine_of(const Graph& graph, const Node& bn) {
  const auto values = [&](std::size_t slot) -> const std::vector<float>& {
    return float_constant(graph, bn.inputs[slot])->floats();
  };
  const double epsilon = as<BatchNorm>(bn)->epsilon;
  Affine a;
  for (std::size_t c = 0; c < values(1).size(); ++c) {
    a.scale.push_back(values(1)[c] / std::sqrt(static_cast<double>(values(4)[c]) + epsilon));
    a.shift.push_back(values(2)[c] - values(3)[c] * a.scale.back());
  }
  return a;
}

bool reduced(const Graph& graph, const Node& bn) {
  const auto all = [&](std::size_t slot, float v) {
    const auto& data = float_constant(graph, bn.inputs[slot])->floats();
    return std::all_of(data.begin(), data.end(), [&](float x) { return x == v; });
  };
  return as<BatchNorm>(bn)->epsilon == 0 && all(3, 0) && all(4, 1);
}

void reduce(Graph& graph, Node& bn) {
  const Affine a = affine_of(graph, bn);
  const Shape channels = {static_cast<std::int64_t>(a.scale.size())};
  const std::string base = graph.value(bn.output).name;
  const std::size_t n = a.scale.size();
  bn.inputs[1] = add_constant(graph, base + ".scale", channels, {a.scale.begin(), a.scale.end()});
  bn.inputs[2] = add_constant(graph, base + ".shift", channels, {a.shift.begin(), a.shift.end()});
  bn.inputs[3] = add_constant(graph, base + ".mean", channels, std::vector<float>(n, 0.0f));
  bn.inputs[4] = add_constant(graph, base + ".variance", channels, std::vector<float>(n, 1.0f));
  as<BatchNorm>(bn)->epsilon = 0;
}

}  // namespace

bool FoldBatchNorm::run(Graph& graph) {
  Uses u = uses(graph);
  Removal removal(graph);
  bool changed = false;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& bn = graph.nodes[i];
    if (!as<BatchNorm>(bn) || !constants_known(graph, bn)) continue;
    const int p = u.producer_of(bn.inputs[0]);
    if (p >= 0 && u.only_consumer(bn.inputs[0]) == static_cast<int>(i) &&
        takes_affine(graph, graph.nodes[static_cast<std::size_t>(p)])) {
      Node& before = graph.nodes[static_cast<std::size_t>(p)];
      apply_affine(graph, before, affine_of(graph, bn));
      before.output = bn.output;
      u.producer[static_cast<std::size_t>(bn.output)] = p;  // a second batch norm behind it folds as well
      removal.mark(static_cast<int>(i));
      removal.fused(bn.name, before.name);
      changed = true;
    } else if (!reduced(graph, bn)) {
      reduce(graph, bn);
      changed = true;
    }
  }
  removal.apply(graph);
  return changed;
}

}  // namespace inf::compiler
