#include <doctest/doctest.h>

#include <functional>

#include "sim/replay/replay.h"
#include "tests/tools/workflow/profile/models.h"

using namespace inf;
using namespace inf::workflow::test;
using workloads::ParseqMode;

namespace {

struct Row {
  const char* name;
  const char* chip;
  std::function<compiler::Graph()> make;
};

}  // namespace

TEST_CASE("a replay of compiled models finds every recorded time, and its path explains all of it") {
  const Row rows[] = {
      {"CRAFT", "inf2", [] { return craft(64); }},
      {"CRAFT", "inf1", [] { return craft(64); }},
      {"CRAFT", "trainium1", [] { return craft(64); }},
      {"ResNet-18", "inf2", [] { return cnn("resnet18", 64); }},
      {"ResNet-18", "inf1", [] { return cnn("resnet18", 64); }},
      {"BERT", "inf2", [] { return bert(2, 128, 32); }},
      // The host looks the embeddings up there: several programs.
      {"BERT", "inf1", [] { return bert(2, 128, 32); }},
      {"PARSeq nar", "inf2", [] { return parseq(ParseqMode::nar, 5); }},
      {"PARSeq nar", "inf1", [] { return parseq(ParseqMode::nar, 5); }},
      // A loop in silicon with gathers.
      {"PARSeq ar", "inf2", [] { return parseq(ParseqMode::ar, 5); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.chip);
    const arch::ChipSpec spec = chip(row.chip);
    compiler::PlacedModel model = compiled(row.make(), spec);
    for (compiler::CompiledSegment& segment : model.segments) {
      if (segment.place != compiler::Place::chip) continue;
      const Recorded run = record(spec, *segment.model.source);
      const sim::Replay replay = sim::Replayer(run.recording, spec).run(spec);
      CHECK(replay.end == run.end);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < replay.start.size(); ++i) wrong += replay.start[i] != run.recording.steps[i].start;
      CHECK(wrong == 0);
      Tick at, unexplained;
      bool gaps = false;
      for (const sim::PathPart& p : replay.path) {
        gaps |= p.from != at || p.to <= p.from;
        at = p.to;
        if (p.cause == sim::PathCause::other) unexplained += p.to - p.from;
      }
      CHECK_FALSE(gaps);
      CHECK(at == run.end);
      CHECK(unexplained == Tick(0));
    }
  }
}
