#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"

namespace inf::cli {

/// --dump-after and --stop-after, shared by `compile` and `run`.
struct DumpOptions {
  std::vector<std::string> after;
  std::string stop_after;

  void add_to(CLI::App& command, bool with_stop);
  /// Errors: usage when a pass is not known, with the nearest one.
  compiler::CompileOptions options() const;
};

}  // namespace inf::cli
