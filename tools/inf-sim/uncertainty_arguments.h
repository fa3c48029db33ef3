#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>

#include "tools/workflow/uncertainty.h"

namespace inf::cli {

/// --uncertainty and what goes with it.
struct UncertaintyArguments {
  bool wanted = false;
  std::int64_t samples = 64, seed = 1;

  void add_to(CLI::App& command);
  workflow::UncertaintyOptions options() const { return {samples, static_cast<std::uint64_t>(seed)}; }
};

}  // namespace inf::cli
