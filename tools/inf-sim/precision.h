#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "tools/workflow/workload.h"

namespace inf::cli {

/// `--auto-cast` and `--auto-cast-type`, which win over the workload file's.
struct PrecisionOptions {
  std::string cast, type;

  void add_to(CLI::App& command);
  void apply_to(workflow::Overrides& over) const;
};

}  // namespace inf::cli
