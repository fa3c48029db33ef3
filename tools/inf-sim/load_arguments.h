#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "tools/workflow/load.h"

namespace inf::cli {

/// Options of `run` that say how calls come.
struct LoadArguments {
  std::optional<std::int64_t> workers, max_batch, requests, seed;
  std::optional<double> rate;
  std::string max_wait;

  void add_to(CLI::App& command);
  /// Errors: usage for options that do not go together or are out of range.
  void check(const workflow::WorkloadFile& file) const;
  /// What the options say, or else the file; nothing where neither asks for a load.
  std::optional<workflow::LoadOptions> options(const workflow::WorkloadFile& file) const;
};

}  // namespace inf::cli
