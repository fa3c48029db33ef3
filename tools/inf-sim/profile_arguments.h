#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"

namespace inf::cli {

/// Options that write where a run's time went as a database.
struct ProfileArguments {
  void add_to(CLI::App& command);

  bool wanted() const { return !file.empty(); }
  /// Before any work. Errors: usage for a file that cannot be written, or that is there and no profile.
  void check() const;
  workflow::Detail level() const;
  /// Returns a line for the report.
  std::string write(const workflow::RecordedRun& record, const workflow::Profile& profile) const;

  std::string file;
  std::string level_name{workflow::name(workflow::Detail::instructions)};
};

}  // namespace inf::cli
