#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/measurements.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/run_cache.h"

namespace inf::workflow {

/// A measurement and what the simulation says.
struct ValidationRow {
  Measurement measurement;
  std::string what;         ///< what was simulated: "bert-base, 128 tokens, batch 8", or the kernel
  std::string chip;         ///< name in configs/chips
  std::string not_run;      ///< why there is no simulation; then nothing below is set
  double published_ns = 0;  ///< device time that the simulated one stands beside
  double simulated_ns = 0;
  std::optional<double> published_call_ns, simulated_call_ns;  ///< of a whole call, as its caller sees it
  int cores = 1;                                               ///< simulated at the same time
  std::vector<std::pair<std::string, double>> busy;            ///< share of the call, per engine, and "dma"
  std::string bound;  ///< the engine that is busy most of the call, or "waiting"
  double tflops = 0;  ///< achieved
  std::int64_t dram_bytes = 0;
  std::int64_t streamed_bytes = 0, resident_bytes = 0;  ///< of weights: loaded in each call, and staying in SBUF

  /// 0.1 where the simulation takes 10 % longer than published.
  double error() const { return simulated_ns / published_ns - 1; }
};

/// Errors of device times.
struct ErrorSummary {
  std::string group;
  std::size_t rows = 0, not_run = 0;
  double median = 0, worst = 0;  ///< absolute
  std::string worst_row;
  double rank_correlation = 0;
};

struct Validation {
  std::string file;  ///< of the measurements
  std::vector<ValidationRow> rows;
  std::vector<ErrorSummary> groups;  ///< in the order of their first row
  ErrorSummary all;
  std::vector<std::pair<std::string, arch::Provenance>> fitted;  ///< parameters of the files used: file, parameter
};

/// Simulates every measurement whose id, group or model holds `filter`, timing alone.
/// Errors: usage and config, as read_measurements; usage for a filter that no row passes.
Validation validate(const std::filesystem::path& measurements, const std::string& filter, RunCache& cache,
                    Progress& progress);

/// Aligned text for a terminal.
std::string validation_text(const Validation& validation);
/// docs/validation.md.
std::string validation_page(const Validation& validation);
/// The document described in docs/json.md.
std::string validation_json(const Validation& validation);

}  // namespace inf::workflow
