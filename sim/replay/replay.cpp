#include "sim/replay/replay.h"

#include <algorithm>

#include "sim/replay/core_times.h"
#include "sim/replay/critical_path.h"

namespace inf::sim {

namespace {

/// How long each share took.
ShareTicks recorded_ticks(const Recording& recording, int engines) {
  ShareTicks took;
  for (const RecordedTransfer& t : recording.transfers) {  // those of a ring in the order of their triggers
    const auto ring = static_cast<std::size_t>(t.trigger) * kQueuesPerEngine + t.queue;
    std::vector<Tick>& by_engine = took[ring].emplace_back(static_cast<std::size_t>(engines));
    for (const ServedShare& share : recording.shares_of(t))
      by_engine[static_cast<std::size_t>(share.engine)] = share.end - share.start;
  }
  return took;
}

}  // namespace

Replayer::Replayer(const Recording& recording, const arch::ChipSpec& recorded)
    : recording_(recording), work_(recording, recorded.ports) {
  RecordedSource source(recording_, work_, recorded);
  const ShareTicks took = recorded_ticks(recording, recorded.dma.engines);
  CoreTimes times(recorded, source, {.took = &took});
  times.run();
  if (std::all_of(times.shares.begin(), times.shares.end(), [](const TimedShare& s) { return s.late == Tick(0); }))
    return;
  late_ = std::make_unique<ShareTicks>();
  for (const TimedTransfer& t : times.transfers) {
    auto& late = (*late_)[static_cast<std::size_t>(t.ring)].emplace_back();
    for (int s = 0; s < t.shares; ++s) late.push_back(times.shares[t.first_share + static_cast<std::size_t>(s)].late);
  }
}

Replay Replayer::run(const arch::ChipSpec& chip) const {
  RecordedSource source(recording_, work_, chip);
  CoreTimes times(chip, source, {.keep = true, .late = late_.get()});
  Replay replay;
  replay.end = times.run();
  replay.start.resize(recording_.steps.size());
  for (std::size_t e = 0; e < work_.steps.size(); ++e)
    for (std::size_t i = 0; i < work_.steps[e].size(); ++i)
      replay.start[work_.steps[e][i].index] = times.issues[e][i].times.start;
  replay.path = critical_path(recording_, work_, times, replay.end);
  return replay;
}

Tick Replayer::end(const arch::ChipSpec& chip) const {
  RecordedSource source(recording_, work_, chip);
  return CoreTimes(chip, source, {.late = late_.get()}).run();
}

}  // namespace inf::sim
