#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

const std::array<MetricInfo, kMetrics>& metrics() {
  static const std::array<MetricInfo, kMetrics> all = {{
      {Metric::latency, "latency", "latency_ns", "ns", false, "one call: device, copies, runtime and host operators"},
      {Metric::throughput, "throughput", "throughput_per_s", "1/s", true,
       "samples (words, pages) per second of the whole instance"},
      {Metric::usd_per_million, "usd_per_million", "usd_per_million", "USD", false,
       "on demand, for a million samples at this throughput"},
      {Metric::energy, "energy", "energy_j", "J", false, "of one sample, by the chip file's energy section"},
      {Metric::accuracy, "accuracy", "accuracy", "-", true, "least correlation of an output with the fp32 reference"},
  }};
  return all;
}

const MetricInfo& info(Metric metric) { return metrics()[static_cast<std::size_t>(metric)]; }

}  // namespace inf::workflow::sweep
