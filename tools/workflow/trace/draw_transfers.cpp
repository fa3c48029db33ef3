#include <algorithm>
#include <map>

#include "isa/program/text.h"
#include "tools/workflow/trace/draw_program.h"

namespace inf::workflow {

using sim::RecordedTransfer;
using sim::Recording;

void ProgramDrawing::draw_transfers(const std::vector<std::uint32_t>& in_order, const Flows& flows) {
  const Recording& recording = program_.recording;
  for (const std::uint32_t i : in_order) {
    const RecordedTransfer& t = recording.transfers[i];
    const auto shown = time_.shown(t.start, t.end);
    if (!shown) continue;
    const Name name = out_.event(isa::name(recording.steps[t.step].opcode()));
    const Track track = tracks_.queue(t.trigger, t.queue, shown->begin, shown->end);
    out_.begin(track, shown->begin, name, category_of(t.op));
    note_times(t.start, t.end, *shown);
    out_.note(Note::triggered_ns, exact_start(t.triggered));
    out_.note(Note::pc, recording.steps[t.step].pc);
    out_.note(Note::bytes, t.bytes);
    out_.note(Note::descriptors, t.descriptors);
    out_.note(Note::dma_engines, t.share_count);
    out_.note(Note::dram_read, t.dram_read);
    out_.note(Note::dram_written, t.dram_written);
    out_.note(Note::dst, isa::print(t.move.dst));
    out_.note(Note::src, isa::print(t.move.src));
    flows.draw_transfer(i, out_);
    out_.close();
    out_.end(track, shown->end);
  }
}

void ProgramDrawing::draw_shares() {
  struct Served {
    const sim::ServedShare* share;
    const RecordedTransfer* transfer;
  };
  std::vector<Served> served;
  for (const RecordedTransfer& t : program_.recording.transfers)
    for (const sim::ServedShare& share : program_.recording.shares_of(t)) served.push_back({&share, &t});
  std::stable_sort(served.begin(), served.end(), [](const Served& a, const Served& b) {
    return a.share->engine != b.share->engine ? a.share->engine < b.share->engine : a.share->start < b.share->start;
  });
  for (const auto& [share, transfer] : served) {
    const auto shown = time_.shown(share->start, share->end);
    if (!shown) continue;
    const Name name = out_.event(queue_name(transfer->trigger, transfer->queue));
    const Track track = tracks_.dma_engine(share->engine);
    out_.begin(track, shown->begin, name, category_of(transfer->op));
    note_times(share->start, share->end, *shown);
    out_.note(Note::bytes, share->bytes);
    out_.close();
    out_.end(track, shown->end);
  }
}

void ProgramDrawing::draw_semaphores() {
  std::map<int, std::vector<const sim::RecordedUpdate*>> by_semaphore;
  for (const sim::RecordedUpdate& u : program_.recording.updates) by_semaphore[u.semaphore].push_back(&u);
  for (auto& [semaphore, updates] : by_semaphore) {
    std::stable_sort(updates.begin(), updates.end(),
                     [](const sim::RecordedUpdate* a, const sim::RecordedUpdate* b) { return a->at < b->at; });
    const Track track = tracks_.semaphore(semaphore);
    std::int64_t value = 0;
    const std::int64_t start = time_.at(Tick(0));
    if (start >= time_.from() && start < time_.to()) out_.count(track, start, value);
    for (const sim::RecordedUpdate* u : updates) {
      if (u->at > program_.end) break;  // where the next call may begin, from 0 again
      value = u->kind == isa::SignalKind::add        ? value + u->value
              : u->kind == isa::SignalKind::subtract ? value - u->value
                                                     : u->value;
      const std::int64_t at = time_.at(u->at);
      if (at >= time_.from() && at < time_.to()) out_.count(track, at, value);
    }
  }
}

}  // namespace inf::workflow
