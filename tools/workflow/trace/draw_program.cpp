#include "tools/workflow/trace/draw_program.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace inf::workflow {

ProgramDrawing::ProgramDrawing(const RecordedProgram& program, const arch::ChipSpec& chip, const TraceTime& time,
                               CoreTracks& tracks, std::uint64_t& arrows, PacketStream& out)
    : program_(program),
      timebase_(chip),
      time_(time),
      tracks_(tracks),
      arrows_(arrows),
      out_(out),
      no_operator_(out.event("no operator")) {
  for (const isa::SourceOp& op : program.ops) {
    names_.push_back(out.event(op.name));
    categories_.push_back(out.category(op.name));
  }
}

void ProgramDrawing::note_times(Tick start, Tick end, const TraceStretch& shown) {
  out_.note(Note::start_ns, exact_start(start));
  out_.note(Note::start_tick, start.value);
  out_.note(Note::ticks, (end - start).value);
  if (shown.clipped) out_.note(Note::clipped, true);
}

void ProgramDrawing::note_stalls(const std::array<Tick, sim::kStallReasons>& stalls) {
  for (std::size_t r = 0; r < stalls.size(); ++r)
    if (stalls[r] > Tick(0)) out_.note(stall_note(static_cast<sim::StallReason>(r)), time_.exact(stalls[r]));
}

void ProgramDrawing::draw_call() {
  const auto shown = time_.shown(Tick(0), program_.end);
  if (!shown) return;
  std::uint64_t instructions = 0;
  for (const sim::EngineCounters& e : program_.counters.engines) instructions += e.instructions;
  const Track track = tracks_.calls();
  out_.begin(track, shown->begin, out_.event(program_.name.empty() ? "program" : program_.name), Name::none);
  note_times(Tick(0), program_.end, *shown);
  out_.note(Note::tick_mhz, timebase_.mhz());
  out_.note(Note::instructions, instructions);
  out_.note(Note::macs, program_.counters.macs);
  out_.note(Note::transfers, program_.counters.dma_transfers);
  out_.note(Note::dram_read, program_.counters.dram_read);
  out_.note(Note::dram_written, program_.counters.dram_written);
  out_.close();
  out_.end(track, shown->end);
}

void ProgramDrawing::draw_engine_spans() {
  const auto draw = [&](const sim::EngineSpan& span, EngineRow row, Tick start, Tick end, Tick busy) {
    const auto shown = time_.shown(start, end);
    if (!shown) return;
    const Track track = tracks_.engine(span.engine, row);
    out_.begin(track, shown->begin, name_of(span.op), category_of(span.op));
    note_times(start, end, *shown);
    out_.note(Note::busy_ns, time_.exact(busy));
    out_.note(Note::busy_ticks, busy.value);
    if (row != EngineRow::weights || span.stream.end == span.stream.start) {
      out_.note(Note::instructions, span.instructions);
      note_stalls(span.stalls);
    }
    if (known(span.op)) {
      const isa::SourceOp& op = program_.ops[static_cast<std::size_t>(span.op)];
      out_.note(Note::kind, op.kind);
      out_.note(Note::nodes, fmt::format("{}", fmt::join(op.nodes, ", ")));
    }
    out_.close();
    out_.end(track, shown->end);
  };
  for (const sim::EngineSpan& span : program_.spans.engines) {
    const sim::EngineSpan::Row &stream = span.stream, &weights = span.weights;
    if (stream.end > stream.start) draw(span, EngineRow::stream, stream.start, stream.end, stream.busy);
    if (weights.end > weights.start) draw(span, EngineRow::weights, weights.start, weights.end, weights.busy);
    if (stream.end == stream.start && weights.end == weights.start)
      draw(span, EngineRow::sequencer, span.start, span.end, Tick(0));
  }
}

void ProgramDrawing::draw_queue_spans() {
  std::vector<const sim::QueueSpan*> spans;
  for (const sim::QueueSpan& span : program_.spans.queues) spans.push_back(&span);
  std::stable_sort(spans.begin(), spans.end(),
                   [](const sim::QueueSpan* a, const sim::QueueSpan* b) { return a->start < b->start; });
  for (const sim::QueueSpan* span : spans) {
    const auto shown = time_.shown(span->start, span->end);
    if (!shown) continue;
    const Track track = tracks_.queue(span->trigger, span->queue, shown->begin, shown->end);
    out_.begin(track, shown->begin, name_of(span->op), category_of(span->op));
    note_times(span->start, span->end, *shown);
    out_.note(Note::transfers, span->transfers);
    out_.note(Note::bytes, span->bytes);
    out_.note(Note::dram_read, span->dram_read);
    out_.note(Note::dram_written, span->dram_written);
    out_.close();
    out_.end(track, shown->end);
  }
}

void ProgramDrawing::draw_operators() {
  draw_engine_spans();
  draw_queue_spans();
}

}  // namespace inf::workflow
