#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/kernel/serving/serving.h"
#include "tools/workflow/cost_line.h"

namespace inf::workflow {

/// What the device takes for one compiled batch size, as the queueing simulation uses it.
struct LoadBatch {
  int batch = 1;
  double alone_ns = 0, busy_ns = 0;  ///< device time with idle and with busy neighbours
  double capacity_per_s = 0;         ///< samples, with every worker calling all the time
};

/// Latency, throughput and cost of a model under load on an instance.
struct LoadReport {
  std::string instance;
  int chips = 0, copies = 0, workers = 0;  ///< copies of the model on all chips; workers for each
  std::optional<double> rate_per_s;        ///< arrivals; absent in a closed loop
  double max_wait_ns = 0;
  double capacity_per_s = 0;  ///< the largest of the batches'
  double load_ns = 0;         ///< to load the model once, before the first call
  std::vector<LoadBatch> batches;
  sim::ServingResult served;
  std::vector<CostLine> cost;  ///< of a million samples at this load
};

/// The section of a report; starts with an empty line.
std::string load_text(const LoadReport& load);
/// The object described in docs/json.md.
nlohmann::ordered_json load_json(const LoadReport& load);

}  // namespace inf::workflow
