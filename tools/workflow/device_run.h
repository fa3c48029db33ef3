#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/run_cache.h"
#include "tools/workflow/spread.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// One question to the simulator: how long does a call take, without values.
struct DeviceQuery {
  const Workload& workload;  ///< whose sizes decide the batch
  const arch::ChipSpec& chip;
  const arch::RuntimeSpec& runtime;  ///< prices operators on the host; nothing else of it matters here
  int cores = 1;                     ///< cores of one chip that run the model at the same time
  Spread spread = Spread::data_parallel;
};

/// The answer. Times of the device alone: runtime, copies and queues come on top.
struct DeviceRun {
  int batch = 1;                                   ///< samples per call: the first axis of the model's first input
  std::string refused;                             ///< why there is none, in one line; then nothing else is set
  double call_ns = 0;                              ///< one call, the rest of the chip idle
  double interval_ns = 0;                          ///< one call with every core of the query at work
  double host_ns = 0;                              ///< operators on the host, per call
  int programs = 1;                                ///< that one call runs, one after the other
  std::int64_t input_bytes = 0, output_bytes = 0;  ///< copied per call
  std::int64_t weight_bytes = 0;                   ///< in device memory, per copy
  std::int64_t resident_bytes = 0;                 ///< of weights, that stay in SBUF between calls
  std::int64_t streamed_bytes = 0;                 ///< of weights, that each call loads
  std::int64_t device_memory_bytes = 0;            ///< per copy
  std::int64_t dram_bytes = 0;                     ///< read and written per call
  double memory_share = 0;  ///< of device memory's rate, drawn by all cores of the query together
  std::uint64_t macs = 0;
  std::vector<std::pair<std::string, double>> utilisation;  ///< busy share of a call, per engine, and "dma"
  std::string bound;       ///< the engine that is busy most of the call, or "waiting" where none reaches a half
  std::string busiest;     ///< the engine that is busy longest
  double bound_share = 0;  ///< its share of the call

  bool feasible() const { return refused.empty(); }
};

/// Compiles and simulates, or takes the answer from the cache. Two queries with the same content (model, chip values,
/// precision, cores, spread, version of inf-sim) have the same answer.
/// Errors: usage, config and import, as load(); a model that the chip refuses is an answer.
DeviceRun run_device(const DeviceQuery& query, RunCache& cache, Progress& progress);

/// Time to load a copy: its weights over the host link, and what a load takes beside.
double load_ns(const DeviceRun& run, const arch::ChipSpec& chip, const arch::RuntimeSpec& runtime);

/// A run as the cache keeps it, and back; parse throws where the text is none.
std::string device_run_text(const DeviceRun& run);
DeviceRun parse_device_run(const std::string& text);

}  // namespace inf::workflow
