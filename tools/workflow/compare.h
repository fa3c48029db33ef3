#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/instance.h"
#include "tools/workflow/device_run.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/run_cache.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// What is put side by side.
struct CompareOptions {
  std::vector<PlacedText> instances;  ///< sizes, families or files; empty: every size in configs/instances
  std::vector<std::int64_t> batches = {1, 2, 4, 6, 8, 16};
  std::vector<Spread> modes = {Spread::data_parallel};
  std::optional<std::int64_t> workers;  ///< at full load, for each copy; default the instance file's
  std::optional<double> slo_ns;         ///< latency limit, on P99
};

/// What a workload file says, completed with defaults. Errors: usage or config for a mode or a limit that is none.
CompareOptions compare_options(const WorkloadFile& file);

/// data-parallel or pipeline. Errors: usage at `place`.
Spread parse_spread(const std::string& text, const std::string& place);

/// Steady state of an instance with every copy of the model called by this many workers.
struct OperatingPoint {
  int workers = 1;
  double p50_ns = 0, p99_ns = 0;
  double per_s = 0;  ///< samples
  double core_utilisation = 0, host_utilisation = 0, link_utilisation = 0;
  double usd_on_demand = 0, usd_reserved = 0;  ///< per million samples; infinite where there is no such price
};

/// One line of the comparison.
struct ComparePoint {
  std::string instance, family, chip;
  std::int64_t batch = 1;
  Spread spread = Spread::data_parallel;
  std::string refused;  ///< why it cannot be; then nothing below is set
  DeviceRun device;
  OperatingPoint light;    ///< one worker for each copy: the lowest latency with every core at work
  OperatingPoint full;     ///< workers enough to keep the cores busy
  std::string bound;       ///< what limits throughput: an engine, "host", "host link"
  double bound_share = 0;  ///< how much of the time that one is busy

  bool feasible() const { return refused.empty(); }
};

struct Comparison {
  std::string workload;
  Precision precision;
  std::optional<double> slo_ns;
  std::optional<std::int64_t> workers;        ///< as the options say
  std::vector<arch::InstanceSpec> instances;  ///< in the order of the points
  std::vector<ComparePoint> points;           ///< instance by instance; batches, then modes
  std::vector<std::string> crossovers;        ///< a sentence for each pair of families and way of paying
  std::size_t simulated = 0, from_cache = 0;  ///< device runs
};

/// The files in configs/instances, by name.
std::vector<std::filesystem::path> instance_files();

/// The sizes that the texts name. Errors: usage for a name that is neither size, family nor file, with the nearest;
/// those of instance files.
std::vector<arch::InstanceSpec> find_instances(const std::vector<PlacedText>& wanted,
                                               const std::filesystem::path& base);

/// Simulates every chip, batch and mode once and prices them on every instance. A point that cannot be is a line with
/// the reason. Errors: those of a run, where no point can be.
Comparison compare(const WorkloadFile& file, const Overrides& overrides, const CompareOptions& options, RunCache& cache,
                   Progress& progress);

/// One point, priced. `chip` is the instance's; `device` was asked for with all cores of the chip.
ComparePoint price(const DeviceRun& device, std::int64_t batch, Spread spread, const arch::ChipSpec& chip,
                   const arch::InstanceSpec& instance, std::optional<std::int64_t> workers);

/// The best under the latency limit, or of all without one.
struct Choice {
  std::string objective;
  const ComparePoint* point = nullptr;
  const OperatingPoint* at = nullptr;
  std::string figure;  ///< in words
};
std::vector<Choice> best(const Comparison& comparison);

std::string compare_text(const Comparison& comparison);
struct Uncertainty;
/// The document described in docs/json.md; `uncertainty` may be null.
std::string compare_json(const Comparison& comparison, const Uncertainty* uncertainty = nullptr);

}  // namespace inf::workflow
