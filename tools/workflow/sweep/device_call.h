#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/pipeline/placement.h"
#include "isa/arch/instance.h"
#include "tools/workflow/busy_cores.h"
#include "tools/workflow/report.h"
#include "tools/workflow/run.h"
#include "tools/workflow/sweep/shared_graphs.h"

namespace inf::workflow::sweep {

/// What one program of a call does to a core.
struct ProgramFigures {
  Tick end;
  std::int64_t copied_bytes = 0;  ///< of its inputs and outputs
  std::uint64_t macs = 0, executed_macs = 0;
  std::int64_t dram_read = 0, dram_written = 0;
  std::uint64_t instructions = 0;
};

/// A call of a model on a chip, with all of it that no instance, price or host changes.
struct DeviceCall {
  std::vector<ProgramFigures> programs;  ///< in the order in which they run
  std::vector<compiler::Graph> host;     ///< what the host runs between them
  std::optional<BusyCores> busy;         ///< where several cores were asked for
};

/// Everything that a DeviceCall depends on.
struct DeviceQuestion {
  const SharedGraph& graph;
  const Workload& workload;
  const arch::ChipSpec& chip;
  RunOptions::Mode mode = RunOptions::Mode::timing;
  std::optional<CoreLayout> layout;
  double gap_ns = 0;  ///< between calls of a core, with a layout
};
/// Two questions with the same key have the same answer: the chip's values that one core alone does not meet (number of
/// cores, links, names) are left out where no layout is given.
std::string key_of(const DeviceQuestion& question);

/// The program or programs, not yet timed. Errors: as compile_placed().
compiler::PlacedModel compile(const DeviceQuestion& question);

/// Times them without SystemC, exactly as it would, but for several cores at a time.
DeviceCall time(const DeviceQuestion& question, const compiler::PlacedModel& model);

/// The timed sections of a report, as run() has them.
struct TimedSections {
  Latency latency;
  Roofline roofline;
  Throughput throughput;
  std::vector<CostLine> cost;
  std::optional<Energy> energy;
};
TimedSections measure(const DeviceCall& call, const DeviceQuestion& question, const arch::InstanceSpec& instance);

}  // namespace inf::workflow::sweep
