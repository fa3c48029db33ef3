#include "sim/observers/recorder.h"

#include <doctest/doctest.h>

#include "sim/observers/spans.h"
#include "tests/sim/support/conv_program.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

TEST_CASE("a recording names who was waited for, and spans add up to the busy time") {
  ConvProgram program(8);
  SimOptions options;
  options.values = false;
  Recorder recorder(inf2().semaphores.count);
  SpanRecorder spans;
  Observer* const observers[] = {&recorder, &spans};
  const SimResult result = simulate(inf2(), program, {}, options, observers);
  const Recording recording = recorder.take();
  CHECK(recording.steps.size() == result.instructions);
  CHECK(recording.transfers.size() == result.counters.dma_transfers);
  std::size_t waits = 0;
  for (std::size_t i = 0; i < recording.steps.size(); ++i)
    for (std::size_t w = 0; w < 2; ++w) {
      const RecordedStep& step = recording.steps[i];
      const EventRef by = step.waited_for[w];
      CAPTURE(i);
      CHECK((by.kind == EventRef::Kind::none) == !step.inst.waits[w].used);
      if (by.kind == EventRef::Kind::step) {
        CHECK(by.index < i);
        CHECK(recording.steps[by.index].visible < step.start);
        CHECK(recording.steps[by.index].inst.signal.semaphore == step.inst.waits[w].semaphore);
      }
      if (by.kind == EventRef::Kind::transfer) {
        const RecordedTransfer& transfer = recording.transfers[by.index];
        CHECK(transfer.end < step.start);
        CHECK(recording.steps[transfer.step].inst.signal.semaphore == step.inst.waits[w].semaphore);
      }
      waits += by.kind != EventRef::Kind::none;
    }
  CHECK(waits > 0);
  std::array<Tick, arch::kEngines> busy{};
  for (const EngineSpan& span : spans.take().engines) busy[static_cast<std::size_t>(span.engine)] += span.busy;
  for (std::size_t e = 0; e < arch::kEngines; ++e) CHECK(busy[e] == result.counters.engines[e].busy);
}
