#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "tools/workflow/boxes.h"
#include "tools/workflow/image.h"
#include "tools/workflow/npy.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/report.h"
#include "tools/workflow/spread.h"
#include "tools/workflow/target.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

struct RecordedRun;

struct RunOptions {
  enum class Mode : std::uint8_t { timing, values, both } mode = Mode::both;
  std::optional<Spread> spread;          ///< how several cores are used; data parallel where only cores are given
  int threads = 0;                       ///< 0: one per processor
  bool reference = true;                 ///< run the fp32 reference and compare, where values are computed
  bool layers = false;                   ///< measure the errors of every operator; as checks.min_layer_snr_db does
  std::optional<double> layer_bound_db;  ///< in place of checks.min_layer_snr_db for the mark; default 20
  std::size_t layer_shares = 0;          ///< LayerOptions::shares
  RecordedRun* record = nullptr;         ///< what the simulated core does is added to it, where there is time
  compiler::CompileOptions compile;      ///< dumps and the pass to stop after; precision comes from the workload
};

/// An output as the chip computed it, widened to fp32.
struct NamedArray {
  std::string name;
  NpyArray array;
};

struct RunResult {
  Report report;
  std::vector<compiler::LedgerEntry> nodes;  ///< what became of every ONNX node
  std::vector<NamedArray> outputs;
  std::vector<NamedArray> reference;  ///< the same in fp32; empty where no reference was run
  std::vector<TextBox> boxes;         ///< with post-processing
  std::optional<Image> page;          ///< the picture with its boxes
};

/// Notes, for timing alone, that data decides how long the program is and that none was there.
void note_assumed_course(const RunOptions& options, std::uint64_t data_dependent, std::vector<std::string>& notes);

/// Compiles, simulates, compares with the reference and measures.
RunResult run(const Workload& workload, const RunOptions& options, Progress& progress);
/// The same on a chip and an instance in memory, whatever files the workload names.
RunResult run_on(const Target& target, const Workload& workload, const RunOptions& options, Progress& progress);

/// The same with the model as a chain of stages on `cores` cores of the instance. Errors: usage for more cores than the
/// instance has or stages than the model can be cut into; unsupported where the host would have to run an operator.
RunResult run_pipelined(const Workload& workload, const RunOptions& options, std::int64_t cores, Progress& progress);
RunResult run_pipelined_on(const Target& target, const Workload& workload, const RunOptions& options,
                           std::int64_t cores, Progress& progress);

}  // namespace inf::workflow
