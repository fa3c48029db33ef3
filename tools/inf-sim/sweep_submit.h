#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/inf-sim/sweep_parts.h"

namespace inf::cli {

/// Options of `sweep` that hand it to a cluster.
struct SubmitArguments {
  void add_to(CLI::App& command);
  bool wanted() const { return !to.empty(); }

  std::string to, partition, time;
  int shards = 4;
  std::optional<int> cpus_per_task;
  std::vector<std::string> options;
};

/// What the shards are given.
struct SubmittedSweep {
  std::filesystem::path sweep, database;
  std::vector<std::string> arguments;  ///< of each shard
  std::vector<std::string> exports;    ///< of `sweep pareto` behind them
};

/// Writes both scripts and submits them; returns what to print. Errors: usage when there is no sbatch, it refuses, or
/// an option is one that the scripts set themselves.
std::string submit_to_slurm(const SubmitArguments& arguments, const SubmittedSweep& what);

}  // namespace inf::cli
