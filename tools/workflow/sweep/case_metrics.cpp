#include "tools/workflow/sweep/case_metrics.h"

namespace inf::workflow::sweep {

Metrics case_metrics(const Latency& latency, const Throughput& throughput, const std::vector<CostLine>& cost,
                     double samples, const std::optional<Energy>& energy) {
  Metrics metrics;
  metrics[Metric::latency] = latency.call_ns();
  metrics[Metric::throughput] = throughput.instance_per_s * samples;
  for (const CostLine& line : cost)
    if (line.plan == "on demand") metrics[Metric::usd_per_million] = line.usd_per_million / samples;
  if (energy) metrics[Metric::energy] = energy->total_j() / samples;
  return metrics;
}

}  // namespace inf::workflow::sweep
