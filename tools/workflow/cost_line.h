#pragma once
#include <string>

namespace inf::workflow {

struct CostLine {
  std::string instance, plan;  ///< plan: "on demand", "3-year reserved"
  double usd_per_hour = 0;
  double usd_per_million = 0;  ///< 1e6 / throughput of the instance x price / 3600
  std::string date, source;
};

}  // namespace inf::workflow
