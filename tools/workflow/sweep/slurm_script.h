#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace inf::workflow::sweep {

/// A sweep as an array job of Slurm: a shard for each task, and a job after them that merges their databases.
struct SlurmJob {
  std::filesystem::path program;  ///< inf-sim, from the root
  std::filesystem::path folder;   ///< where the commands run, from the root
  std::filesystem::path sweep;    ///< as seen from `folder`, like all that follow
  std::filesystem::path merged;   ///< database of all shards
  std::filesystem::path script;   ///< of the array job
  int shards = 4;
  std::string partition, time;         ///< empty: Slurm's default
  std::optional<int> cpus_per_task;    ///< and worker processes
  std::vector<std::string> options;    ///< of both jobs, as for sbatch: "--account=chips"
  std::vector<std::string> arguments;  ///< of `inf-sim sweep` in each shard: "--no-prune"
  std::vector<std::string> exports;    ///< of `inf-sim sweep pareto` after the merge: "--csv", "F"
};

/// S.sweep.2-of-4.db beside S.sweep.db.
std::filesystem::path shard_database(const std::filesystem::path& merged, int number, int count);

/// One word for a POSIX shell, whatever it holds.
std::string shell_word(const std::string& text);

/// Beside the script of the array job.
std::filesystem::path slurm_merge_script_file(const SlurmJob& job);

/// The script of the array job. A task whose inf-sim is killed, or whose time runs out, is queued again and goes on
/// from its database.
std::string slurm_array_script(const SlurmJob& job);
/// The script of the job behind it: merges what there is, writes the exports, ends with 1 where points are missing.
std::string slurm_merge_script(const SlurmJob& job);

}  // namespace inf::workflow::sweep
