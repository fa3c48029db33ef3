#include "sim/observers/spans.h"

#include <algorithm>

namespace inf::sim {

SpanRecorder::SpanRecorder() {
  engine_.fill(kNone);
  queue_.fill(kNone);
}

void SpanRecorder::retired(const Retired& r) {
  const auto e = static_cast<std::size_t>(r.engine);
  if (engine_[e] == kNone || spans_.engines[engine_[e]].op != r.op) {
    engine_[e] = spans_.engines.size();
    spans_.engines.push_back({.engine = r.engine, .op = r.op, .start = r.start, .end = r.end});
  }
  EngineSpan& span = spans_.engines[engine_[e]];
  span.end = std::max(span.end, r.end);
  const Tick from = std::max(r.start, busy_until_[e]);
  const Tick busy = std::max(r.end - from, Tick(0));
  span.busy += busy;
  busy_until_[e] = std::max(busy_until_[e], r.end);
  if (r.end > r.start) {
    EngineSpan::Row& row = r.opcode == isa::Opcode::load_stationary ? span.weights : span.stream;
    if (row.end == Tick(0)) row.start = r.start;
    row.end = r.end;
    row.busy += busy;
  }
  ++span.instructions;
  for (const Stall& s : r.stalls) span.stalls[static_cast<std::size_t>(s.reason)] += s.to - s.from;
}

void SpanRecorder::transferred(const DmaTransfer& t) {
  const std::size_t ring = static_cast<std::size_t>(t.trigger) * kQueuesPerEngine + t.queue;
  if (queue_[ring] == kNone || spans_.queues[queue_[ring]].op != t.op) {
    queue_[ring] = spans_.queues.size();
    spans_.queues.push_back({.trigger = t.trigger, .queue = t.queue, .op = t.op, .start = t.start, .end = t.end});
  }
  QueueSpan& span = spans_.queues[queue_[ring]];
  span.start = std::min(span.start, t.start);
  span.end = std::max(span.end, t.end);
  ++span.transfers;
  span.bytes += t.bytes;
  span.dram_read += t.dram_read;
  span.dram_written += t.dram_written;
}

}  // namespace inf::sim
