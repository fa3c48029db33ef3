#include "tools/workflow/trace/trace.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/base/error.h"
#include "tools/workflow/duration.h"
#include "tools/workflow/format.h"
#include "tools/workflow/trace/counters.h"
#include "tools/workflow/trace/draw_program.h"

namespace inf::workflow {
namespace {

/// The end of everything, in ns.
double end_of(const RecordedRun& run, const arch::ChipSpec& chip) {
  const arch::Timebase timebase(chip);
  double end = run.end_ns;
  for (const RecordedProgram& p : run.programs) end = std::max(end, p.start_ns + timebase.to_ns(p.end));
  return end;
}

void check_window(const TraceWindow& window, double end_ns) {
  if (window.from_ns < end_ns) return;
  throw Error(ErrorKind::usage, "--trace-window",
              fmt::format("{} begins behind the end of the run, which takes {}", window.text, duration(end_ns)),
              {fmt::format("an example is --trace-window 0us:{:.0f}ns", std::max(1.0, end_ns / 2))});
}

void draw_host(const RecordedRun& run, const TraceTime& time, int pid, PacketStream& out) {
  if (run.host.empty()) return;
  const PacketStream::Track process = out.process(pid, "host");
  const PacketStream::Track track = out.track(process, "host operators", 0);
  for (const RecordedHost& host : run.host) {
    const auto shown = time.shown(std::llround(host.start_ns), std::llround(host.start_ns + host.ns));
    if (!shown) continue;
    out.begin(track, shown->begin, out.event(host.first_node), out.category(host.first_node));
    out.note(Note::start_ns, host.start_ns);
    out.note(Note::busy_ns, host.ns);
    if (shown->clipped) out.note(Note::clipped, true);
    out.close();
    out.end(track, shown->end);
  }
}

}  // namespace

TraceWindow parse_trace_window(const std::string& text, const std::string& place) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    throw Error(ErrorKind::usage, place,
                fmt::format("'{}' is no window; write START:END, two times from the start of the run, such as "
                            "100us:2ms",
                            text));
  TraceWindow window{parse_duration(text.substr(0, colon), place, 0), parse_duration(text.substr(colon + 1), place, 0),
                     text};
  if (window.from_ns < window.to_ns) return window;
  throw Error(ErrorKind::usage, place, fmt::format("{} ends no later than it begins", text),
              {"write START:END, such as 100us:2ms"});
}

TraceSummary write_trace(const RecordedRun& run, const arch::ChipSpec& chip, const TraceOptions& options,
                         const std::filesystem::path& file) {
  if (options.window) check_window(*options.window, end_of(run, chip));
  const std::int64_t mhz = arch::Timebase(chip).mhz();
  const std::int64_t from = options.window ? std::llround(options.window->from_ns) : -TraceTime::kEver;
  const std::int64_t to = options.window ? std::llround(options.window->to_ns) : TraceTime::kEver;
  PacketStream out(file);
  TraceCores cores;
  std::uint64_t arrows = 0;
  int pid = 0;
  for (const RecordedProgram& program : run.programs) {
    const std::pair<int, int> place{program.chip, program.core};
    auto core = cores.find(place);
    if (core == cores.end())
      core = cores
                 .emplace(std::piecewise_construct, std::forward_as_tuple(place),
                          std::forward_as_tuple(out, ++pid, fmt::format("chip {} core {}", program.chip, program.core)))
                 .first;
    ProgramDrawing drawing(program, chip, TraceTime(program.start_ns, mhz, from, to), core->second, arrows, out);
    drawing.draw_call();
    if (options.level == Detail::operators)
      drawing.draw_operators();
    else
      drawing.draw_steps(options.level);
  }
  const TraceTime time(0, mhz, from, to);
  draw_counters(run, chip, time, cores, out);
  draw_host(run, time, ++pid, out);
  const std::uint64_t events = out.events();
  return {out.finish(), events};
}

}  // namespace inf::workflow
