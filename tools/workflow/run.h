#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "tools/workflow/boxes.h"
#include "tools/workflow/image.h"
#include "tools/workflow/npy.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/report.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

struct RunOptions {
  enum class Mode : std::uint8_t { timing, values, both } mode = Mode::both;
  int threads = 0;                   ///< 0: one per processor
  bool reference = true;             ///< run the fp32 reference and compare, where values are computed
  compiler::CompileOptions compile;  ///< dumps and the pass to stop after; precision comes from the workload
};

/// An output as the chip computed it, widened to fp32.
struct NamedArray {
  std::string name;
  NpyArray array;
};

struct RunResult {
  Report report;
  std::vector<NamedArray> outputs;
  std::vector<TextBox> boxes;  ///< with post-processing
  std::optional<Image> page;   ///< the picture with its boxes
};

/// Compiles, simulates, compares with the reference and measures.
RunResult run(const Workload& workload, const RunOptions& options, Progress& progress);

/// Writes report.txt, report.json and, where there are any, boxes.json, page_boxes.png and NAME.npy into `folder`, each
/// whole or not at all. Returns the names.
std::vector<std::string> write_results(const RunResult& result, const std::filesystem::path& folder, bool with_outputs);

}  // namespace inf::workflow
