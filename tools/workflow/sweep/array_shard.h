#pragma once
#include <map>
#include <optional>
#include <string>

#include "tools/workflow/sweep/explore.h"

namespace inf::workflow::sweep {

/// Variables of a process by name.
using Environment = std::map<std::string, std::string>;
Environment process_environment();

/// A shard and what says so, for people: "--shard 2/4", "SLURM_ARRAY_TASK_ID 1 of 0-3".
struct ChosenShard {
  Shard shard;
  std::string from;
};

/// "2/4": the second of four. Errors: usage.
Shard parse_shard(const std::string& text);
/// "2/4" again.
std::string shard_text(const Shard& shard);

/// The shard that an array scheduler gave to this process, from its variables; nothing where none did. An empty
/// variable counts as none.
///   Slurm                    SLURM_ARRAY_TASK_ID with _COUNT, _MIN, _MAX and _STEP
///   Kubernetes indexed jobs  JOB_COMPLETION_INDEX with INF_SIM_SHARDS or JOB_COMPLETIONS, which the job has to set
///   AWS Batch                AWS_BATCH_JOB_ARRAY_INDEX with AWS_BATCH_JOB_ARRAY_SIZE
/// INF_SIM_SHARDS is checked against what the others say.
/// Errors: usage, naming variable and value: no numbers, an array with holes or of a single task (part of a larger one
/// that is run again?), a number of shards that is missing or contradicted, variables of two schedulers at once.
std::optional<ChosenShard> array_shard(const Environment& environment);

}  // namespace inf::workflow::sweep
