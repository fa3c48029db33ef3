#include "tools/workflow/profile/what_if.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "isa/arch/parameters.h"
#include "tests/tools/workflow/profile/models.h"

using namespace inf;
using namespace inf::workflow;
using namespace inf::workflow::test;
using workloads::ParseqMode;

namespace {

struct Row {
  const char* name;
  const char* chip;
  std::function<compiler::Graph()> make;
};

/// The chip with other values of one parameter.
arch::ChipSpec with(arch::ChipSpec chip, const std::string& path, double value) {
  for (const arch::Parameter& p : arch::parameters(chip)) {
    if (p.path != path) continue;
    if (auto* const* n = std::get_if<int*>(&p.target)) **n = static_cast<int>(value);
    if (auto* const* n = std::get_if<std::int64_t*>(&p.target)) **n = static_cast<std::int64_t>(value);
    if (auto* const* x = std::get_if<double*>(&p.target)) **x = value;
  }
  return chip;
}

/// Compiled for the chip and simulated.
double simulated_ns(const compiler::Graph& graph, const arch::ChipSpec& chip) {
  compiler::PlacedModel model = compiled(graph, chip);
  double ns = 0;
  for (compiler::CompiledSegment& segment : model.segments)
    if (segment.place == compiler::Place::chip)
      ns += arch::Timebase(chip).to_ns(record(chip, *segment.model.source).end);
  return ns;
}

RecordedRun recorded(const compiler::Graph& graph, const arch::ChipSpec& chip) {
  RecordedRun run;
  compiler::PlacedModel model = compiled(graph, chip);
  for (compiler::CompiledSegment& segment : model.segments) {
    if (segment.place != compiler::Place::chip) continue;
    Recorded program = record(chip, *segment.model.source);
    run.programs.push_back({.start_ns = run.end_ns, .recording = std::move(program.recording), .end = program.end});
    run.end_ns += arch::Timebase(chip).to_ns(program.end);
  }
  return run;
}

}  // namespace

TEST_CASE("what-ifs agree with compiling and simulating for the changed chip: sign, and within 20 %") {
  const Row rows[] = {
      {"CRAFT", "inf2", [] { return craft(64); }},
      {"CRAFT", "inf1", [] { return craft(64); }},
      {"ResNet-18", "inf1", [] { return cnn("resnet18", 64); }},
      {"BERT", "inf2", [] { return bert(1, 128, 64); }},
      {"PARSeq", "inf2", [] { return parseq(ParseqMode::nar, 5); }},
      {"PARSeq", "inf1", [] { return parseq(ParseqMode::nar, 5); }},
  };
  // What moves the latency by less than this is within what one more tile or transfer makes.
  constexpr double kNegligible = 0.0005, kAgrees = 0.2;
  // The groups that people ask about: clocks, array, SBUF, DMA engines, memory, overhead of instructions.
  const char* const asked[] = {
      "tensor.clock_mhz", "vector.clock_mhz",    "scalar.clock_mhz",  "tensor.columns",
      "dma.engines",      "dma.bytes_per_ns",    "dma.start_ns",      "sbuf.bytes_per_partition",
      "scalar.latency",   "memory.bytes_per_ns", "sequencer.issue_ns"};
  Progress silent(false);
  double worst = 0;
  int compared = 0;
  for (const Row& row : rows) {
    const arch::ChipSpec chip = test::chip(row.chip);
    const compiler::Graph graph = row.make();
    const RecordedRun run = recorded(graph, chip);
    const std::vector<WhatIf> found = what_ifs(
        run, chip, [&](const arch::ChipSpec& other) { return compiled(graph, other); }, silent);
    const arch::Timebase time(chip);
    for (const char* path : asked) {
      const auto w = std::find_if(found.begin(), found.end(), [&](const WhatIf& f) { return f.parameter == path; });
      if (w == found.end()) continue;
      for (const bool up : {false, true}) {
        const double value = up ? w->upper : w->lower;
        const double said = time.to_ns(Tick(up ? w->ticks_upper : w->ticks_lower)) - run.end_ns;
        if (value == w->value) continue;
        const double real = simulated_ns(graph, with(chip, path, value)) - run.end_ns;
        if (std::max(std::fabs(said), std::fabs(real)) < kNegligible * run.end_ns) continue;
        INFO(row.name << " on " << row.chip << ": " << path << " " << w->value << " -> " << value << " (" << w->method
                      << "): said " << said / run.end_ns * 100 << " %, simulated " << real / run.end_ns * 100 << " %");
        CHECK((said > 0) == (real > 0));
        CHECK(std::fabs(said - real) <= kAgrees * std::fabs(real));
        worst = std::max(worst, std::fabs(said / real - 1));
        ++compared;
      }
    }
  }
  MESSAGE(compared << " what-ifs compared, worst off by " << worst * 100 << " %");
  CHECK(compared > 60);
}

TEST_CASE("a step is a tenth, at least one, and stays in the range") {
  CHECK(stepped(1400, true, true, 1, 20000) == 1540);
  CHECK(stepped(3, true, false, 1, 128) == 2);
  CHECK(stepped(1, true, false, 1, 128) == 1);
  CHECK(stepped(128, true, true, 1, 128) == 128);
  CHECK(stepped(8.5, false, true, 0.001, 1e4) == doctest::Approx(9.35));
}
