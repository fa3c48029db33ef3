#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/store.h"

namespace inf::cli {

/// Options of `sweep` and `sweep pareto` that write what came of it.
struct SweepExports {
  void add_to(CLI::App& command);
  /// Before any work. Errors: usage for files that cannot be written, are named twice, or are among `inputs`.
  void check(const std::vector<std::filesystem::path>& inputs) const;
  /// Writes the files, then prints the text and which they are, or the document.
  void emit(const workflow::sweep::Sweep& sweep, const workflow::sweep::Results& results, std::string text) const;
  /// As options of `sweep pareto`, for a job that calls it. Errors: usage where the document belongs on standard
  /// output.
  std::vector<std::string> arguments() const;

  JsonChoice json;
  std::string csv, html, discarded;
};

/// Where a database's sweep file lies now, when not where it was.
struct StoredSweepFile {
  std::string file;

  void add_to(CLI::App& command);
  /// The sweep as the database has it, its relative paths as seen from the file.
  /// Errors: usage when the database has none yet; those of parse_sweep.
  workflow::sweep::Sweep read(const workflow::sweep::Store& store) const;
};

/// A result of what the database has, with what its last sweep decided about pruning.
workflow::sweep::Results stored_results(const workflow::sweep::Sweep& sweep, const workflow::sweep::Store& store);

/// Names of the notes that the command keeps in a database.
inline constexpr const char* kShardNote = "shard";  ///< "2/4"
inline constexpr const char* kPruneNote = "prune";  ///< "0" or "1"

// Each adds its subcommand to `sweep`.
void add_sweep_merge(CLI::App& sweep, Action& action);
void add_sweep_pareto(CLI::App& sweep, Action& action);
void add_sweep_rerun(CLI::App& sweep, Action& action);
void add_sweep_status(CLI::App& sweep, Action& action);

}  // namespace inf::cli
