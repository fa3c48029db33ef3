#include <fmt/core.h>
#include <sched.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <thread>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/inf-sim/sweep_parts.h"
#include "tools/inf-sim/sweep_submit.h"
#include "tools/workflow/files.h"
#include "tools/workflow/format.h"
#include "tools/workflow/sweep/array_shard.h"
#include "tools/workflow/sweep/case.h"
#include "tools/workflow/sweep/slurm_script.h"
#include "tools/workflow/sweep/status.h"
#include "tools/workflow/sweep/strategy.h"

namespace inf::cli {
namespace {

namespace fs = std::filesystem;
using workflow::sweep::ChosenShard;
using workflow::sweep::Store;
using workflow::sweep::Sweep;

constexpr int kMostJobs = 4096;

struct SweepArguments {
  std::string file, database, shard;
  std::optional<int> jobs;
  std::optional<std::size_t> budget;
  bool no_prune = false, retry = false;
  SubmitArguments submit;
  SweepExports exports;
};

/// Processors that this process may use.
int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Sweep read_sweep_file(const SweepArguments& a, const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  if (a.file.empty())
    throw Error(ErrorKind::usage, "sweep", "no sweep file",
                {"inf-sim sweep S.yaml explores; inf-sim sweep --help lists what else there is"});
  std::error_code none;
  if (const std::string near = nearest(a.file, names); !near.empty() && !fs::exists(a.file, none))
    throw Error(ErrorKind::usage, "sweep",
                fmt::format("'{}' is no file and no command; did you mean '{}'?", a.file, near));
  Sweep sweep = workflow::sweep::read_sweep(a.file);
  if (a.budget) sweep.strategy.budget = a.budget;
  return sweep;
}

std::optional<ChosenShard> chosen_shard(const SweepArguments& a) {
  if (!a.shard.empty()) return ChosenShard{workflow::sweep::parse_shard(a.shard), "--shard"};
  return workflow::sweep::array_shard(workflow::sweep::process_environment());
}

fs::path database_of(const SweepArguments& a, const std::optional<ChosenShard>& shard) {
  if (!a.database.empty()) return a.database;
  const fs::path whole = fs::path(a.file).stem().string() + ".sweep.db";
  return shard ? workflow::sweep::shard_database(whole, shard->shard.index + 1, shard->shard.count) : whole;
}

/// On stderr, since the results do not depend on it.
void say_where_it_stands(const Sweep& sweep, const Store& store, bool prune, const std::optional<ChosenShard>& shard) {
  if (shard)
    fmt::print(stderr, "inf-sim: shard {} of {} ({})\n", shard->shard.index + 1, shard->shard.count, shard->from);
  if (store.keys().empty()) return;
  const std::string before = store.sweep_file().filename().string(), now = sweep.file.filename().string();
  if (!before.empty() && before != now)
    fmt::print(stderr, "inf-sim: {}: was of {} so far; what it has stays\n", store.file().string(), before);
  const workflow::sweep::Results known = workflow::sweep::results_of(sweep, store, prune);
  const auto all = static_cast<std::int64_t>(known.rows.size());
  const auto missing = static_cast<std::int64_t>(known.count(workflow::sweep::Status::missing));
  fmt::print(stderr, "inf-sim: {}: {} of {} points are there already\n", store.file().string(),
             workflow::grouped(all - missing), workflow::grouped(all));
}

int submit(const SweepArguments& a) {
  if (!a.shard.empty())
    throw Error(ErrorKind::usage, "--shard", "is what --submit gives to each task; --shards N says how many");
  if (a.jobs) throw Error(ErrorKind::usage, "-j", "is what --cpus-per-task says with --submit");
  SubmittedSweep what;
  what.sweep = a.file;
  what.database = database_of(a, {});
  if (a.no_prune) what.arguments.emplace_back("--no-prune");
  if (a.retry) what.arguments.emplace_back("--retry");
  if (a.budget) what.arguments.push_back(fmt::format("--budget={}", *a.budget));
  what.exports = a.exports.arguments();
  fmt::print("{}", submit_to_slurm(a.submit, what));
  return 0;
}

int sweep(const SweepArguments& a, const CLI::App& command) {
  const Sweep sweep = read_sweep_file(a, command);
  // What is wrong with the space or the files is said before a database is made.
  workflow::sweep::make_strategy(sweep);
  workflow::sweep::Resolver{sweep};
  if (a.submit.wanted()) {
    a.exports.check({a.file});
    return submit(a);
  }
  const std::optional<ChosenShard> shard = chosen_shard(a);
  const fs::path database = database_of(a, shard);
  a.exports.check({a.file, database});
  Store store(database, Store::Access::write);
  say_where_it_stands(sweep, store, !a.no_prune, shard);
  store.put_sweep(workflow::read_file(a.file), fs::absolute(a.file));
  store.put_note(kShardNote, shard && shard->shard.count > 1 ? workflow::sweep::shard_text(shard->shard) : "");
  store.put_note(kPruneNote, a.no_prune ? "0" : "1");
  workflow::sweep::ExploreOptions options;
  options.jobs = a.jobs.value_or(processors());
  if (shard) options.shard = shard->shard;
  options.prune = !a.no_prune;
  options.retry = a.retry;
  workflow::Progress progress;
  const workflow::sweep::Results results = workflow::sweep::explore(sweep, store, options, progress);
  progress.clear();
  a.exports.emit(sweep, results, workflow::sweep::results_text(sweep, results));
  return 0;
}

/// What stands before a subcommand would be lost.
void refuse_options_before(const CLI::App& command, const SweepArguments& a) {
  const std::string name = command.get_subcommands().front()->get_name();
  if (!a.file.empty())
    throw Error(ErrorKind::usage, "sweep",
                fmt::format("'{}' before '{}': a sweep file or a command, not both", a.file, name));
  for (const CLI::Option* option : command.get_options())
    if (option->count() > 0 && !option->get_lnames().empty())
      throw Error(ErrorKind::usage, "--" + option->get_lnames().front(),
                  fmt::format("belongs to the sweep itself; options of '{}' stand behind it", name));
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto a = std::make_shared<SweepArguments>();
  CLI::App* command = app.add_subcommand(
      "sweep", "design-space exploration: chips, instances and options of which none is lost, and the best of them");
  command->add_option("file", a->file, "sweep file; ./status.yaml for one named like a command below")
      ->type_name("S.yaml");
  command
      ->add_option("--db", a->database, "what is known already and what is computed; default S.sweep.db in this folder")
      ->type_name("FILE.db");
  command->add_option("-j,--jobs", a->jobs, "worker processes; default the processors; changes no result")
      ->check(CLI::Range(1, kMostJobs))
      ->type_name("N");
  command->add_option("--budget", a->budget, "at most so many points, in place of the file's")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}))
      ->type_name("N");
  command->add_flag("--no-prune", a->no_prune, "compute also what a lower bound keeps from the front");
  command->add_flag("--retry", a->retry, "compute points that crashed or took too long again");
  a->exports.add_to(*command);
  command
      ->add_option("--shard", a->shard,
                   "the I-th of N parts, from 1/N to N/N; default what the variables of an array job of Slurm, "
                   "Kubernetes (with INF_SIM_SHARDS) or AWS Batch say")
      ->type_name("I/N")
      ->group("On a cluster");
  a->submit.add_to(*command);
  add_sweep_status(*command, action);
  add_sweep_pareto(*command, action);
  add_sweep_merge(*command, action);
  add_sweep_rerun(*command, action);
  command->require_subcommand(0, 1);
  command->callback([a, command, &action] {
    if (command->get_subcommands().empty())
      action = [a, command] { return sweep(*a, *command); };
    else
      refuse_options_before(*command, *a);
  });
}

}  // namespace inf::cli
