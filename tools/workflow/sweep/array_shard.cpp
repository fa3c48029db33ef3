#include "tools/workflow/sweep/array_shard.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "isa/base/error.h"
#include "isa/base/read_number.h"

namespace inf::workflow::sweep {
namespace {

/// Slurm's largest array; far beyond what the others take.
constexpr int kMostTasks = 4'000'001;
constexpr const char* kByHand = "--shard I/N, such as --shard 2/4, says it in any case; --shard 1/1 is the whole sweep";

[[noreturn]] void refuse(const std::string& where, const std::string& message) {
  throw Error(ErrorKind::usage, where, message, {kByHand});
}

/// Reads variables of one scheduler.
class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  const std::string* text(const std::string& name) const {
    const auto found = environment_.find(name);
    return found == environment_.end() || found->second.empty() ? nullptr : &found->second;
  }
  std::optional<int> number(const std::string& name, int low) const {
    const std::string* value = text(name);
    if (!value) return {};
    const std::optional<int> read = read_number<int>(*value);
    if (!read || *read < low || *read > kMostTasks)
      refuse(name, fmt::format("'{}' is no whole number in {}..{}", *value, low, kMostTasks));
    return read;
  }
  int needed(const std::string& name, int low, const char* beside) const {
    const std::optional<int> read = number(name, low);
    if (!read) refuse(name, fmt::format("is not set, though {} is {}", beside, *text(beside)));
    return *read;
  }

 private:
  const Environment& environment_;
};

constexpr const char* kShards = "INF_SIM_SHARDS";
constexpr const char* kSlurm = "SLURM_ARRAY_TASK_ID";
constexpr const char* kKubernetes = "JOB_COMPLETION_INDEX";
constexpr const char* kBatch = "AWS_BATCH_JOB_ARRAY_INDEX";

void check_index(const char* name, int index, int count) {
  if (index >= count) refuse(name, fmt::format("{} is outside 0..{} of {} shards", index, count - 1, count));
}

ChosenShard slurm(const Variables& variables) {
  const int id = *variables.number(kSlurm, 0);
  const int count = variables.needed("SLURM_ARRAY_TASK_COUNT", 1, kSlurm);
  const int low = variables.needed("SLURM_ARRAY_TASK_MIN", 0, kSlurm);
  const int high = variables.needed("SLURM_ARRAY_TASK_MAX", 0, kSlurm);
  const int step = variables.number("SLURM_ARRAY_TASK_STEP", 1).value_or(1);
  const std::string array = fmt::format("{}-{}{}", low, high, step == 1 ? "" : fmt::format(":{}", step));
  if (id < low || id > high || (id - low) % step != 0)
    refuse(kSlurm, fmt::format("{} is none of the tasks {}", id, array));
  if ((high - low) / step + 1 != count)
    refuse(kSlurm,
           fmt::format("the array's {} tasks are not {}: with holes in it, it does not say which shard task {} is",
                       count, array, id));
  if (count == 1)
    refuse(kSlurm, fmt::format("the array has one task, {}: a part of a larger one that is run again?", id));
  return {{(id - low) / step, count}, fmt::format("{} {} of {}", kSlurm, id, array)};
}

ChosenShard kubernetes(const Variables& variables) {
  const int index = *variables.number(kKubernetes, 0);
  const char* name = variables.text(kShards) ? kShards : "JOB_COMPLETIONS";
  const std::optional<int> count = variables.number(name, 1);
  const std::optional<int> other = variables.number("JOB_COMPLETIONS", 1);
  if (!count)
    refuse(kKubernetes, fmt::format("is {}, but neither {} nor JOB_COMPLETIONS says of how many: set {} to the job's "
                                    "completions in its env",
                                    index, kShards, kShards));
  if (other && *other != *count) refuse(kShards, fmt::format("{} is not JOB_COMPLETIONS, {}", *count, *other));
  check_index(kKubernetes, index, *count);
  return {{index, *count}, fmt::format("{} {} of {} {}", kKubernetes, index, name, *count)};
}

ChosenShard batch(const Variables& variables) {
  constexpr const char* kSize = "AWS_BATCH_JOB_ARRAY_SIZE";
  const int index = *variables.number(kBatch, 0);
  const int count = variables.needed(kSize, 1, kBatch);
  check_index(kBatch, index, count);
  return {{index, count}, fmt::format("{} {} of {} {}", kBatch, index, kSize, count)};
}

}  // namespace

Environment process_environment() {
  Environment all;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto part = [&](std::size_t from, std::size_t count) {
    return slash == std::string::npos ? std::nullopt : read_number<int>(std::string_view(text).substr(from, count));
  };
  const std::optional<int> number = part(0, slash), count = part(slash + 1, std::string::npos);
  if (!number || !count || *count < 1 || *count > kMostTasks)
    throw Error(ErrorKind::usage, "--shard",
                fmt::format("'{}' is no shard; write I/N, the I-th of N: 1/4 to 4/4 are all of four", text));
  if (*number < 1 || *number > *count)
    throw Error(ErrorKind::usage, "--shard", fmt::format("{} is outside 1..{}: shards count from 1", *number, *count));
  return {*number - 1, *count};
}

std::string shard_text(const Shard& shard) { return fmt::format("{}/{}", shard.index + 1, shard.count); }

std::optional<ChosenShard> array_shard(const Environment& environment) {
  const Variables variables(environment);
  std::vector<const char*> there;
  for (const char* name : {kSlurm, kKubernetes, kBatch})
    if (variables.text(name)) there.push_back(name);
  const std::optional<int> shards = variables.number(kShards, 1);
  if (there.size() > 1)
    refuse(fmt::format("{}", fmt::join(there, " and ")), "are both set: which of them says the shard?");
  if (there.empty()) {
    if (shards) refuse(kShards, fmt::format("says {}, but no array scheduler says which of them this is", *shards));
    return {};
  }
  const ChosenShard chosen = there[0] == kSlurm        ? slurm(variables)
                             : there[0] == kKubernetes ? kubernetes(variables)
                                                       : batch(variables);
  if (shards && *shards != chosen.shard.count)
    refuse(kShards, fmt::format("says {}, {} that there are {}", *shards, there[0], chosen.shard.count));
  return chosen;
}

}  // namespace inf::workflow::sweep
