#include "tools/inf-sim/sweep_submit.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/inf-sim/child_process.h"
#include "tools/workflow/sweep/slurm_script.h"

namespace inf::cli {
namespace {

namespace fs = std::filesystem;
using workflow::sweep::shell_word;
using workflow::sweep::SlurmJob;

constexpr int kMostShards = 10'000;
constexpr int kMostCpus = 4096;

fs::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const fs::path file = fs::path(folder.empty() ? "." : folder) / name; ::access(file.c_str(), X_OK) == 0)
      return file;
  throw Error(
      ErrorKind::usage, "--submit",
      fmt::format("'{}' is on no folder of PATH: is this a machine of the cluster?", name),
      {"for another scheduler: an array job whose tasks run inf-sim sweep S.yaml --shard I/N, then sweep merge"});
}

/// As sbatch wants it, with dashes. Refuses what would break the scripts.
std::string sbatch_option(const std::string& text) {
  constexpr std::array kOurs = {"array",     "chdir",  "cpus-per-task", "dependency", "job-name", "no-requeue",
                                "open-mode", "output", "parsable",      "partition",  "requeue",  "signal",
                                "test-only", "time",   "wait",          "wrap"};
  const std::string option = text.starts_with("--") ? text : "--" + text;
  const std::string name = option.substr(2, option.find('=') - std::min<std::size_t>(2, option.find('=')));
  const bool plain = !name.empty() && name[0] != '-' &&
                     name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!plain)
    throw Error(
        ErrorKind::usage, "--slurm-option",
        fmt::format("'{}' is no option of sbatch; write NAME=VALUE with its long name, such as account=chips", text));
  if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end())
    throw Error(ErrorKind::usage, "--slurm-option", fmt::format("'{}' is set by the job scripts themselves", name),
                {"--shards, --partition, --time and --cpus-per-task of inf-sim sweep say what may be chosen"});
  return option;
}

/// The number of the job that sbatch queued.
std::string submit(const fs::path& sbatch, const std::vector<std::string>& options, const fs::path& script) {
  std::vector<std::string> command = {sbatch.string(), "--parsable"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(script.string());
  const ChildResult result = run_child(command);
  const std::string id = result.out.substr(0, result.out.find_first_of(";\n"));
  if (result.code == 0 && !id.empty() && id.find_first_not_of("0123456789") == std::string::npos) return id;
  std::string said = result.code == 0 ? result.out : result.err;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  std::replace(said.begin(), said.end(), '\n', ' ');
  throw Error(ErrorKind::usage, "sbatch", fmt::format("does not take {}: {}", script.string(), said));
}

SlurmJob slurm_job(const SubmitArguments& a, const SubmittedSweep& what) {
  SlurmJob job;
  job.program = fs::read_symlink("/proc/self/exe");
  job.folder = fs::current_path();
  job.sweep = what.sweep;
  job.merged = what.database;
  job.script = what.database.stem().string() + ".sbatch";
  job.shards = a.shards;
  job.partition = a.partition;
  job.time = a.time;
  job.cpus_per_task = a.cpus_per_task;
  for (const std::string& option : a.options) job.options.push_back(sbatch_option(option));
  job.arguments = what.arguments;
  job.exports = what.exports;
  return job;
}

std::string submitted_text(const SlurmJob& job, const std::string& array, const std::string& merge) {
  std::vector<std::string> databases;
  const std::string any = shell_word(workflow::sweep::shard_database(job.merged, 1, job.shards).string());
  std::string text =
      fmt::format("{} shards are queued as array job {}, the merge behind them as job {}\n", job.shards, array, merge);
  text +=
      fmt::format("  written: {}, {}\n", job.script.string(), workflow::sweep::slurm_merge_script_file(job).string());
  text += fmt::format("  squeue -j {},{} lists them; each shard says what it does in {}.N-of-{}.log\n", array, merge,
                      job.merged.stem().string(), job.shards);
  text += fmt::format("  inf-sim sweep status {} and so on: done, failed, missing, time left\n", any);
  return text +
         fmt::format("  results come into {} and {}.merge.log\n", job.merged.string(), job.merged.stem().string());
}

}  // namespace

void SubmitArguments::add_to(CLI::App& command) {
  const std::string group = "On a cluster";
  CLI::Option* submit = command.add_option(
      "--submit", to,
      "slurm: queue the sweep as an array job, a shard for each task, and a job that merges their databases");
  submit->check(CLI::IsMember({"slurm"}))->type_name("WHERE")->group(group);
  const auto add = [&](CLI::Option* option) { option->needs(submit)->group(group); };
  add(command.add_option("--shards", shards, "tasks of the array")
          ->capture_default_str()
          ->check(CLI::Range(1, kMostShards))
          ->type_name("N"));
  add(command.add_option("--partition", partition, "default Slurm's")->type_name("NAME"));
  add(command
          .add_option("--time", time,
                      "limit for a task, such as 4:00:00; one that runs into it is queued again and goes on")
          ->type_name("TIME"));
  add(command.add_option("--cpus-per-task", cpus_per_task, "processors, and so worker processes, of a task; default 1")
          ->check(CLI::Range(1, kMostCpus))
          ->type_name("N"));
  add(command.add_option("--slurm-option", options, "for sbatch, such as account=chips; may be given several times")
          ->allow_extra_args(false)
          ->type_name("NAME=VALUE"));
}

std::string submit_to_slurm(const SubmitArguments& arguments, const SubmittedSweep& what) {
  const SlurmJob job = slurm_job(arguments, what);
  const std::string array_script = workflow::sweep::slurm_array_script(job),
                    merge_script = workflow::sweep::slurm_merge_script(job);
  const fs::path sbatch = find_program("sbatch"), merge_file = workflow::sweep::slurm_merge_script_file(job);
  write_file_atomically(job.script, array_script);
  write_file_atomically(merge_file, merge_script);
  const std::string array = submit(sbatch, {}, job.script);
  try {
    const std::string merge = submit(sbatch, {"--dependency=afterany:" + array}, merge_file);
    return submitted_text(job, array, merge);
  } catch (const Error& error) {
    throw Error(error.kind(), error.where(), error.message(),
                {fmt::format("the shards are queued as array job {} all the same; when they are done: bash {}", array,
                             shell_word(merge_file.string()))});
  }
}

}  // namespace inf::cli
