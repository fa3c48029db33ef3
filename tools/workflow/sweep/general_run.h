#pragma once
#include "tools/workflow/sweep/case.h"

namespace inf::workflow::sweep {

/// What a whole run says of a case.
struct Measured {
  Metrics metrics;
  double device_ns = 0;  ///< of a call
};

/// One model, or the first mode of a reader, by `inf-sim run` itself, with values where the case asks for them.
/// `samples` of a call. Errors: those of run_on() and run_reading_on().
Measured run_model(const Case& c, const Workload& workload, double samples);

/// A page through two models: latency of finding and reading, pages per second. Errors: those of run_ocr_on().
Measured run_pages(const Case& c);

}  // namespace inf::workflow::sweep
