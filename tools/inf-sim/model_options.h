#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/workload.h"

namespace inf::cli {

/// Options of commands that read a model: batch, sizes of symbolic dimensions, what the host may run, and where weights
/// are.
struct ModelOptions {
  std::vector<std::string> bind, buckets;
  std::string host_operators, weights;
  std::optional<std::int64_t> batch;

  void add_to(CLI::App& command);
  void put_into(workflow::Overrides& overrides) const;
};

}  // namespace inf::cli
