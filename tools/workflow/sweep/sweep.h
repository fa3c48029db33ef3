#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/run.h"
#include "tools/workflow/sweep/space.h"

namespace inf::workflow::sweep {

/// What a point is judged by. Of several workloads, the mean by their weights.
enum class Metric : std::uint8_t {
  latency,          ///< of a call, device and host. Units: ns; less is better
  throughput,       ///< of the whole instance. Units: samples (words, pages) per second; more is better
  usd_per_million,  ///< samples, on demand. Less is better
  energy,           ///< of a sample, where the chip file says what work takes. Units: J; less is better
  accuracy,         ///< least correlation of an output with the fp32 reference; needs values; more is better
};
inline constexpr int kMetrics = 5;

/// A metric as files, tables and pages name it, once.
struct MetricInfo {
  Metric metric;
  const char* name;    ///< "latency", as in `objectives`
  const char* column;  ///< "latency_ns"
  const char* unit;
  bool more_is_better;
  const char* meaning;
};
const std::array<MetricInfo, kMetrics>& metrics();
const MetricInfo& info(Metric metric);

/// A value for each metric; NaN where there is none.
struct Metrics {
  std::array<double, kMetrics> values;
  Metrics() { values.fill(std::numeric_limits<double>::quiet_NaN()); }
  double& operator[](Metric m) { return values[static_cast<std::size_t>(m)]; }
  double operator[](Metric m) const { return values[static_cast<std::size_t>(m)]; }
};

/// A point beyond it stays in the results and never reaches the front.
struct Limit {
  Metric metric;
  double bound;  ///< in the metric's unit: at most, or at least where more is better
  std::string place;
};

enum class StrategyKind : std::uint8_t { grid, random, sobol, nsga2 };

struct StrategyOptions {
  StrategyKind kind = StrategyKind::grid;
  std::optional<std::size_t> budget;  ///< points
  std::uint64_t seed = 1;
  int population = 32;  ///< nsga2: of each island
  int islands = 2;      ///< nsga2: searches of their own, which shards share out
};

struct SweepWorkload {
  std::string name;            ///< stem of its file, unique in a sweep
  std::filesystem::path file;  ///< workload or ONNX model
  double weight = 1;
};

/// A sweep file as the program uses it: defaults filled, paths as seen from the current folder, values checked.
struct Sweep {
  std::string name;  ///< stem of the file
  std::string title;
  std::filesystem::path file;
  std::vector<SweepWorkload> workloads;
  Space space;
  std::vector<Metric> objectives;
  std::vector<Limit> limits;
  StrategyOptions strategy;
  RunOptions::Mode mode = RunOptions::Mode::timing;  ///< timing or both
  double timeout_s = 300;                            ///< for one point
};

/// Errors: usage when the file cannot be read; config with every mistake of the file, each with line and column:
/// unknown keys (the nearest named), values out of a key's range, ranges without an end, expressions that do not parse,
/// constraints that no point meets.
Sweep read_sweep(const std::filesystem::path& file);
/// The same from text; relative paths start at file's folder.
Sweep parse_sweep(const std::string& yaml, const std::filesystem::path& file);

/// Rows of docs/config.md: the keys of a sweep file.
std::string sweep_markdown();

}  // namespace inf::workflow::sweep
