#pragma once
#include <cstdint>
#include <map>
#include <variant>
#include <vector>

namespace inf::sim {

/// A machine that serves calls of one model. Every chip has a host link of its own; processors are shared by all.
struct ServingMachine {
  int chips = 1;
  int copies_per_chip = 1;  ///< of the model: one for each core, or one for a pipeline over the cores
  int vcpu = 1;             ///< processors of the host
  int call_vcpu = 1;        ///< of them that a call keeps busy while it is not on the device
};

/// What one call of a model compiled for `batch` samples needs, stage by stage. Units: ns.
struct ServingCall {
  int batch = 1;
  std::int64_t before_ns = 0, after_ns = 0;      ///< host work before and after the device
  std::int64_t copy_in_ns = 0, copy_out_ns = 0;  ///< copies, on a processor
  std::int64_t link_in_ns = 0, link_out_ns = 0;  ///< the parts of the copies that take the chip's host link
  std::int64_t start_ns = 0;                     ///< start and stop of the device, on the core
  std::int64_t alone_ns = 0;                     ///< on the core, the chip's other copies idle
  std::int64_t busy_ns = 0;                      ///< the same with all copies of the chip busy
  std::int64_t fill_ns = 0;  ///< until the result is there after the core took the next call: a pipeline's depth
};

/// Workers that call again as soon as their call is done.
struct ClosedLoad {
  int workers_per_copy = 1;
  std::int64_t requests = 0;
};

/// Samples that arrive by a Poisson process and wait until a batch is full or the oldest has waited long enough; the
/// batch takes the smallest compiled size that holds it.
struct OpenLoad {
  double rate_per_s = 0;
  std::int64_t max_wait_ns = 0;
  int workers_per_copy = 1;
  std::int64_t requests = 0;
  std::uint64_t seed = 1;
};

/// The steady state: the first tenth of the requests is left out.
struct ServingResult {
  std::int64_t requests = 0;                                           ///< measured
  double p50_ns = 0, p90_ns = 0, p99_ns = 0, mean_ns = 0, max_ns = 0;  ///< from arrival to the result
  double throughput_per_s = 0;                                         ///< samples
  double core_utilisation = 0, host_utilisation = 0, link_utilisation = 0;
  double mean_batch = 0;                ///< samples per call
  std::map<int, std::int64_t> batches;  ///< calls by the compiled size that they took
  std::int64_t waiting = 0;             ///< samples not yet in a call at the end
};

/// Simulates a closed loop of calls of one size. Deterministic.
ServingResult serve(const ServingMachine& machine, const ServingCall& call, const ClosedLoad& load);

/// Simulates arrivals. `calls` are the compiled sizes, ascending; the last one is the largest batch. The caller makes
/// sure that the machine keeps up: beyond its capacity the result describes nothing but the length of the run.
ServingResult serve(const ServingMachine& machine, const std::vector<ServingCall>& calls, const OpenLoad& load);

}  // namespace inf::sim
