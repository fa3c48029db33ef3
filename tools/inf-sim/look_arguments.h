#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "tools/inf-sim/profile_arguments.h"
#include "tools/inf-sim/trace_arguments.h"
#include "tools/workflow/ocr.h"
#include "tools/workflow/reading.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/run.h"

namespace inf::cli {

/// A finished run: what is known of it beside the recording. One of `model`, `words` and `page` is there.
struct Finished {
  const workflow::Workload& workload;  ///< of a page the detector's
  const workflow::Report& head;
  const workflow::RunResult* model = nullptr;
  const workflow::Reading* words = nullptr;
  const workflow::OcrResult* page = nullptr;
};

/// Options of `run` that say how closely the run is looked at, and where that goes.
struct LookArguments {
  void add_to(CLI::App& command);

  bool wanted() const { return profile.wanted() || trace.wanted() || !report.empty() || !annotated.empty(); }
  /// Before any work. Errors: usage for a file that cannot be written, and for looking at times that a mode lacks;
  /// `by_reference`: the chip does not run.
  void check(workflow::RunOptions::Mode mode, bool by_reference) const;
  /// The same of what the workload is; nothing for several models in a row.
  void check_model(const workflow::Workload* workload) const;
  /// What has to be recorded.
  workflow::Detail detail() const;
  /// An empty recording of it, for the run to fill.
  workflow::RecordedRun record() const;
  /// Writes everything that was asked for; names the files.
  std::vector<std::string> write(const workflow::RecordedRun& record, const Finished& run,
                                 workflow::Progress& progress) const;

  ProfileArguments profile;
  TraceArguments trace;
  std::string report;     ///< HTML page; empty: none
  std::string annotated;  ///< ONNX file; empty: none
  bool no_what_if = false;
};

}  // namespace inf::cli
