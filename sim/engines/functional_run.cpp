#include "sim/engines/functional_run.h"

#include <algorithm>

#include "sim/engines/deadlock.h"

namespace inf::sim {
namespace {

bool satisfied(const Decoded& d, SemaphoreBank& semaphores, Tick now) {
  return std::all_of(d.inst.waits.begin(), d.inst.waits.end(),
                     [&](const isa::Wait& w) { return !w.used || semaphores.value(w.semaphore, now) >= w.value; });
}

Signaller signaller_of(arch::Engine engine, const Decoded& d) {
  const auto index = static_cast<std::uint8_t>(engine);
  if (const auto queue = isa::dma_queue(d.inst.op))
    return {true, static_cast<std::uint8_t>(index * kQueuesPerEngine + *queue)};
  return {false, index};
}

/// Runs one stream until it waits or is drained; true when it got anywhere.
bool run_stream(InstructionStream& stream, SemaphoreBank& semaphores, IssueSink& sink, Tick& now) {
  bool moved = false;
  for (;;) {
    const Decoded* d = stream.current();
    if (!d || !satisfied(*d, semaphores, now)) return moved;
    now += Tick(1);
    sink.issued({stream.engine(), *d, now});
    if (d->inst.signal.used) {
      const isa::Signal& s = d->inst.signal;
      const Signaller by = signaller_of(stream.engine(), *d);
      semaphores.post(s.semaphore, now, s.kind, s.value, by);
      sink.updated({s.semaphore, now, s.kind, s.value, by});
    }
    stream.advance([&](const isa::Access& a) { return sink.load(a); });
    moved = true;
  }
}

}  // namespace

void run_functionally(std::vector<std::unique_ptr<InstructionStream>>& streams, SegmentFeed& feed,
                      SemaphoreBank& semaphores, IssueSink& sink) {
  Tick now(0);
  for (;;) {
    bool moved = false;
    for (auto& stream : streams) moved |= run_stream(*stream, semaphores, sink, now);
    if (moved) continue;
    if (std::none_of(streams.begin(), streams.end(), [](const auto& s) { return s->starved(); })) break;
    feed.look_further();
  }
  std::vector<InstructionStream*> all;
  for (auto& stream : streams) all.push_back(stream.get());
  if (std::any_of(all.begin(), all.end(), [](InstructionStream* s) { return s->current() != nullptr; }))
    throw deadlock(all, semaphores, now);
}

}  // namespace inf::sim
