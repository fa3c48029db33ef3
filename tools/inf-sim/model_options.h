#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tools/workflow/workload.h"

namespace inf::cli {

/// Options of commands that read a model: sizes of symbolic dimensions, and what the host may run.
struct ModelOptions {
  std::vector<std::string> bind, buckets;
  std::string host_operators;

  void add_to(CLI::App& command);
  void put_into(workflow::Overrides& overrides) const;
};

}  // namespace inf::cli
