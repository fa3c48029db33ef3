#include "tools/workflow/trace/counters.h"

#include <algorithm>

#include "tools/workflow/profile/time_slots.h"
#include "tools/workflow/profile/usage.h"

namespace inf::workflow {
namespace {

/// Rates of device memory from the stretches of the queues.
std::vector<Usage> rates_of_spans(const RecordedRun& run, const arch::ChipSpec& chip) {
  const arch::Timebase timebase(chip);
  std::int64_t end = 1;
  for (const RecordedProgram& p : run.programs) end = std::max(end, timebase.from_ns(p.start_ns).value + p.end.value);
  const TimeSlots slots = TimeSlots::cut(end, kUsageSteps - 1);
  std::map<std::pair<int, int>, std::pair<SlotBytes, SlotBytes>> cores;
  for (const RecordedProgram& p : run.programs) {
    auto& [read, written] = cores.try_emplace({p.chip, p.core}, SlotBytes(slots), SlotBytes(slots)).first->second;
    const std::int64_t from = timebase.from_ns(p.start_ns).value;
    for (const sim::QueueSpan& span : p.spans.queues) {
      read.add(from + span.start.value, from + span.end.value, span.dram_read);
      written.add(from + span.start.value, from + span.end.value, span.dram_written);
    }
  }
  std::vector<Usage> all;
  for (const auto& [place, rates] : cores)
    for (const bool reads : {true, false}) {
      Usage& usage = all.emplace_back();
      usage.of = reads ? kMemoryRead : kMemoryWritten;
      usage.unit = "bytes/ns";
      usage.steps = (reads ? rates.first : rates.second).rates(timebase.mhz());
      usage.chip = place.first;
      usage.core = place.second;
    }
  return all;
}

void draw(const Usage& usage, const TraceTime& time, CoreTracks& tracks, PacketStream& out) {
  const bool bytes = usage.unit == "bytes", rate = usage.unit == "bytes/ns";
  using Unit = PacketStream::Unit;
  const auto track = rate    ? tracks.counter(usage.of, Unit::other, "GB/s")
                     : bytes ? tracks.counter(usage.of, Unit::bytes)
                             : tracks.counter(usage.of, Unit::count);
  const auto put = [&](std::int64_t ns, double value) {
    if (rate)
      out.count(track, ns, value);
    else
      out.count(track, ns, static_cast<std::int64_t>(value));
  };
  double before = 0;  // the window's first value is that of the step it begins in
  bool begun = false;
  for (const auto& [tick, value] : usage.steps) {
    const std::int64_t at = time.at(Tick(tick));
    if (at >= time.to()) break;
    if (at > time.from() && !begun && time.from() >= 0) put(time.from(), before);
    if (at >= time.from()) put(at, value), begun = true;
    before = value;
  }
  if (!begun && time.from() >= 0) put(time.from(), before);
}

}  // namespace

void draw_counters(const RecordedRun& run, const arch::ChipSpec& chip, const TraceTime& time, TraceCores& cores,
                   PacketStream& out) {
  for (const Usage& usage : run.instructions() ? usage_over_time(run, chip) : rates_of_spans(run, chip))
    if (const auto core = cores.find({usage.chip, usage.core}); core != cores.end())
      draw(usage, time, core->second, out);
}

}  // namespace inf::workflow
