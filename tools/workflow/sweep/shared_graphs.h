#pragma once
#include <list>
#include <memory>
#include <string>

#include "compiler/ir/graph.h"
#include "isa/arch/chip_spec.h"
#include "tools/workflow/sweep/graph_facts.h"
#include "tools/workflow/workload.h"

namespace inf::workflow::sweep {

/// A workload's model at the sizes of its inputs, as far as chips with the same kind of control flow share it. Copies
/// of its graphs share their constants.
struct SharedGraph {
  std::string key;           ///< of what decides it: options of the model and names of files
  compiler::Graph imported;  ///< before the graph passes
  compiler::Graph optimised;
  GraphFacts facts;    ///< of the optimised one
  double samples = 1;  ///< of a call: the first axis of the model's first input
};

/// Loads each model once: the first mode of a built-in reader, the fitting bucket of a model with buckets. Files are
/// taken not to change meanwhile.
class SharedGraphs {
 public:
  /// The latest few are kept. Errors: those of fit(); config for a reader whose head does not fit its charset.
  std::shared_ptr<const SharedGraph> of(const Workload& workload, const arch::ChipSpec& chip);

 private:
  static constexpr std::size_t kKept = 8;
  std::list<std::shared_ptr<const SharedGraph>> latest_;  ///< the one used last first
};

}  // namespace inf::workflow::sweep
