#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/store.h"

namespace inf::workflow::sweep {

/// How many of each status.
using Counts = std::map<Status, std::size_t>;

/// What one database holds. A case is a workload at a point; cases that a roofline discards are computed by no one and
/// stored nowhere.
struct DatabaseStatus {
  std::string file;
  std::string shard;  ///< "2/4"; empty: of the whole sweep
  Counts cases;
  Activity activity;
};

/// Where a sweep stands, by its databases together.
struct SweepStatus {
  std::string sweep;
  Counts points;  ///< of the whole sweep
  std::size_t workloads = 1;
  std::vector<DatabaseStatus> databases;

  std::size_t missing() const;
  /// Points per second of all that are being written, over the last minutes. 0: none is.
  double rate() const;
  std::optional<double> eta_s() const;
  /// Of the shards that the databases belong to, those without a database: "3/4".
  std::vector<std::string> absent() const;
};

Counts count_points(const Results& results);

std::string status_text(const SweepStatus& status);
/// The document described in docs/json.md.
std::string status_json(const SweepStatus& status);

}  // namespace inf::workflow::sweep
