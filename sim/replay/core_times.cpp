#include "sim/replay/core_times.h"

#include <algorithm>
#include <string>
#include <utility>

#include "isa/base/error.h"

namespace inf::sim {
namespace {

/// Moments of one tick: DMA first, then engines by index, as the kernel orders them.
constexpr std::int64_t kMoments = 8, kFirstEngine = 1;
constexpr std::int64_t kAsleep = kNever.value * kMoments;

std::int64_t engine_moment(Tick t, int engine) { return t.value * kMoments + kFirstEngine + engine; }
std::int64_t dma_moment(Tick t) { return t.value * kMoments; }

}  // namespace

CoreTimes::CoreTimes(const arch::ChipSpec& chip, IssueSource& source, Options options)
    : chip_(chip),
      time_(chip),
      source_(source),
      options_(std::move(options)),
      times_(chip, time_),
      dma_start_(time_.from_ns(static_cast<double>(chip.dma.start_ns))),
      semaphores_(chip.semaphores.count),
      ports_(chip.ports),
      memory_(chip.memory, time_),
      dma_wake_(kAsleep),
      waiters_(static_cast<std::size_t>(chip.semaphores.count)) {
  for (int e = 0; e < arch::kEngines; ++e) {
    sequencers_.emplace_back(Datapath(static_cast<arch::Engine>(e), chip, time_), semaphores_, ports_, times_);
    sleepers_[static_cast<std::size_t>(e)].wake = engine_moment(Tick(0), e);
  }
  for (int i = 0; i < chip.dma.engines; ++i) {
    dma_.push_back(std::make_unique<DmaEngineState>());
    dma_.back()->last_of_ring.fill(TimedShare::kNone);
  }
}

void CoreTimes::feed_advanced() {
  for (int e = 0; e < arch::kEngines; ++e) {
    Sleeper& s = sleepers_[static_cast<std::size_t>(e)];
    if (!s.starved) continue;
    s.starved = false;
    const Tick now(now_ / kMoments);
    s.wake = engine_moment(engine_moment(now, e) > now_ ? now : now + Tick(1), e);
  }
}

Tick CoreTimes::run() {
  source_.on_advance = [this] { feed_advanced(); };
  for (;;) {
    const auto first = std::min_element(sleepers_.begin(), sleepers_.end(),
                                        [](const Sleeper& a, const Sleeper& b) { return a.wake < b.wake; });
    if (dma_wake_ < first->wake) {
      now_ = dma_wake_;
      run_dma(Tick(now_ / kMoments));
    } else if (first->wake < kAsleep) {
      now_ = std::exchange(first->wake, kAsleep);
      run_engine(static_cast<int>(first - sleepers_.begin()), Tick(now_ / kMoments));
    } else if (std::any_of(sleepers_.begin(), sleepers_.end(), [](const Sleeper& s) { return s.starved; })) {
      source_.look_further();
      feed_advanced();
    } else {
      break;
    }
  }
  Tick end = done_at_;
  for (std::size_t e = 0; e < sleepers_.size(); ++e) {
    if (sleepers_[e].blocked) stuck();
    end = std::max(end, sequencers_[e].done_at());
  }
  return end;
}

void CoreTimes::stuck() const {
  std::string who;
  for (std::size_t e = 0; e < sleepers_.size(); ++e)
    if (sleepers_[e].blocked)
      who += (who.empty() ? "" : ", ") + std::string(arch::name(static_cast<arch::Engine>(e))) + " after " +
             std::to_string(sleepers_[e].issued) + " instructions";
  throw Error(ErrorKind::deadlock, "replay", "engines wait for signals that never come: " + who,
              {"the instructions are not those of one whole call"});
}

void CoreTimes::run_engine(int engine, Tick now) {
  Sleeper& self = sleepers_[static_cast<std::size_t>(engine)];
  const Sequencer& sequencer = sequencers_[static_cast<std::size_t>(engine)];
  self.blocked = false;
  for (;;) {
    const IssueSource::Item item = source_.current(engine);
    if (!item.work) {
      self.starved = source_.starved(engine);
      return;
    }
    const Sequencer::Candidate c = sequencer.look(*item.work, now);
    if (c.unknown >= 0) {
      self.blocked = true;
      waiters_[static_cast<std::size_t>(c.unknown)] |= static_cast<std::uint8_t>(1 << engine);
      return;
    }
    if (c.at > now && !item.work->internal) {
      self.plan = c;
      self.planned = true;
      self.wake = engine_moment(c.at, engine);
      return;
    }
    // The plan still knows who signalled; by now the semaphore itself only shows that it is high enough.
    issue(engine, item, self.planned && self.plan.at == now ? self.plan : c, now);
    self.planned = false;
    ++self.issued;
    source_.advance(engine);
  }
}

void CoreTimes::issue(int engine, const IssueSource::Item& item, const Sequencer::Candidate& c, Tick now) {
  const IssueWork& work = *item.work;
  Sequencer& sequencer = sequencers_[static_cast<std::size_t>(engine)];
  const Sequencer::Times t = sequencer.issue(work, *item.cost, c);
  if (options_.keep)
    issues[static_cast<std::size_t>(engine)].push_back(
        {t, sequencer.interval(*item.cost), c.semaphore, c.last_wait.by});
  if (work.queue >= 0)
    trigger(engine, work, t.triggered, now);
  else if (work.signal.used)
    post(work.signal, t.signalled, {false, static_cast<std::uint8_t>(engine)}, now);
}

void CoreTimes::post(const isa::Signal& signal, Tick at, Signaller by, Tick now) {
  semaphores_.post(signal.semaphore, at, signal.kind, signal.value, by);
  unsigned waiting = waiters_[signal.semaphore];
  waiters_[signal.semaphore] = 0;
  for (int e = 0; waiting != 0; ++e, waiting >>= 1) {
    Sleeper& s = sleepers_[static_cast<std::size_t>(e)];
    if ((waiting & 1) == 0 || !s.blocked) continue;
    const Sequencer::Candidate c = sequencers_[static_cast<std::size_t>(e)].look(*source_.current(e).work, now);
    if (c.unknown >= 0) {
      waiters_[static_cast<std::size_t>(c.unknown)] |= static_cast<std::uint8_t>(1 << e);
      continue;
    }
    s.blocked = false;
    s.plan = c;
    s.planned = true;
    s.wake = engine_moment(c.at, e);
  }
}

void CoreTimes::trigger(int engine, const IssueWork& work, Tick at, Tick now) {
  source_.plan(engine, plan_);
  TimedTransfer t;
  t.ring = engine * kQueuesPerEngine + work.queue;
  t.issue = sleepers_[static_cast<std::size_t>(engine)].issued;
  t.signal = work.signal;
  t.reads = plan_.dram_read > 0;
  t.writes = plan_.dram_written > 0;
  dram_read += plan_.dram_read;
  dram_written += plan_.dram_written;
  t.first_share = static_cast<std::uint32_t>(shares.size());
  t.shares = t.unserved = plan_.count;
  t.triggered = at;
  t.ready = at + dma_start_;
  const auto index = static_cast<std::uint32_t>(transfers.size());
  waiting_.push_back(std::make_unique<Waiting>(Waiting{t.ring, t.ready, index}));
  for (int i = 0; i < plan_.count; ++i) {
    const DmaShare& share = plan_.shares[static_cast<std::size_t>(i)];
    const std::size_t by = static_cast<std::size_t>(plan_.first_engine + i) % dma_.size();
    shares.push_back({index, static_cast<std::int16_t>(by), share.bytes, share.hold, share.duration});
    DmaEngineState& dma = *dma_[by];
    dma.line.enqueue(*waiting_.back());
    dma.next = std::max(dma.line.ready(), dma.free_at);
  }
  auto& ring = rings[static_cast<std::size_t>(t.ring)];
  t.number = static_cast<std::uint32_t>(ring.size());
  ring.push_back(index);
  transfers.push_back(t);
  dma_wake_ = std::min(dma_wake_, std::max(dma_moment(t.ready), engine_moment(now, engine) + 1));
}

void CoreTimes::run_dma(Tick now) {
  Tick next = kNever;
  for (std::size_t i = 0; i < dma_.size(); ++i) {
    if (dma_[i]->next <= now) serve(static_cast<int>(i), now);
    next = std::min(next, dma_[i]->next);
  }
  dma_wake_ = next < kNever ? dma_moment(std::max(next, now + Tick(1))) : kAsleep;
}

void CoreTimes::serve(int engine, Tick now) {
  DmaEngineState& dma = *dma_[static_cast<std::size_t>(engine)];
  const Waiting& waiting = *dma.line.take(now);
  TimedTransfer& t = transfers[waiting.transfer];
  const auto engines = static_cast<int>(dma_.size());
  const int number = (engine - shares[t.first_share].engine + engines) % engines;
  const std::uint32_t index = t.first_share + static_cast<std::uint32_t>(number);
  TimedShare& share = shares[index];
  dma.line.hold(t.ring, now + share.hold);
  share.start = now;
  share.end = now + share.duration;
  if (t.reads) share.end = std::max(share.end, memory_.answer(now, share.bytes));
  if (t.writes) share.end = std::max(share.end, memory_.answer(now, share.bytes));
  share.late = lateness(t, number, engine, share.end - now);
  share.end += share.late;
  share.before = std::exchange(dma.last_share, index);
  share.before_ring = std::exchange(dma.last_of_ring[static_cast<std::size_t>(t.ring)], index);
  dma.free_at = share.end;
  dma.next = std::max(dma.line.ready(), dma.free_at);
  t.end = std::max(t.end, share.end);
  if (--t.unserved == 0) complete(t.ring, now);
}

Tick CoreTimes::lateness(const TimedTransfer& t, int number, int engine, Tick alone) const {
  const auto r = static_cast<std::size_t>(t.ring);
  if (options_.took) return std::max(Tick(0), (*options_.took)[r][t.number][static_cast<std::size_t>(engine)] - alone);
  if (!options_.late) return Tick(0);
  // Where the transfer is split in another way than it was, the last share stands for the rest.
  const std::vector<Tick>& late = (*options_.late)[r][t.number];
  return late[std::min(static_cast<std::size_t>(number), late.size() - 1)];
}

/// Completions of a ring are delivered in trigger order.
void CoreTimes::complete(int ring, Tick now) {
  const auto r = static_cast<std::size_t>(ring);
  while (completed_[r] < rings[r].size() && transfers[rings[r][completed_[r]]].unserved == 0) {
    TimedTransfer& t = transfers[rings[r][completed_[r]++]];
    t.completed = last_signal_[r] = std::max(last_signal_[r], t.end);
    done_at_ = std::max(done_at_, t.completed);
    if (t.signal.used)
      post(t.signal, t.completed + times_.dma_visibility, {true, static_cast<std::uint8_t>(ring)}, now);
  }
}

}  // namespace inf::sim
