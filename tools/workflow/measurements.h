#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tools/workflow/workload.h"

namespace inf::workflow {

/// What a published device time is the time of.
enum class DeviceTime : std::uint8_t {
  alone,     ///< of the device
  call,      ///< of a framework's call: one at a time, so that runtime and copies are in it
  interval,  ///< between two calls of a core that always has one waiting: the device with its start and stop
};
std::string_view name(DeviceTime what);

/// A model that was measured, and how.
struct MeasuredModel {
  Workload workload;  ///< built-in model or ONNX file, batch, precision, chip and instance
  std::string words;  ///< "bert-base, 128 tokens, batch 8"
  int cores = 1;      ///< that ran a copy of it at the same time
  int workers = 1;    ///< callers of each copy
  DeviceTime what = DeviceTime::alone;
  std::optional<double> throughput_per_s, p50_ms, p99_ms, avg_ms;
};

/// One published measurement: facts of its source, and what is simulated for it.
struct Measurement {
  std::string id, group, what, mark, source, release, note;
  double device_ms = 0;
  std::string not_run;                 ///< why there is nothing to simulate; then there is no model either
  std::optional<MeasuredModel> model;  ///< without one it is a kernel's, found by its id
  std::filesystem::path chip;          ///< of a kernel
};

/// Reads a file such as configs/measurements/published.yaml, whose head explains its keys.
/// Errors: usage for a file that cannot be read; config with every mistake of the file, each with line and column.
std::vector<Measurement> read_measurements(const std::filesystem::path& file);

}  // namespace inf::workflow
