#pragma once
#include <cstdint>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/trace/core_tracks.h"
#include "tools/workflow/trace/flows.h"
#include "tools/workflow/trace/step_slices.h"
#include "tools/workflow/trace/trace_time.h"

namespace inf::workflow {

/// Draws one call of a program on the tracks of its core. All that is drawn carries the ONNX node of its operator as
/// category.
class ProgramDrawing {
 public:
  /// `arrows` numbers the arrows of the whole trace.
  ProgramDrawing(const RecordedProgram& program, const arch::ChipSpec& chip, const TraceTime& time, CoreTracks& tracks,
                 std::uint64_t& arrows, PacketStream& out);

  /// One slice for the call as a whole.
  void draw_call();
  /// The level of operators: stretches of engines and queues, and the rates of device memory that follow from them.
  void draw_operators();
  /// The levels of tiles and instructions: slices of engines, their stalls, transfers. With instructions also what each
  /// DMA engine does, and semaphores.
  void draw_steps(Detail level);

 private:
  using Name = PacketStream::Name;
  using Track = PacketStream::Track;

  void draw_engine_spans();
  void draw_queue_spans();
  void draw_engine(const EngineSlices& engine, arch::Engine which, const Flows& flows, Detail level);
  void draw_instruction(const sim::RecordedStep& step);
  void draw_tile(const StepSlice& slice, std::span<const std::uint32_t> steps);
  void draw_stalls();
  void draw_transfers(const std::vector<std::uint32_t>& in_order, const Flows& flows);
  void draw_shares();
  void draw_semaphores();

  void note_times(Tick start, Tick end, const TraceStretch& shown);
  void note_stalls(const std::array<Tick, sim::kStallReasons>& stalls);
  double exact_start(Tick t) const { return time_.start_ns() + time_.exact(t); }
  Name name_of(std::int32_t op) const { return known(op) ? names_[static_cast<std::size_t>(op)] : no_operator_; }
  Name category_of(std::int32_t op) const { return known(op) ? categories_[static_cast<std::size_t>(op)] : Name::none; }
  bool known(std::int32_t op) const { return op >= 0 && static_cast<std::size_t>(op) < names_.size(); }

  const RecordedProgram& program_;
  const arch::Timebase timebase_;
  const TraceTime time_;
  CoreTracks& tracks_;
  std::uint64_t& arrows_;
  PacketStream& out_;
  std::vector<Name> names_, categories_;  ///< by operator
  Name no_operator_;
};

}  // namespace inf::workflow
