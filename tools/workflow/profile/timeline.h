#pragma once
#include <cstdint>
#include <vector>

#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// A recorded run laid out in whole ticks of its chip: programs keep their exact lengths, host segments are rounded to
/// the nearest tick, and what follows without a gap still does.
struct Timeline {
  struct Piece {
    std::int64_t start = 0, ticks = 0;
    std::int64_t end() const { return start + ticks; }
  };
  std::vector<Piece> programs;  ///< parallel to RecordedRun::programs
  std::vector<Piece> host;      ///< parallel to RecordedRun::host
  std::int64_t end = 0;         ///< of the last piece
  int cores = 0;                ///< that ran programs

  std::int64_t host_ticks() const;
  std::int64_t program_ticks() const;
};

/// A program, or a host segment, of a timeline.
struct TimelineEvent {
  Timeline::Piece piece;
  int program = -1;  ///< index into RecordedRun::programs; -1: on the host
};
/// What led up to the end, latest first: each ends where the one after it begins, or is the latest before that.
std::vector<TimelineEvent> decisive_events(const Timeline& line);

Timeline timeline_of(const RecordedRun& run, const arch::Timebase& time);

}  // namespace inf::workflow
