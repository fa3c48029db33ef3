#include "sim/replay/critical_path.h"

#include <algorithm>
#include <optional>

namespace inf::sim {
namespace {

using Engine = arch::Engine;

class Walk {
 public:
  Walk(const Recording& recording, const RecordedWork& work, const CoreTimes& times)
      : work_(work), times_(times), transfer_of_step_(recording.steps.size()) {
    for (std::size_t i = 0; i < recording.transfers.size(); ++i)
      transfer_of_step_[recording.transfers[i].step] = static_cast<std::uint32_t>(i);
  }

  std::vector<PathPart> from(Tick end) {
    at_ = end;
    from_end();
    while (at_ > Tick(0)) {
      const Tick before = at_;
      follow();
      if (at_ == before && !next_) break;
    }
    if (at_ > Tick(0)) part(Tick(0), PathCause::other, {});
    std::reverse(parts_.begin(), parts_.end());
    return merged();
  }

 private:
  /// A moment in the life of an instruction or a share that has to be explained.
  struct Moment {
    enum class Of : std::uint8_t { start, visible, completed, served } of = Of::start;
    int engine = 0;         ///< start, visible
    std::size_t index = 0;  ///< of the engine's instruction; of the transfer; of the share
  };

  const std::vector<TimedIssue>& issues(int engine) const { return times_.issues[static_cast<std::size_t>(engine)]; }
  EventRef step(int engine, std::size_t i) const {
    return {EventRef::Kind::step, work_.steps[static_cast<std::size_t>(engine)][i].index};
  }
  EventRef transfer(std::size_t i) const {
    const TimedTransfer& t = times_.transfers[i];
    const auto engine = static_cast<std::size_t>(t.ring / kQueuesPerEngine);
    return {EventRef::Kind::transfer, transfer_of_step_[work_.steps[engine][t.issue].index]};
  }
  void part(Tick from, PathCause cause, EventRef event) {
    if (from >= at_) return;
    parts_.push_back({from, at_, cause, event});
    at_ = from;
  }
  void go(Moment m) { next_ = m; }

  void from_end();
  void follow();
  void explain_start(int engine, std::size_t i);
  void explain_decoded(int engine, std::size_t i);
  void explain_wait(int engine, std::size_t i);
  void explain_port(int engine, std::size_t i, Tick needed);
  void explain_datapath(int engine, std::size_t i);
  void explain_visible(int engine, std::size_t i);
  void explain_completed(std::size_t transfer);
  void explain_served(std::size_t share);
  void explain_triggered(std::size_t transfer);
  void through_datapath(int engine, std::size_t i);
  bool signalled_by_engine(int engine, int semaphore, Tick at);
  bool signalled_by_ring(int ring, int semaphore, Tick at);
  std::vector<PathPart> merged() const;

  const RecordedWork& work_;
  const CoreTimes& times_;
  std::vector<std::uint32_t> transfer_of_step_;
  Tick at_;
  std::optional<Moment> next_;
  std::vector<PathPart> parts_;
};

void Walk::from_end() {
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto& list = issues(e);
    // Completion is in order; an instruction without a datapath may come last all the same.
    for (std::size_t i = list.size(); i-- > 0 && i + 64 > list.size();)
      if (list[i].times.visible == at_ || list[i].times.start == at_)
        return go({list[i].times.visible == at_ ? Moment::Of::visible : Moment::Of::start, e, i});
  }
  for (std::size_t i = times_.transfers.size(); i-- > 0;)
    if (times_.transfers[i].completed == at_) return go({Moment::Of::completed, 0, i});
}

void Walk::follow() {
  const Moment m = *next_;
  next_.reset();
  switch (m.of) {
    case Moment::Of::start: return explain_start(m.engine, m.index);
    case Moment::Of::visible: return explain_visible(m.engine, m.index);
    case Moment::Of::completed: return explain_completed(m.index);
    case Moment::Of::served: return explain_served(m.index);
  }
}

/// From the end of its streaming back to its start.
void Walk::through_datapath(int engine, std::size_t i) {
  const TimedIssue& issue = issues(engine)[i];
  part(std::max(issue.times.start, issue.times.end - issue.interval), PathCause::datapath, step(engine, i));
  part(issue.times.start, PathCause::weight_switch, step(engine, i));
  go({Moment::Of::start, engine, i});
}

void Walk::explain_start(int engine, std::size_t i) {
  const Sequencer::Times& t = issues(engine)[i].times;
  const Tick ports_needed = std::max(t.tables, t.sbuf);
  if (at_ > t.tables) return explain_port(engine, i, at_ > ports_needed ? ports_needed : t.tables);
  part(t.datapath, PathCause::table_load, step(engine, i));
  if (at_ > t.semaphores) return explain_datapath(engine, i);
  if (at_ > t.decoded) return explain_wait(engine, i);
  explain_decoded(engine, i);
}

void Walk::explain_decoded(int engine, std::size_t i) {
  part(issues(engine)[i].times.turned, PathCause::issue, step(engine, i));
  if (i == 0) return;
  const Sequencer::Times& before = issues(engine)[i - 1].times;
  if (before.triggered == at_) part(before.start, PathCause::dma_trigger, step(engine, i - 1));
  go({Moment::Of::start, engine, i - 1});
}

/// The other engine whose streaming held the port.
void Walk::explain_port(int engine, std::size_t i, Tick ready) {
  for (int other = 0; other < arch::kEngines; ++other) {
    if (other == engine) continue;
    const auto& list = issues(other);
    auto holder = std::lower_bound(list.begin(), list.end(), at_,
                                   [](const TimedIssue& issue, Tick at) { return issue.times.start < at; });
    for (int looked = 0; holder != list.begin() && looked < 8; ++looked) {
      --holder;
      const auto h = static_cast<std::size_t>(holder - list.begin());
      const Ports::Need need = work_.steps[static_cast<std::size_t>(other)][h].work.ports;
      if (holder->times.start + holder->interval != at_ || (!need.sbuf && !need.psum)) continue;
      part(holder->times.start, PathCause::port, step(other, h));
      return go({Moment::Of::start, other, h});
    }
  }
  part(ready, PathCause::port, step(engine, i));
  go({Moment::Of::start, engine, i});
}

void Walk::explain_datapath(int engine, std::size_t i) {
  const auto& list = issues(engine);
  for (std::size_t before = i; before-- > 0;)
    if (list[before].times.end == at_ && list[before].interval > Tick(0)) return through_datapath(engine, before);
  part(list[i].times.semaphores, PathCause::datapath, step(engine, i));
  go({Moment::Of::start, engine, i});
}

bool Walk::signalled_by_engine(int engine, int semaphore, Tick at) {
  const auto& list = issues(engine);
  auto later = std::lower_bound(list.begin(), list.end(), at,
                                [](const TimedIssue& issue, Tick t) { return issue.times.start < t; });
  while (later != list.begin()) {
    --later;
    const auto i = static_cast<std::size_t>(later - list.begin());
    const IssueWork& work = work_.steps[static_cast<std::size_t>(engine)][i].work;
    if (work.queue >= 0 || !work.signal.used) continue;
    if (later->times.signalled < at) return false;
    if (work.signal.semaphore != semaphore || later->times.signalled != at) continue;
    part(at - times_.sequencer_times().engine_visibility, PathCause::semaphore, step(engine, i));
    go({Moment::Of::visible, engine, i});
    return true;
  }
  return false;
}

bool Walk::signalled_by_ring(int ring, int semaphore, Tick at) {
  const Tick completed = at - times_.sequencer_times().dma_visibility;
  const auto& list = times_.rings[static_cast<std::size_t>(ring)];
  auto t = std::lower_bound(list.begin(), list.end(), completed,
                            [this](std::uint32_t i, Tick c) { return times_.transfers[i].completed < c; });
  for (; t != list.end() && times_.transfers[*t].completed == completed; ++t) {
    const isa::Signal& signal = times_.transfers[*t].signal;
    if (!signal.used || signal.semaphore != semaphore) continue;
    part(completed, PathCause::dma_complete, transfer(*t));
    go({Moment::Of::completed, 0, *t});
    return true;
  }
  return false;
}

void Walk::explain_wait(int engine, std::size_t i) {
  const TimedIssue& issue = issues(engine)[i];
  const Tick at = at_;
  if (issue.semaphore >= 0) {
    if (issue.by.is_dma ? signalled_by_ring(issue.by.index, issue.semaphore, at)
                        : signalled_by_engine(issue.by.index, issue.semaphore, at))
      return;
    // The engine's own write, which nobody else is named for.
    if (signalled_by_engine(engine, issue.semaphore, at)) return;
  }
  part(issue.times.decoded, PathCause::other, step(engine, i));
  go({Moment::Of::start, engine, i});
}

/// Completion is in order: the first instruction with this time made the others wait.
void Walk::explain_visible(int engine, std::size_t i) {
  const auto& list = issues(engine);
  if (list[i].times.visible != at_ || list[i].interval == Tick(0)) {
    for (std::size_t before = i + 1; before-- > 0;) {
      if (list[before].interval == Tick(0)) continue;
      if (list[before].times.visible != at_) break;
      i = before;
    }
  }
  while (i > 0 && list[i - 1].interval > Tick(0) && list[i - 1].times.visible == at_) --i;
  const TimedIssue& issue = list[i];
  if (issue.interval == Tick(0)) return go({Moment::Of::start, engine, i});
  part(issue.times.end, PathCause::latency, step(engine, i));
  through_datapath(engine, i);
}

void Walk::explain_completed(std::size_t index) {
  const auto& ring = times_.rings[static_cast<std::size_t>(times_.transfers[index].ring)];
  auto t = std::lower_bound(ring.begin(), ring.end(), at_,
                            [this](std::uint32_t i, Tick c) { return times_.transfers[i].completed < c; });
  const TimedTransfer& last = times_.transfers[*t];
  for (int s = 0; s < last.shares; ++s)
    if (times_.shares[last.first_share + static_cast<std::size_t>(s)].end == at_)
      return go({Moment::Of::served, 0, last.first_share + static_cast<std::size_t>(s)});
}

void Walk::explain_served(std::size_t index) {
  const TimedShare& share = times_.shares[index];
  const TimedTransfer& t = times_.transfers[share.transfer];
  const EventRef event = transfer(share.transfer);
  part(std::max(share.start, std::min(at_, share.start + share.duration)), PathCause::memory, event);
  part(share.start, PathCause::dma_data, event);
  if (at_ == t.ready) return explain_triggered(share.transfer);
  const auto behind = [&](std::uint32_t other, PathCause cause) {
    part(times_.shares[other].start, cause, transfer(times_.shares[other].transfer));
    go({Moment::Of::served, 0, other});
  };
  if (share.before != TimedShare::kNone && times_.shares[share.before].end == at_)
    return behind(share.before, share.before == share.before_ring ? PathCause::dma_queue : PathCause::dma_engine);
  if (share.before_ring != TimedShare::kNone) {
    const TimedShare& before = times_.shares[share.before_ring];
    if (before.start + before.hold == at_) return behind(share.before_ring, PathCause::dma_queue);
  }
  part(t.ready, PathCause::other, event);
  explain_triggered(share.transfer);
}

void Walk::explain_triggered(std::size_t index) {
  const TimedTransfer& t = times_.transfers[index];
  part(t.triggered, PathCause::dma_start, transfer(index));
  const int engine = t.ring / kQueuesPerEngine;
  const TimedIssue& issue = issues(engine)[t.issue];
  if (issue.interval > Tick(0)) return through_datapath(engine, t.issue);
  part(issue.times.start, PathCause::dma_trigger, step(engine, t.issue));
  go({Moment::Of::start, engine, t.issue});
}

std::vector<PathPart> Walk::merged() const {
  std::vector<PathPart> out;
  for (const PathPart& p : parts_) {
    if (!out.empty() && out.back().cause == p.cause && out.back().event == p.event)
      out.back().to = p.to;
    else
      out.push_back(p);
  }
  return out;
}

}  // namespace

std::vector<PathPart> critical_path(const Recording& recording, const RecordedWork& work, const CoreTimes& times,
                                    Tick end) {
  return Walk(recording, work, times).from(end);
}

}  // namespace inf::sim
