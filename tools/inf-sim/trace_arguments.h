#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/recorded_run.h"

namespace inf::cli {

/// Options that write what was recorded of a run as a Perfetto trace.
struct TraceArguments {
  void add_to(CLI::App& command);

  bool wanted() const { return !file.empty(); }
  /// Before any work. Errors: usage for a file that cannot be written and a window that is none.
  /// `timed`: the run has times.
  void check(bool timed = true) const;
  workflow::Detail level() const;
  /// An empty recording for a run of which only this is wanted.
  workflow::RecordedRun record() const;
  /// Says on stderr, before each program of the run, about how large its trace becomes and what makes it smaller.
  void announce(workflow::RecordedRun& record) const;
  /// Returns a line for the report with the file's size.
  std::string write(const workflow::RecordedRun& record, const arch::ChipSpec& chip) const;

  std::string file, level_name, window;
};

}  // namespace inf::cli
