#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/workflow/recorded_run.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// A figure with what it says about itself. Names are those that users of the vendor's profiler know where it has one.
struct Metric {
  std::string name, unit, definition;
  double value = 0;
};

/// What an operator asked of the array and of the DMA engines.
struct OperatorWork {
  std::uint64_t matmuls = 0;
  double rows_used = 0, columns_used = 0;  ///< 0..1 of the array, averages over the time that its matmuls keep it busy
  std::int64_t weight_switch_ticks = 0;    ///< the array changed to other weights
  std::int64_t transfers = 0, descriptors = 0;
  std::int64_t dma_bytes = 0;  ///< through the DMA engines
};

/// An operator of the profile: a row of the report with what the critical path says about it.
struct ProfileOperator {
  OperatorUse use;
  OperatorWork work;
  std::string layer;            ///< the part of the model that it belongs to: see layers.h
  int program = 0;              ///< index into Profile::programs
  std::int64_t path_ticks = 0;  ///< on the critical path
  std::vector<std::pair<std::string, std::int64_t>> path_by_cause;  ///< ticks, longest first; sums to path_ticks
};

struct ProfileProgram {
  std::string name;
  int chip = 0, core = 0;
  std::int64_t start_ticks = 0, ticks = 0;
};

/// A stretch of the critical path: all stretches follow one another without a gap from 0 to the latency.
struct PathStretch {
  std::int64_t from = 0, to = 0;  ///< ticks
  std::string engine;             ///< "tensor", ..., or "dma" and "host"
  int op = -1;                    ///< index into Profile::operators, -1 for none
  std::string cause;              ///< sim::name(PathCause)
  std::int64_t pc = -1;           ///< of the instruction on `engine`, or that triggered the transfer; -1 for none
  std::string opcode;
};

/// How much of a memory is in use, or how much of a rate is drawn: steps over time. usage.h lists them.
struct Usage {
  std::string of, unit;  ///< "SBUF" in bytes, "PSUM" in bytes, "device memory read" and "written" in bytes/ns
  double limit = 0;      ///< 0: none
  std::vector<std::pair<std::int64_t, double>> steps;  ///< from this tick on, this much; ascending from 0
  int chip = 0, core = 0;
};

/// What a parameter of the chip does to the latency, near its value.
struct WhatIf {
  std::string parameter;  ///< path in the chip file
  std::string unit;
  double value = 0;
  double lower = 0, upper = 0;                    ///< values a step below and above
  std::int64_t ticks_lower = 0, ticks_upper = 0;  ///< latency there, in the profile's ticks
  std::string method;                             ///< "replayed" from the run's own events, or "planned again"
  /// Relative change of the latency over the relative change of the parameter: -1 is "twice as fast with twice of it".
  double elasticity = 0;
};

/// One advice.
struct Finding {
  std::string condition, cause, advice;
  double gain_ns = 0;  ///< expected, of the device's time
  double gain = 0;     ///< of the latency
};

/// A run as `inf-sim profile`, `diff` and the report page see it: what profile.db holds, less the tables of single
/// instructions.
struct Profile {
  std::string workload, model, chip, chip_title, chip_hash, precision, mode;
  std::vector<std::pair<std::string, std::string>> settings;  ///< compiler options and chip values, as text, by path
  std::int64_t ticks = 0;                                     ///< the device's time of one call, host segments included
  std::int64_t tick_mhz = 0;
  std::vector<ProfileProgram> programs;
  std::vector<EngineUse> engines;
  std::optional<Weights> weights;    ///< of models that have any
  std::optional<Roofline> roofline;  ///< of all programs
  std::vector<std::string> warnings;
  std::vector<ProfileOperator> operators;
  std::vector<PathStretch> path;  ///< empty without instructions in the recording
  std::vector<Usage> usage;
  std::vector<WhatIf> what_if;
  std::vector<Finding> findings;  ///< best gain first
  std::vector<Metric> metrics;

  double ns(std::int64_t t) const { return static_cast<double>(t) * 1e3 / static_cast<double>(tick_mhz); }
  /// The tick that a time in nanoseconds stands for: ticks_of(ns(t)) is t.
  std::int64_t ticks_of(double time_ns) const { return std::llround(time_ns * static_cast<double>(tick_mhz) / 1e3); }
};

}  // namespace inf::workflow
