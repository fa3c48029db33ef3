#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_spec.h"
#include "tools/workflow/auto_cast.h"
#include "tools/workflow/ledger.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// One operator of a compiled program, as the compiler expects it.
struct PredictedOperator {
  std::string name, kind, bound, decision;
  std::uint64_t macs = 0;
  double ns = 0;  ///< of the engine that bounds it
};

/// The result of `inf-sim compile` and, without operators, of `inf-sim analyze`.
struct CompileReport {
  std::string model, chip, chip_title;
  Precision precision;
  std::vector<LedgerRow> ledger;
  std::vector<compiler::LedgerEntry> nodes;
  std::vector<PredictedOperator> operators;
  std::optional<Weights> weights;
  double predicted_ns = 0;  ///< sum over operators
  std::int64_t inputs_bytes = 0, outputs_bytes = 0, constants_bytes = 0, scratch_bytes = 0, device_memory_bytes = 0;
  std::uint64_t instructions_bytes = 0;  ///< of all engines, as the chip fetches them; passes of loops once
  std::uint64_t file_bytes = 0;          ///< 0 when no program was written
};

CompileReport describe_compiled(const compiler::CompiledModel& model, const arch::ChipSpec& chip,
                                const Precision& precision);
/// The ledger alone.
CompileReport describe_graph(const compiler::Graph& graph);

/// `per_node` adds a line for every ONNX node.
std::string compile_report_text(const CompileReport& report, bool per_node);
/// The document described in docs/json.md.
std::string compile_report_json(const CompileReport& report);

}  // namespace inf::workflow
