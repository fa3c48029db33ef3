#include "tools/workflow/sweep/slurm_script.h"

#include <fmt/core.h>

#include <string_view>

#include "isa/base/error.h"

namespace inf::workflow::sweep {
namespace {

/// Times that a task is queued again after it was killed or its time ran out, before it is left to a person.
constexpr int kRestarts = 20;
/// Seconds before the end of --time at which the task queues itself again.
constexpr int kBeforeTheEnd = 60;

/// A value in an #SBATCH line, which sbatch reads without a shell.
std::string directive_word(const std::string& text) {
  std::string word = "\"";
  for (const char c : text) {
    if (c == '\n' || c == '\r')
      throw Error(ErrorKind::usage, text, "a line break in a path cannot stand in a job script");
    if (c == '"' || c == '\\') word += '\\';
    word += c;
  }
  return word + '"';
}

/// A file for Slurm's --output, where % begins a pattern.
std::string output_name(const std::filesystem::path& file, const char* ending) {
  std::string name;
  for (const char c : file.string()) name += c == '%' ? std::string("%%") : std::string(1, c);
  return name + ending;
}

std::string directives(const SlurmJob& job, const std::string& name, const std::string& log) {
  std::string text = fmt::format("#SBATCH --job-name={}\n", directive_word(name));
  text += fmt::format("#SBATCH --output={}\n#SBATCH --open-mode=append\n", directive_word(log));
  if (!job.partition.empty()) text += fmt::format("#SBATCH --partition={}\n", directive_word(job.partition));
  if (!job.time.empty()) text += fmt::format("#SBATCH --time={}\n", directive_word(job.time));
  for (const std::string& option : job.options) {
    const std::size_t equals = option.find('=');
    text += equals == std::string::npos
                ? fmt::format("#SBATCH {}\n", option)
                : fmt::format("#SBATCH {}={}\n", option.substr(0, equals), directive_word(option.substr(equals + 1)));
  }
  return text;
}

std::string words(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& one : all) text += " " + shell_word(one);
  return text;
}

/// A shard's database in a shell's words, with what `number` stands for as its number.
std::string database_word(const SlurmJob& job, const char* number) {
  const std::string name = shard_database(job.merged, 1, job.shards).string();
  const std::size_t at = name.size() - fmt::format("1-of-{}{}", job.shards, job.merged.extension().string()).size();
  return shell_word(name.substr(0, at)) + "\"" + number + "\"" + shell_word(name.substr(at + 1));
}

/// What a task does beside computing: it runs inf-sim in the background, so that the shell hears of the time limit.
constexpr std::string_view kTask = R"sh(
# The shard goes on where it stopped: what its database has is not computed again.
queue_again() {{
  if [ "${{SLURM_RESTART_COUNT:-0}}" -ge {restarts} ]; then
    echo "shard $SLURM_ARRAY_TASK_ID: $1; queued again {restarts} times already, so not once more"
    return
  fi
  echo "shard $SLURM_ARRAY_TASK_ID: $1; queued again"
  scontrol requeue "$SLURM_JOB_ID" && sleep 600
}}

database={database}
if [ ! -e "$database" ] && [ -e {merged} ]; then  # what was known before there were these shards
  {program} sweep merge -o "$database" {merged} > /dev/null || exit
fi
near_the_end=
trap 'near_the_end=yes; kill -TERM "$sweep"' USR1
{program} sweep {sweep} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --db "$database" -j "${{SLURM_CPUS_PER_TASK:-1}}"{arguments} &
sweep=$!
wait "$sweep"
code=$?
if [ -n "$near_the_end" ]; then
  wait "$sweep"
  queue_again "the job's time runs out"
elif [ "$code" -gt 128 ] && [ "$code" -ne 130 ] && [ "$code" -ne 143 ]; then  # SIGINT and SIGTERM are a person's or Slurm's will
  queue_again "inf-sim was ended by signal $((code - 128))"
fi
exit "$code"
)sh";

constexpr std::string_view kMerge = R"sh(
databases=()
for number in $(seq {shards}); do
  database={database}
  if [ -e "$database" ]; then
    databases+=("$database")
  else
    echo "shard $number/{shards} left no database"
  fi
done
{program} sweep merge -o {merged} "${{databases[@]}}" || exit
{program} sweep pareto {merged}{exports} || exit
if ! {program} sweep status --complete {merged}; then
  echo {finish_there}
  echo {finish_here}
  exit 1
fi
)sh";

}  // namespace

std::filesystem::path shard_database(const std::filesystem::path& merged, int number, int count) {
  const std::string ending = merged.extension().string();
  return merged.parent_path() / fmt::format("{}.{}-of-{}{}", merged.stem().string(), number, count, ending);
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::filesystem::path slurm_merge_script_file(const SlurmJob& job) {
  return job.script.parent_path() / (job.script.stem().string() + ".merge" + job.script.extension().string());
}

std::string slurm_array_script(const SlurmJob& job) {
  const std::string name = job.sweep.stem().string();
  const std::filesystem::path logs = job.folder / job.merged.parent_path() / job.merged.stem();
  std::string text = "#!/bin/bash\n";
  text += fmt::format(
      "# Written by inf-sim sweep --submit slurm. A task of the array is a shard of the sweep; submitted again, each\n"
      "# goes on from its database: sbatch {}\n",
      shell_word(job.script.string()));
  text += directives(job, name, output_name(logs, fmt::format(".%a-of-{}.log", job.shards).c_str()));
  text += fmt::format("#SBATCH --array=1-{}\n#SBATCH --requeue\n", job.shards);
  if (job.cpus_per_task) text += fmt::format("#SBATCH --cpus-per-task={}\n", *job.cpus_per_task);
  if (!job.time.empty()) text += fmt::format("#SBATCH --signal=B:USR1@{}\n", kBeforeTheEnd);
  text += fmt::format("cd {} || exit\n", shell_word(job.folder.string()));
  text += fmt::format(kTask, fmt::arg("restarts", kRestarts), fmt::arg("shards", job.shards),
                      fmt::arg("program", shell_word(job.program.string())),
                      fmt::arg("sweep", shell_word(job.sweep.string())),
                      fmt::arg("database", database_word(job, "$SLURM_ARRAY_TASK_ID")),
                      fmt::arg("merged", shell_word(job.merged.string())), fmt::arg("arguments", words(job.arguments)));
  return text;
}

std::string slurm_merge_script(const SlurmJob& job) {
  const std::filesystem::path logs = job.folder / job.merged.parent_path() / job.merged.stem();
  const std::string folder = shell_word(job.folder.string());
  const std::string there = fmt::format(
      "To finish it, each shard from where it stopped: cd {} && sbatch --dependency=afterany:$(sbatch --parsable {}) "
      "{}",
      folder, shell_word(job.script.string()), shell_word(slurm_merge_script_file(job).string()));
  const std::string here =
      fmt::format("Or on one machine, from what all of them have: cd {} && inf-sim sweep {} --db {}", folder,
                  shell_word(job.sweep.string()), shell_word(job.merged.string()));
  std::string text = "#!/bin/bash\n# Written by inf-sim sweep --submit slurm: puts the shards' databases together.\n";
  text += directives(job, job.sweep.stem().string() + " merge", output_name(logs, ".merge.log"));
  text += fmt::format("cd {} || exit\n", folder);
  text += fmt::format(kMerge, fmt::arg("shards", job.shards), fmt::arg("program", shell_word(job.program.string())),
                      fmt::arg("database", database_word(job, "$number")),
                      fmt::arg("merged", shell_word(job.merged.string())), fmt::arg("exports", words(job.exports)),
                      fmt::arg("finish_there", shell_word(there)), fmt::arg("finish_here", shell_word(here)));
  return text;
}

}  // namespace inf::workflow::sweep
