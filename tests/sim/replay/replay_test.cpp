#include "sim/replay/replay.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/kernel/simulate_cores.h"
#include "tests/sim/support/conv_program.h"
#include "workloads/kernels/kernels.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

Recording record(const arch::ChipSpec& chip, isa::ProgramSource& program, Tick& end) {
  SimOptions options;
  options.values = false;
  Recorder recorder(chip.semaphores.count);
  Observer* const observers[] = {&recorder};
  program.rewind();
  end = simulate(chip, program, {}, options, observers).end;
  return recorder.take();
}

/// Every step starts when it did, and the path explains all of the time.
void check_identity(const arch::ChipSpec& chip, const Recording& recording, Tick end) {
  const Replay replay = Replayer(recording, chip).run(chip);
  CHECK(replay.end == end);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < recording.steps.size(); ++i) wrong += replay.start[i] != recording.steps[i].start;
  CHECK(wrong == 0);
  Tick at, unexplained;
  for (const PathPart& p : replay.path) {
    CHECK(p.from == at);
    CHECK(p.to > p.from);
    at = p.to;
    if (p.cause == PathCause::other) unexplained += p.to - p.from;
  }
  CHECK(at == end);
  CHECK(unexplained == Tick(0));
}

}  // namespace

TEST_CASE("a replay of hand-written programs finds every recorded time") {
  SUBCASE("convolution") {
    ConvProgram program(8);
    Tick end;
    const Recording recording = record(inf2(), program, end);
    check_identity(inf2(), recording, end);
  }
  SUBCASE("published kernels") {
    for (const workloads::KernelInfo& kernel : workloads::kernels()) {
      CAPTURE(kernel.name);
      const auto program = workloads::make_kernel(kernel.name, inf2());
      Tick end;
      const Recording recording = record(inf2(), *program, end);
      check_identity(inf2(), recording, end);
    }
  }
}

TEST_CASE("what other cores took of device memory stays with the recording") {
  arch::ChipSpec chip = inf2();
  chip.memory.bytes_per_ns = chip.memory.shared_bytes_per_ns = 60;
  ConvProgram program(8), other(8);
  Recorder recorder(chip.semaphores.count);
  Observer* const observers[] = {&recorder};
  const CoreProgram cores[] = {{.core = 0, .program = &program, .observers = observers},
                               {.core = 1, .program = &other}};
  SimOptions options;
  options.values = false;
  const CoresResult result = simulate_cores(chip, cores, options);
  Tick alone;
  record(chip, program, alone);
  const Tick end = result.cores[0].result.end;
  REQUIRE(end > alone);
  const Recording recording = recorder.take();
  check_identity(chip, recording, end);
  const std::vector<PathPart> path = Replayer(recording, chip).run(chip).path;
  CHECK(std::any_of(path.begin(), path.end(), [](const PathPart& p) { return p.cause == PathCause::memory; }));
}
