#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline/placement.h"
#include "tools/workflow/ledger.h"
#include "tools/workflow/symbols.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// One reason for which operators are not on the chip.
struct AnalysisFinding {
  compiler::Fate fate = compiler::Fate::refused;  ///< host or refused
  std::string why, way_out;                       ///< way_out: empty where there is none but the host
  std::vector<std::string> types, nodes;          ///< ONNX types without repeats, and nodes
};

/// A stretch that runs in one place.
struct SegmentPlan {
  compiler::Place place = compiler::Place::chip;
  std::size_t operators = 0;
  std::size_t refused = 0;                             ///< ONNX nodes in its place that nothing here runs
  std::int64_t macs = 0, bytes_in = 0, bytes_out = 0;  ///< bytes at graph precision
  std::string first;                                   ///< ONNX node that it starts with
};

/// What `inf-sim analyze` says of a model on a chip.
struct Analysis {
  std::string model, chip, chip_title;
  bool host_allowed = false;
  std::vector<LedgerRow> ledger;
  std::vector<compiler::LedgerEntry> nodes;
  std::size_t operators = 0, on_chip = 0;   ///< that run at all: folded ones are left out
  std::int64_t macs = 0, macs_on_chip = 0;  ///< of operators whose shapes are known
  std::vector<AnalysisFinding> findings;    ///< by how many nodes they concern, most first
  std::vector<SegmentPlan> segments;        ///< with the host running what the chip cannot
  std::vector<SymbolUse> symbols;
};

/// Imports the model, runs the graph passes and asks the lowering about every operator, without compiling and without
/// stopping at what it refuses. Open dimensions without a binding are given a usual size, and the analysis says so.
/// Errors: those of a file that is no model, of a chip that the compiler cannot use, and of a wrong binding.
Analysis analyze(const Workload& workload);

/// `per_node` adds a line for every ONNX node.
std::string analysis_text(const Analysis& analysis, bool per_node);
/// The document described in docs/json.md.
std::string analysis_json(const Analysis& analysis);

}  // namespace inf::workflow
