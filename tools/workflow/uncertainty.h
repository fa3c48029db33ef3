#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/workflow/compare.h"
#include "tools/workflow/sampling.h"

namespace inf::workflow {

struct UncertaintyOptions {
  std::int64_t samples = 64;
  std::uint64_t seed = 1;
};

/// How strongly a figure follows one parameter over the samples.
struct Influence {
  std::string owner, path, unit;
  double value = 0, low = 0, high = 0;
  double correlation = 0;  ///< Spearman's, with the latency
};

/// One model on one instance over the samples.
struct UncertainPoint {
  std::string instance, family, what;  ///< what: "batch 8"
  Spread3 latency_ns, usd_on_demand, usd_reserved;
  std::vector<Influence> influences;  ///< strongest first
};

/// How often one family beats another, in shares of the samples.
struct Duel {
  std::string a, b;
  double faster = 0;                                   ///< b's lowest latency is below a's
  double cheaper_on_demand = 0, cheaper_reserved = 0;  ///< b's lowest cost (within the limit) is below a's
};

struct Uncertainty {
  std::int64_t samples = 0;
  std::uint64_t seed = 0;
  std::size_t parameters = 0;  ///< causes that were drawn
  std::vector<UncertainPoint> points;
  std::vector<Duel> duels;
};

/// A workload on its own instance: one call at a time. Errors: those of a run.
Uncertainty run_uncertainty(const WorkloadFile& file, const Overrides& overrides, const UncertaintyOptions& options,
                            RunCache& cache, Progress& progress);

/// The points of a comparison that are fastest and cheapest in their family, with every uncertain number of chips and
/// instances drawn again for each sample and the programs compiled and simulated again.
Uncertainty compare_uncertainty(const WorkloadFile& file, const Overrides& overrides, const Comparison& comparison,
                                const UncertaintyOptions& options, RunCache& cache, Progress& progress);

/// The section of a report; starts with an empty line.
std::string uncertainty_text(const Uncertainty& uncertainty);
/// The object described in docs/json.md.
nlohmann::ordered_json uncertainty_json(const Uncertainty& uncertainty);

}  // namespace inf::workflow
