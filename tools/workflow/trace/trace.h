#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// A stretch of the run's time line, in ns.
struct TraceWindow {
  double from_ns = 0, to_ns = 0;
  std::string text;  ///< as it was asked for, for messages
};

/// "100us:2ms". Errors: usage at `place`, with what is allowed.
TraceWindow parse_trace_window(const std::string& text, const std::string& place);

struct TraceOptions {
  Detail level = Detail::instructions;
  std::optional<TraceWindow> window;
};

/// What a trace file holds.
struct TraceSummary {
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;
};

/// Writes a recorded run as a Perfetto trace: a process for each NeuronCore, one for the host where it computes, tracks
/// for engines, DMA queues and DMA engines, counters for memories, arrows from producers to consumers. The recording
/// needs the level that is asked for, or a finer one. docs/trace.md says what everything means.
/// Errors: usage for a window outside the run, and as AtomicFile.
TraceSummary write_trace(const RecordedRun& run, const arch::ChipSpec& chip, const TraceOptions& options,
                         const std::filesystem::path& file);

}  // namespace inf::workflow
