#pragma once
#include <optional>
#include <vector>

#include "tools/workflow/energy.h"
#include "tools/workflow/report.h"
#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

/// Latency, throughput, cost and energy of a case from the sections of its report; accuracy stays unknown. `samples`
/// per call. A price that was not published leaves the cost unknown, no energy the energy.
Metrics case_metrics(const Latency& latency, const Throughput& throughput, const std::vector<CostLine>& cost,
                     double samples, const std::optional<Energy>& energy = {});

}  // namespace inf::workflow::sweep
