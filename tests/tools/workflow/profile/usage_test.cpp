#include "tools/workflow/profile/usage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "isa/arch/chip_config.h"
#include "tests/sim/support/conv_program.h"
#include "tools/workflow/profile/occupancy.h"

using namespace inf;
using namespace inf::sim::test;
using namespace inf::workflow;

namespace {

using Steps = std::vector<std::pair<std::int64_t, double>>;

/// A run of one call after another of one program.
RecordedRun record(isa::ProgramSource& program, int calls, Detail detail = Detail::instructions) {
  RecordedRun run{.detail = detail};
  const arch::Timebase timebase(inf2());
  for (int i = 0; i < calls; ++i) {
    program.rewind();
    ProgramWatch watch(program.image(), inf2(), detail);
    sim::SimOptions options;
    options.values = false;
    const sim::SimResult result = simulate(inf2(), program, {}, options, watch.observers());
    run.programs.push_back(watch.take(result, run.end_ns));
    run.end_ns += timebase.to_ns(result.end);
  }
  return run;
}

const Usage& find(const std::vector<Usage>& all, const std::string& of) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Usage& u) { return u.of == of; });
  REQUIRE_MESSAGE(found != all.end(), of);
  return *found;
}

double highest(const Usage& usage) {
  double most = 0;
  for (const auto& [tick, level] : usage.steps) most = std::max(most, level);
  return most;
}

double integral(const Usage& usage) {
  double sum = 0;
  const arch::Timebase timebase(inf2());
  for (std::size_t i = 0; i + 1 < usage.steps.size(); ++i)
    sum += usage.steps[i].second * timebase.to_ns(Tick(usage.steps[i + 1].first - usage.steps[i].first));
  return sum;
}

}  // namespace

TEST_CASE("a byte is in use from the write that fills it to its last read") {
  const TimeSlots slots = TimeSlots::cut(100, 1000);
  const auto row = [](int first, int partitions, std::int64_t offset, unsigned bytes) {
    return sbuf(first, partitions, offset, DType::int8, bytes);
  };
  struct Event {
    bool write;
    Access access;
    std::int64_t from, to;
  };
  struct Row {
    const char* name;
    std::vector<Event> events;
    Steps want;
  };
  const Row rows[] = {
      {"written, read twice",
       {{true, row(0, 32, 0, 64), 10, 20}, {false, row(0, 32, 0, 64), 0, 40}, {false, row(0, 32, 0, 64), 0, 60}},
       {{0, 0}, {10, 2048}, {60, 0}}},
      {"two lives",
       {{true, row(0, 32, 0, 64), 10, 20},
        {false, row(0, 32, 0, 64), 0, 30},
        {true, row(0, 32, 0, 64), 50, 60},
        {false, row(0, 32, 0, 64), 0, 70}},
       {{0, 0}, {10, 2048}, {30, 0}, {50, 2048}, {70, 0}}},
      {"never read: while it is written", {{true, row(0, 32, 0, 64), 10, 20}}, {{0, 0}, {10, 2048}, {20, 0}}},
      {"replaced unread",
       {{true, row(0, 32, 0, 64), 10, 20}, {true, row(0, 32, 0, 64), 30, 40}, {false, row(0, 32, 0, 64), 0, 50}},
       {{0, 0}, {10, 2048}, {20, 0}, {30, 2048}, {50, 0}}},
      // The second write fills the other half of the block, so the first one lives on.
      {"filled in two parts",
       {{true, row(0, 32, 0, 32), 10, 20}, {true, row(0, 32, 32, 32), 30, 40}, {false, row(0, 32, 0, 64), 0, 50}},
       {{0, 0}, {10, 2048}, {50, 0}}},
      {"read and never written: all the time", {{false, row(0, 128, 64, 128), 0, 50}}, {{0, 4 * 2 * 2048}, {100, 0}}},
      {"read before it is written",
       {{false, row(0, 32, 0, 64), 0, 30}, {true, row(0, 32, 0, 64), 60, 70}},
       {{0, 2048}, {30, 0}, {60, 2048}, {70, 0}}},
      {"3 partitions count as 3",
       {{true, row(0, 3, 0, 64), 10, 20}, {false, row(0, 3, 0, 64), 0, 30}},
       {{0, 0}, {10, 192}, {30, 0}}},
      {"over two groups of partitions",
       {{true, row(30, 4, 0, 128), 10, 20}, {false, row(30, 4, 0, 128), 0, 30}},
       {{0, 0}, {10, 512}, {30, 0}}},
      {"gaps below a block are of the same cells",
       {{true, sbuf(0, 32, 0, DType::int8, Pattern::grid({66, 2}, {2, 33})), 10, 20}},
       {{0, 0}, {10, 3 * 2048}, {20, 0}}},
      {"gaps of a block and more are not in use",
       {{true, sbuf(0, 32, 0, DType::int8, Pattern::grid({256, 2}, {1, 64})), 10, 20}},
       {{0, 0}, {10, 2 * 2048}, {20, 0}}},
      {"backwards",
       {{true, sbuf(0, 32, 127, DType::int8, Pattern::row(128, -1)), 10, 20}},
       {{0, 0}, {10, 2 * 2048}, {20, 0}}},
  };
  for (const Row& r : rows) {
    CAPTURE(r.name);
    Occupancy memory(128, 1024, 2, slots);
    memory.begin_call(0);
    for (const Event& e : r.events) {
      if (e.write)
        memory.write(e.access, e.from, e.to);
      else
        memory.read(e.access, e.to);
    }
    memory.end_call(100);
    CHECK(memory.all().steps(slots, 1000) == r.want);
    // All of it lies in the first half.
    CHECK(memory.region(0).steps(slots, 1000) == r.want);
    CHECK(memory.region(1).steps(slots, 1000) == Steps{{0, 0}});
  }
}

TEST_CASE("put together, a curve keeps its maxima and a rate its bytes") {
  const TimeSlots slots = TimeSlots::cut(1000, 1000);
  SlotLevels levels(slots);
  for (std::int64_t t = 0; t < 1000; t += 4) levels.add(t, t + 2, t == 500 ? 7 : 1 + t % 3);
  const Steps few = levels.steps(slots, 11);
  CHECK(few.size() <= 11);
  CHECK(few.front().first == 0);
  double most = 0;
  for (const auto& [tick, level] : few) {
    CHECK(tick % 100 == 0);
    most = std::max(most, level);
  }
  CHECK(most == 7);
  SlotBytes bytes(TimeSlots::cut(1000, 7));
  bytes.add(3, 998, 1'000'003);
  bytes.add(500, 500, 17);
  double sum = 0;
  const Steps rates = bytes.rates(1000);
  for (std::size_t i = 0; i + 1 < rates.size(); ++i)
    sum += rates[i].second * static_cast<double>(rates[i + 1].first - rates[i].first);
  CHECK(sum == doctest::Approx(1'000'020).epsilon(1e-12));
}

TEST_CASE("what a run of several calls uses over time") {
  ConvProgram program(8);
  const RecordedRun run = record(program, 2);
  const std::vector<Usage> all = usage_over_time(run, inf2());
  // Both inputs of the double buffer, the weights, and both outputs; blocks begun count as whole ones.
  const double input = (ConvProgram::kIn * 2 + 63) / 64 * 64.0, output = ConvProgram::kOut * 2, weights = 9 * 256;
  CHECK(highest(find(all, "SBUF")) <= 128 * (2 * input + 2 * output + weights));
  CHECK(highest(find(all, "SBUF")) >= 128 * (2 * input + output + weights));
  // One half is filled while the other is read out, bank by bank.
  CHECK(highest(find(all, "PSUM")) > 128 * 4 * 2048);
  CHECK(highest(find(all, "PSUM bank 0")) == 128 * 2048);
  double read = 0, written = 0;
  for (const RecordedProgram& p : run.programs) {
    read += static_cast<double>(p.counters.dram_read);
    written += static_cast<double>(p.counters.dram_written);
  }
  CHECK(integral(find(all, "device memory read")) == doctest::Approx(read).epsilon(1e-9));
  CHECK(integral(find(all, "device memory written")) == doctest::Approx(written).epsilon(1e-9));
  CHECK(highest(find(all, "DMA transfers pending")) >= 2);
  const std::int64_t second = run.programs.front().end.value, end = second + run.programs.back().end.value;
  for (const Usage& usage : all) {
    CAPTURE(usage.of);
    CHECK(usage.steps.size() <= kUsageSteps);
    CHECK(usage.steps.front().first == 0);
    CHECK(usage.steps.back().first <= end);
    CHECK(usage.steps.back().second == 0);
    CHECK(std::is_sorted(usage.steps.begin(), usage.steps.end()));
    if (usage.limit > 0) CHECK(highest(usage) <= usage.limit);
  }
}

TEST_CASE("every core has its own curves, and operators alone have none") {
  ConvProgram program(2);
  RecordedRun run = record(program, 2);
  run.programs[1].core = 1;
  run.programs[1].start_ns = 0;
  const std::vector<Usage> all = usage_over_time(run, inf2());
  REQUIRE(all.size() % 2 == 0);
  for (std::size_t i = 0; i < all.size() / 2; ++i) {
    const Usage &first = all[i], &second = all[i + all.size() / 2];
    CAPTURE(first.of);
    CHECK(first.core == 0);
    CHECK(second.core == 1);
    CHECK(first.of == second.of);
    CHECK(first.steps == second.steps);
  }
  CHECK(usage_over_time(record(program, 1, Detail::operators), inf2()).empty());
}
