#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/replay/replay.h"
#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// What the latency is split by.
enum class By : std::uint8_t { engine, op, layer, cause };
constexpr std::string_view name(By by) {
  switch (by) {
    case By::engine: return "engine";
    case By::op: return "operator";
    case By::layer: return "layer";
    case By::cause: return "cause";
  }
  return "";
}

/// A part of the latency.
struct Part {
  std::string name;
  std::int64_t ticks = 0;
  int op = -1;  ///< index into Profile::operators where it is one
  friend bool operator==(const Part&, const Part&) = default;
};

/// The latency along the critical path; parts add up to Profile::ticks, longest first. Without a path, operators and
/// layers are split by how much later the run ended because of each, and there is nothing by engine or cause.
std::vector<Part> split(const Profile& profile, By by);

/// The first `top` parts, and the others as one: "31 others".
std::vector<Part> closed(std::vector<Part> parts, std::size_t top);

/// Time of each operator, by index, as split() counts it.
std::vector<std::int64_t> operator_ticks(const Profile& profile);

/// NeuronCores that ran programs.
int cores(const Profile& profile);

/// Where an engine's time went: busy and idle parts add up to Profile::ticks on each core that ran.
struct EngineTime {
  std::string engine;
  std::uint64_t instructions = 0;  ///< transfers for "dma"
  std::int64_t busy = 0;
  std::vector<Part> idle;  ///< by reason, longest first
};
std::vector<EngineTime> engine_times(const Profile& profile);

/// The cause with this name; `other` for a name that is none.
sim::PathCause path_cause(std::string_view name);
/// Does the path wait for DMA there, from the trigger to the completion?
bool is_dma(sim::PathCause cause);

}  // namespace inf::workflow
