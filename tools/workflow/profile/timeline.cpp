#include "tools/workflow/profile/timeline.h"

#include <algorithm>
#include <set>
#include <utility>

namespace inf::workflow {
namespace {

std::int64_t sum(const std::vector<Timeline::Piece>& pieces) {
  std::int64_t ticks = 0;
  for (const Timeline::Piece& piece : pieces) ticks += piece.ticks;
  return ticks;
}

/// A piece before it has its place.
struct Waiting {
  double start_ns = 0;
  Timeline::Piece* piece = nullptr;
};

}  // namespace

std::int64_t Timeline::host_ticks() const { return sum(host); }
std::int64_t Timeline::program_ticks() const { return sum(programs); }

std::vector<TimelineEvent> decisive_events(const Timeline& line) {
  std::vector<TimelineEvent> all;
  for (std::size_t i = 0; i < line.programs.size(); ++i) all.push_back({line.programs[i], static_cast<int>(i)});
  for (const Timeline::Piece& host : line.host) all.push_back({host, -1});
  std::erase_if(all, [](const TimelineEvent& e) { return e.piece.ticks <= 0; });
  std::stable_sort(all.begin(), all.end(),
                   [](const TimelineEvent& a, const TimelineEvent& b) { return a.piece.end() > b.piece.end(); });
  std::vector<TimelineEvent> chosen;
  std::int64_t at = line.end;
  for (const TimelineEvent& e : all) {
    if (e.piece.end() > at) continue;
    chosen.push_back(e);
    at = e.piece.start;
  }
  return chosen;
}

Timeline timeline_of(const RecordedRun& run, const arch::Timebase& time) {
  Timeline line;
  line.programs.resize(run.programs.size());
  line.host.resize(run.host.size());
  std::vector<Waiting> order;
  std::set<std::pair<int, int>> cores;
  for (std::size_t i = 0; i < run.programs.size(); ++i) {
    line.programs[i].ticks = run.programs[i].end.value;
    order.push_back({run.programs[i].start_ns, &line.programs[i]});
    cores.emplace(run.programs[i].chip, run.programs[i].core);
  }
  for (std::size_t i = 0; i < run.host.size(); ++i) {
    line.host[i].ticks = time.from_ns(run.host[i].ns).value;
    order.push_back({run.host[i].start_ns, &line.host[i]});
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Waiting& a, const Waiting& b) { return a.start_ns < b.start_ns; });
  std::vector<std::int64_t> ends = {0};
  for (const Waiting& next : order) {
    // Nanoseconds cannot name every tick: a start within one tick of an end is that end.
    std::int64_t start = time.from_ns(next.start_ns).value;
    const auto end = std::min_element(ends.begin(), ends.end(), [&](std::int64_t a, std::int64_t b) {
      return std::abs(a - start) < std::abs(b - start);
    });
    if (std::abs(*end - start) <= 1) start = *end;
    next.piece->start = start;
    ends.push_back(next.piece->end());
    line.end = std::max(line.end, next.piece->end());
  }
  line.cores = static_cast<int>(cores.size());
  return line;
}

}  // namespace inf::workflow
