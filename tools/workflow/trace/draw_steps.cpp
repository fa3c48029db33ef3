#include <algorithm>
#include <variant>

#include "isa/program/text.h"
#include "tools/workflow/trace/draw_program.h"

namespace inf::workflow {
namespace {

using sim::RecordedStep;
using sim::Recording;

std::uint64_t macs_of(const RecordedStep& step) {
  const auto* m = std::get_if<isa::Matmul>(&step.inst.op);
  return m ? static_cast<std::uint64_t>(m->moving.elements()) * m->dst.partitions : 0;
}

std::string signaller(const sim::Signaller& by) {
  if (!by.is_dma) return std::string(arch::name(static_cast<arch::Engine>(by.index)));
  return queue_name(static_cast<arch::Engine>(by.index / sim::kQueuesPerEngine), by.index % sim::kQueuesPerEngine);
}

/// A sequencer's instruction that neither waits nor signals is no part of a tile's picture.
bool left_out(const RecordedStep& step, Detail level) {
  return level == Detail::tiles && row_of(step) == EngineRow::sequencer && !isa::dma_queue(step.inst.op) &&
         !step.inst.waits[0].used && !step.inst.waits[1].used && !step.inst.signal.used;
}

}  // namespace

void ProgramDrawing::draw_instruction(const RecordedStep& step) {
  const Clock clock = timebase_.clock(step.engine);
  out_.note(Note::pc, step.pc);
  if (step.end > step.start) {
    const std::int64_t cycles = clock.cycles_ceil(step.end - step.start).value;
    out_.note(Note::cycles, cycles);
    if (cycles > step.cost.interval.value) out_.note(Note::weight_switch_cycles, cycles - step.cost.interval.value);
    out_.note(Note::latency_cycles, clock.cycles_ceil(step.visible - step.start).value);
  }
  if (const std::uint64_t macs = macs_of(step); macs > 0) out_.note(Note::macs, macs);
  out_.note(Note::instruction, isa::print(step.inst));
  for (const sim::Stall& stall : program_.recording.stalls_of(step)) {
    out_.note(stall_note(stall.reason), time_.exact(stall.to - stall.from));
    if (stall.semaphore < 0) continue;
    out_.note(Note::semaphore, stall.semaphore);
    out_.note(Note::signalled_by, signaller(stall.by));
  }
}

void ProgramDrawing::draw_tile(const StepSlice& slice, std::span<const std::uint32_t> steps) {
  const Recording& recording = program_.recording;
  std::array<Tick, sim::kStallReasons> stalls{};
  std::uint64_t macs = 0;
  for (const std::uint32_t i : steps) {
    macs += macs_of(recording.steps[i]);
    for (const sim::Stall& s : recording.stalls_of(recording.steps[i]))
      stalls[static_cast<std::size_t>(s.reason)] += s.to - s.from;
  }
  out_.note(Note::busy_ns, time_.exact(slice.busy));
  out_.note(Note::busy_ticks, slice.busy.value);
  out_.note(Note::instructions, slice.count);
  out_.note(Note::pc, recording.steps[steps.front()].pc);
  out_.note(Note::last_pc, recording.steps[steps.back()].pc);
  if (macs > 0) out_.note(Note::macs, macs);
  if (known(slice.op)) out_.note(Note::kind, program_.ops[static_cast<std::size_t>(slice.op)].kind);
  note_stalls(stalls);
}

void ProgramDrawing::draw_engine(const EngineSlices& engine, arch::Engine which, const Flows& flows, Detail level) {
  const std::vector<RecordedStep>& all = program_.recording.steps;
  for (const StepSlice& slice : engine.slices) {
    const auto shown = time_.shown(slice.start, slice.end);
    const std::span<const std::uint32_t> steps = engine.steps_of(slice);
    const RecordedStep& first = all[steps.front()];
    if (!shown || left_out(first, level)) continue;
    const bool single = level == Detail::instructions || slice.row == EngineRow::sequencer;
    const Name name = single ? out_.event(isa::name(first.opcode())) : name_of(slice.op);
    const Track track = tracks_.engine(which, slice.row);
    const bool instant = slice.row == EngineRow::sequencer && slice.end == slice.start;
    if (instant)
      out_.mark(track, shown->begin, name, category_of(slice.op));
    else
      out_.begin(track, shown->begin, name, category_of(slice.op));
    note_times(slice.start, slice.end, *shown);
    if (single)
      draw_instruction(first);
    else
      draw_tile(slice, steps);
    for (const std::uint32_t i : steps) flows.draw_step(i, out_);
    out_.close();
    if (!instant) out_.end(track, shown->end);
  }
}

void ProgramDrawing::draw_stalls() {
  std::array<Name, sim::kStallReasons> names{};
  for (std::size_t r = 0; r < names.size(); ++r) names[r] = out_.event(sim::name(static_cast<sim::StallReason>(r)));
  for (const RecordedStep& step : program_.recording.steps)
    for (const sim::Stall& stall : program_.recording.stalls_of(step)) {
      if (stall.reason == sim::StallReason::datapath) continue;  // the engine works meanwhile
      const auto shown = time_.shown(stall.from, stall.to);
      if (!shown) continue;
      const Track track = tracks_.engine(step.engine, EngineRow::stalls);
      out_.begin(track, shown->begin, names[static_cast<std::size_t>(stall.reason)], category_of(step.op));
      note_times(stall.from, stall.to, *shown);
      out_.note(Note::pc, step.pc);
      if (stall.semaphore >= 0) {
        out_.note(Note::semaphore, stall.semaphore);
        out_.note(Note::signalled_by, signaller(stall.by));
      }
      out_.close();
      out_.end(track, shown->end);
    }
}

void ProgramDrawing::draw_steps(Detail level) {
  const Recording& recording = program_.recording;
  const auto engines = slice_steps(recording, level);
  std::vector<std::int64_t> steps(recording.steps.size(), Flows::kHidden);
  for (const EngineSlices& engine : engines)
    for (const StepSlice& slice : engine.slices)
      if (const auto shown = time_.shown(slice.start, slice.end))
        for (const std::uint32_t i : engine.steps_of(slice))
          if (!left_out(recording.steps[i], level)) steps[i] = shown->begin;
  std::vector<std::int64_t> transfers(recording.transfers.size(), Flows::kHidden);
  std::vector<std::uint32_t> in_order(recording.transfers.size());
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    in_order[i] = static_cast<std::uint32_t>(i);
    if (const auto shown = time_.shown(recording.transfers[i].start, recording.transfers[i].end))
      transfers[i] = shown->begin;
  }
  std::stable_sort(in_order.begin(), in_order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return recording.transfers[a].start < recording.transfers[b].start;
  });
  const Flows flows(recording, std::move(steps), std::move(transfers), arrows_);
  for (std::size_t e = 0; e < engines.size(); ++e) draw_engine(engines[e], static_cast<arch::Engine>(e), flows, level);
  draw_stalls();
  draw_transfers(in_order, flows);
  if (level != Detail::instructions) return;
  draw_shares();
  draw_semaphores();
}

}  // namespace inf::workflow
