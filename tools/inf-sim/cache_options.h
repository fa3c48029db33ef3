#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "tools/workflow/run_cache.h"

namespace inf::cli {

/// --cache and --no-cache of commands that keep the results of simulations.
struct CacheOptions {
  std::string folder;
  bool none = false;

  void add_to(CLI::App& command);
  /// Errors: usage when both are given, or the folder cannot hold entries.
  workflow::RunCache open() const;
};

/// Says on stderr which entries were damaged.
void say_notes(const workflow::RunCache& cache);

}  // namespace inf::cli
