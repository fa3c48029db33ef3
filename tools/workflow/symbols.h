#pragma once
#include <functional>
#include <string>
#include <vector>

#include "compiler/import/onnx.h"
#include "compiler/import/signature.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow {

/// A value whose shape follows a symbol, at two sizes of it.
struct SymbolicValue {
  std::string value;
  compiler::Shape at, other;
};

/// One symbolic dimension of a model and what follows it.
struct SymbolUse {
  std::string name;
  std::int64_t size = 0, other = 0;  ///< the size that the analysis holds for, and the one that it is compared with
  bool assumed = false;              ///< nobody bound it: the first size that the model takes
  std::vector<std::string> axes;     ///< of inputs: "ids axis 1"
  std::vector<SymbolicValue> values;
  std::vector<std::string> refused;  ///< nodes that refuse at the other size alone: "node 'x' (Reshape): why"
};

/// The model imported with these sizes, unsupported nodes kept in the ledger.
using ImportAt = std::function<compiler::Graph(const Binding&)>;

/// Sizes for every symbol: those of `bound`, and for the others the first of a few usual ones at which the model takes
/// its shapes.
Binding probe_sizes(const compiler::Signature& signature, const Binding& bound, const ImportAt& import);

/// What follows each symbol, found by importing the model again with another size of it: no compilation.
std::vector<SymbolUse> follow_symbols(const compiler::Signature& signature, const Binding& bound, const Binding& sizes,
                                      const compiler::Graph& graph, const ImportAt& import);

}  // namespace inf::workflow
