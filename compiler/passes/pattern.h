#pragma once
#include <optional>
#include <vector>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Questions that a pass asks about what stands behind a value, walking upwards from readers to writers. A snapshot
/// like the `Uses` in it.
struct Pattern {
  const Graph& graph;
  const Uses& uses;

  /// The node that writes a value when it is an `Op`, else null.
  template <class Op>
  const Node* writer(ValueId id) const {
    const int p = uses.producer_of(id);
    if (p < 0) return nullptr;
    const Node& n = graph.nodes[static_cast<std::size_t>(p)];
    return as<Op>(n) ? &n : nullptr;
  }
  /// The one number that a float constant holds.
  std::optional<float> scalar(ValueId id) const;
  /// A Binary `op` without activation behind `id`.
  const Node* binary(ValueId id, Binary::Op op) const;
  /// The other operand of `value op number`, in either order where the operator commutes and with the value's shape
  /// kept; kNoValue when the node is another one.
  struct Scaled {
    ValueId value = kNoValue;
    float number = 0;
  };
  std::optional<Scaled> with_number(ValueId id, Binary::Op op) const;
  /// Input of the unary function behind `id`, kNoValue when it is another function.
  ValueId argument(ValueId id, Act fn) const;
};

/// Whether two numbers are the same constant, spelled with fp32 precision.
bool about(double a, double b);

/// The nodes that lead from `leaves` to `root`, which is left out, in ascending order.
std::vector<int> cone(const Graph& graph, const Uses& uses, int root, const std::vector<ValueId>& leaves);

/// Whether nothing but `root` and `parts` themselves reads what `parts` compute.
bool closed(const Graph& graph, const Uses& uses, const std::vector<int>& parts, int root);

}  // namespace inf::compiler
