#include "tools/workflow/profile/path.h"

#include <algorithm>
#include <map>

#include "sim/replay/replay.h"
#include "tools/workflow/profile/timeline.h"

namespace inf::workflow {
namespace {

PathStretch stretch_of(const RecordedProgram& program, const sim::PathPart& part, std::int64_t start, int first_op) {
  PathStretch s;
  s.from = start + part.from.value;
  s.to = start + part.to.value;
  s.cause = sim::name(part.cause);
  const sim::Recording& recording = program.recording;
  const bool transfer = part.event.kind == sim::EventRef::Kind::transfer;
  if (!transfer && part.event.kind != sim::EventRef::Kind::step) return s;
  const sim::RecordedStep& step =
      recording.steps[transfer ? recording.transfers[part.event.index].step : part.event.index];
  s.engine = transfer ? "dma" : std::string(arch::name(step.engine));
  if (step.op >= 0 && static_cast<std::size_t>(step.op) < program.operators.size()) s.op = first_op + step.op;
  s.pc = step.pc;
  s.opcode = isa::name(step.opcode());
  return s;
}

void add_to_operators(Profile& profile) {
  std::vector<std::map<std::string, std::int64_t>> causes(profile.operators.size());
  for (const PathStretch& s : profile.path)
    if (s.op >= 0) causes[static_cast<std::size_t>(s.op)][s.cause] += s.to - s.from;
  for (std::size_t i = 0; i < causes.size(); ++i) {
    ProfileOperator& op = profile.operators[i];
    op.path_by_cause.assign(causes[i].begin(), causes[i].end());
    std::stable_sort(op.path_by_cause.begin(), op.path_by_cause.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    op.path_ticks = 0;
    for (const auto& [cause, ticks] : op.path_by_cause) op.path_ticks += ticks;
  }
}

}  // namespace

void add_path(const RecordedRun& run, const arch::ChipSpec& chip, Profile& profile) {
  profile.path.clear();
  if (!run.instructions() || run.programs.empty()) return;
  std::vector<int> first_op;
  int operators = 0;
  for (const RecordedProgram& program : run.programs) {
    first_op.push_back(operators);
    operators += static_cast<int>(program.operators.size());
  }
  std::vector<PathStretch>& path = profile.path;  // latest first until the end
  std::int64_t at = profile.ticks;
  const auto fill_to = [&](std::int64_t to, const char* cause) {
    if (to < at) path.push_back({to, at, "host", -1, cause, -1, ""});
    at = std::min(at, to);
  };
  for (const TimelineEvent& d : decisive_events(timeline_of(run, arch::Timebase(chip)))) {
    fill_to(d.piece.end(), kPathBetween);
    if (d.program < 0) {
      fill_to(d.piece.start, kPathHost);
      continue;
    }
    const auto index = static_cast<std::size_t>(d.program);
    const RecordedProgram& program = run.programs[index];
    const std::vector<sim::PathPart> parts = sim::Replayer(program.recording, chip).run(chip).path;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      path.push_back(stretch_of(program, *part, d.piece.start, first_op[index]));
    at = d.piece.start;
  }
  fill_to(0, kPathBetween);
  std::reverse(path.begin(), path.end());
  add_to_operators(profile);
}

}  // namespace inf::workflow
