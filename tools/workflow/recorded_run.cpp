#include "tools/workflow/recorded_run.h"

#include <utility>

namespace inf::workflow {

ProgramWatch::ProgramWatch(const isa::ProgramImage& image, const arch::ChipSpec& chip, Detail detail)
    : image_(image), instructions_(detail != Detail::operators), recorder_(chip.semaphores.count) {}

std::vector<sim::Observer*> ProgramWatch::observers() {
  if (!instructions_) return {&spans_};
  return {&spans_, &recorder_};
}

RecordedProgram ProgramWatch::take(const sim::SimResult& result, double at_ns) {
  RecordedProgram program;
  program.name = image_.name;
  program.start_ns = at_ns;
  program.ops = image_.ops;
  for (const isa::TensorEntry& t : image_.tensors)
    program.tensors.push_back({t.name, t.role, t.dtype, t.shape, t.offset, t.bytes, {}});
  program.spans = spans_.take();
  program.recording = recorder_.take();
  program.counters = result.counters;
  program.end = result.end;
  return program;
}

RecordedRun RecordedRun::without_instructions() const {
  RecordedRun run{.detail = Detail::operators, .host = host, .end_ns = end_ns};
  for (const RecordedProgram& p : programs)
    run.programs.push_back({.name = p.name,
                            .chip = p.chip,
                            .core = p.core,
                            .start_ns = p.start_ns,
                            .ops = p.ops,
                            .tensors = p.tensors,
                            .spans = p.spans,
                            .recording = {},
                            .counters = p.counters,
                            .end = p.end,
                            .engines = p.engines,
                            .operators = p.operators});
  return run;
}

std::optional<ProgramWatch> watch_program(RecordedRun* run, isa::ProgramSource& program, const arch::ChipSpec& chip) {
  if (run == nullptr) return std::nullopt;
  if (run->before) run->before(program, chip);
  return std::optional<ProgramWatch>(std::in_place, program.image(), chip, run->detail);
}

}  // namespace inf::workflow
