#include <doctest/doctest.h>

#include <algorithm>

#include "isa/base/error.h"
#include "sim/kernel/simulate_cores.h"
#include "tests/sim/support/conv_program.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

constexpr int kPartitions = 128;
constexpr unsigned kRowBytes = 4096;
constexpr std::int64_t kLoadBytes = std::int64_t{kPartitions} * kRowBytes;

const arch::Timebase& timebase() {
  static const arch::Timebase t(inf2());
  return t;
}
Tick ns(double n) { return timebase().from_ns(n); }
/// Bytes per nanosecond of `bytes` in `t`.
double rate(std::int64_t bytes, Tick t) { return static_cast<double>(bytes) / timebase().to_ns(t); }

SimOptions timing_only() {
  SimOptions o;
  o.values = false;
  o.check_hazards = false;
  return o;
}

/// A chip of `cores` whose memory gives `shared` bytes per ns to several of them.
arch::ChipSpec chip_of(int cores, double shared) {
  arch::ChipSpec chip = inf2();
  chip.cores = cores;
  chip.memory.shared_bytes_per_ns = shared;
  return chip;
}

/// Loads from device memory one behind the other: bound by DMA and nothing else.
Builder loads(int count, int partitions = kPartitions) {
  Builder b;
  const auto x = b.input("x", DType::uint8, {kPartitions, kRowBytes});
  for (int i = 0; i < count; ++i)
    b.add(Engine::sync,
          dma(sbuf(0, partitions, 0, DType::uint8, kRowBytes), dram(x, partitions, DType::uint8, kRowBytes)));
  return b;
}

/// y = 2 x + 1 over [128, 64] floats.
Builder affine(const std::string& in, const std::string& out) {
  Builder b;
  const auto x = b.input(in, DType::fp32, {128, 64});
  const auto y = b.output(out, DType::fp32, {128, 64});
  b.add(Engine::sync, dma(sbuf(0, 128, 0, DType::fp32, 64), dram(x, 128, DType::fp32, 64)), {}, signal(0));
  b.add(Engine::scalar,
        activation(sbuf(0, 128, 1024, DType::fp32, 64), sbuf(0, 128, 0, DType::fp32, 64), numerics::ActFn::copy, 2, 1),
        {wait(0, 1)}, signal(1));
  b.add(Engine::sync, dma(dram(y, 128, DType::fp32, 64), sbuf(0, 128, 1024, DType::fp32, 64)), {wait(1, 1)});
  return b;
}

TensorData ramp(const std::string& name) {
  std::vector<float> values(128 * 64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 251) - 100;
  return floats(name, values);
}

Error error_of(const arch::ChipSpec& chip, const std::vector<CoreProgram>& programs, const SimOptions& options) {
  try {
    simulate_cores(chip, programs, options);
  } catch (const Error& e) {
    return e;
  }
  return Error(ErrorKind::internal, "", "no error");
}

}  // namespace

TEST_CASE("N cores busy: never faster than alone, never beyond the memory, evenly shared") {
  struct Row {
    const char* name;
    int cores;
    double shared;
    bool contended;
  };
  const double engines = inf2().dma.engines * inf2().dma.bytes_per_ns;  // of one core
  const Row rows[] = {{"memory to spare", 2, 2.5 * engines, false},
                      {"two want more than there is", 2, 1.5 * engines, true},
                      {"three", 3, 1.5 * engines, true},
                      {"four", 4, 1.5 * engines, true},
                      {"less than one core wants", 4, 0.5 * engines, true}};
  Builder alone = loads(40);
  const Tick one = alone.run({}, timing_only()).end;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    arch::ChipSpec chip = chip_of(row.cores, row.shared);
    chip.memory.bytes_per_ns = std::max(chip.memory.bytes_per_ns, row.shared);
    Builder program = loads(40);
    std::vector<CoreProgram> programs;
    for (int c = 0; c < row.cores; ++c) programs.push_back({.core = c, .program = &program});
    const CoresResult result = simulate_cores(chip, programs, timing_only());
    const std::int64_t bytes = 40 * kLoadBytes * row.cores;
    CHECK(result.memory.at(0).bytes == bytes);
    CHECK((result.memory[0].contended > Tick(0)) == row.contended);
    for (const CoreRun& run : result.cores) {
      CHECK(run.result.end >= one);
      CHECK(run.result.end == result.cores[0].result.end);
      CHECK(run.result.counters.dram_read == 40 * kLoadBytes);
    }
    const double drawn = rate(bytes, result.end);
    CHECK(drawn <= row.shared);
    if (row.contended)
      CHECK(drawn > 0.93 * row.shared);  // the start of the first transfer, and access latencies
    else
      CHECK(result.end == one);
  }
}

TEST_CASE("what a slow stream leaves goes to the others, and it is not slowed itself") {
  const double engine = inf2().dma.bytes_per_ns, all = inf2().dma.engines * engine;
  const arch::ChipSpec chip = chip_of(2, 0.75 * all);
  Builder heavy = loads(40), light = loads(10, 8);  // eight partitions: one DMA engine
  const Tick heavy_alone = loads(40).run({}, timing_only()).end, light_alone = loads(10, 8).run({}, timing_only()).end;
  const CoreProgram programs[] = {{.core = 0, .program = &heavy}, {.core = 1, .program = &light}};
  const CoresResult result = simulate_cores(chip, programs, timing_only());
  REQUIRE(light_alone < heavy_alone);
  // 17 streams on 12 engines' worth of memory: every one gets 12/17 while both run
  CHECK(result.cores[1].result.end > light_alone);
  CHECK(result.cores[1].result.end.value < light_alone.value * 17 / 12 + ns(200).value);
  // behind it the heavy core has the memory for itself
  CHECK(result.cores[0].result.end > heavy_alone);
  CHECK(result.cores[0].result.end.value < heavy_alone.value + light_alone.value);

  const CoreProgram fitting[] = {{.core = 0, .program = &heavy}, {.core = 1, .program = &light}};
  CHECK(simulate_cores(chip_of(2, 2 * all), fitting, timing_only()).cores[1].result.end == light_alone);
}

TEST_CASE("values do not depend on who else runs, nor on how the memory is shared") {
  ConvProgram program(4), other(4);
  const auto inputs = program.inputs();
  SimOptions options;
  options.threads = 1;
  const SimResult alone = simulate(inf2(), program, inputs, options);
  for (const double shared : {820.0, 300.0, 30.0}) {
    CAPTURE(shared);
    const CoreProgram programs[] = {{.core = 0, .program = &other, .inputs = &inputs},
                                    {.core = 1, .program = &other, .inputs = &inputs, .calls = 2}};
    const CoresResult both = simulate_cores(chip_of(2, shared), programs, options);
    for (const CoreRun& run : both.cores) {
      REQUIRE(run.result.outputs.size() == alone.outputs.size());
      CHECK(run.result.outputs[0].bytes == alone.outputs[0].bytes);
      CHECK(run.result.end >= alone.end);
      CHECK(run.result.instructions == alone.instructions);
    }
    const CoresResult again = simulate_cores(chip_of(2, shared), programs, options);
    CHECK(again.end == both.end);
    CHECK(again.kernel_events == both.kernel_events);
    CHECK(again.cores[1].call_start == both.cores[1].call_start);
    SimOptions untimed = options;
    untimed.timing = false;
    CHECK(simulate_cores(chip_of(2, shared), programs, untimed).cores[1].result.outputs[0].bytes ==
          alone.outputs[0].bytes);
  }
}

TEST_CASE("the order of the list changes no core's times") {
  ConvProgram a(4);
  Builder b = loads(30);
  const arch::ChipSpec chip = chip_of(2, 300);
  const CoreProgram forth[] = {{.core = 0, .program = &a, .calls = 3}, {.core = 1, .program = &b, .calls = 2}};
  const CoreProgram back[] = {forth[1], forth[0]};
  const CoresResult x = simulate_cores(chip, forth, timing_only()), y = simulate_cores(chip, back, timing_only());
  CHECK(x.cores[0].call_end == y.cores[1].call_end);
  CHECK(x.cores[1].call_end == y.cores[0].call_end);
}

TEST_CASE("calls of one core follow each other, each as if alone") {
  ConvProgram program(6);
  const SimResult once = simulate(inf2(), program, {}, timing_only());
  const CoreProgram only[] = {{.program = &program, .calls = 4, .first_start = ns(1000), .gap = ns(500)}};
  const CoresResult result = simulate_cores(inf2(), only, timing_only());
  const CoreRun& run = result.cores[0];
  REQUIRE(run.call_start.size() == 4);
  CHECK(run.call_start[0] == ns(1000));
  for (std::size_t k = 0; k < 4; ++k) {
    CAPTURE(k);
    CHECK(run.call_end[k] - run.call_start[k] == once.end);
    if (k > 0) CHECK(run.call_start[k] - run.call_end[k - 1] == ns(500));
  }
  CHECK(run.interval() == once.end + ns(500));
  CHECK(run.waited == Tick(0));
  CHECK(run.result.end == once.end);
  CHECK(run.result.counters.dma_busy == once.counters.dma_busy);
  for (std::size_t e = 0; e < arch::kEngines; ++e) {
    CHECK(run.result.counters.engines[e].busy == once.counters.engines[e].busy);
    CHECK(run.result.counters.engines[e].stalls == once.counters.engines[e].stalls);
  }
  CHECK(result.instructions == 4 * once.instructions);
  CHECK(result.kernel_events <= 6 * result.instructions);
}

TEST_CASE("under contention the kernel needs few events as well") {
  ConvProgram program(16);
  const CoreProgram both[] = {{.core = 0, .program = &program, .calls = 3},
                              {.core = 1, .program = &program, .calls = 3, .first_start = ns(777)}};
  const CoresResult result = simulate_cores(chip_of(2, 100), both, timing_only());
  CHECK(result.memory[0].contended > Tick(0));
  CHECK(result.kernel_events <= 6 * result.instructions);
}

TEST_CASE("a feed: through device memory, or over the links that lie between") {
  struct Row {
    const char* name;
    int from, to, chips, hops;
    bool wraps;
  };
  const Row rows[] = {{"same chip", 0, 0, 1, 0, true},       {"neighbour", 0, 1, 4, 1, true},
                      {"two hops", 0, 2, 4, 2, true},        {"back round the ring", 0, 3, 4, 1, true},
                      {"along the line", 0, 3, 4, 3, false}, {"down the line", 3, 1, 4, 2, false}};
  constexpr std::int64_t kBytes = 1'000'000;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    arch::ChipSpec chip = inf2();
    chip.neuronlink.wraps = row.wraps;
    Builder a = loads(3), b = loads(5);
    const CoreProgram programs[] = {
        {.chip = row.to, .core = 1, .program = &b, .feeds = {{.producer = 1, .bytes = kBytes}}},
        {.chip = row.from, .core = 0, .program = &a}};
    const CoresResult result = simulate_cores(chip, programs, timing_only(), row.chips);
    const Tick message = ns(static_cast<double>(chip.dma.start_ns + chip.semaphores.dma_visibility_ns));
    const Tick hop = ns(static_cast<double>(chip.neuronlink.latency_ns)),
               pass = ns(static_cast<double>(kBytes) / chip.neuronlink.bytes_per_ns);
    const Tick way = row.hops == 0 ? Tick(0) : pass + hop * row.hops;
    const Tick took = result.cores[0].call_start[0] - result.cores[1].call_end[0];
    CHECK(took >= message + way);
    CHECK(took <= message + way + Tick(1));  // rates round up
    CHECK(result.links.bytes == row.hops * kBytes);
    CHECK(result.links.waited == Tick(0));
  }
}

TEST_CASE("two messages over one link wait for each other, on different links they do not") {
  constexpr std::int64_t kBytes = 1'000'000;
  Builder a = loads(3), b = loads(5);
  for (const int second_chip : {0, 2}) {
    CAPTURE(second_chip);
    const CoreProgram programs[] = {{.chip = 0, .core = 0, .program = &a},
                                    {.chip = second_chip, .core = 1, .program = &a},
                                    {.chip = 1, .core = 0, .program = &b, .feeds = {{.producer = 0, .bytes = kBytes}}},
                                    {.chip = 1, .core = 1, .program = &b, .feeds = {{.producer = 1, .bytes = kBytes}}}};
    const CoresResult result = simulate_cores(inf2(), programs, timing_only(), 4);
    const Tick later = result.cores[3].call_start[0] - result.cores[2].call_start[0];
    const Tick pass = ns(kBytes / inf2().neuronlink.bytes_per_ns);
    if (second_chip == 0)
      CHECK(later >= pass);
    else
      CHECK(later == Tick(0));
    CHECK((result.links.waited > Tick(0)) == (second_chip == 0));
  }
}

TEST_CASE("a torus is crossed along one dimension, then the other") {
  struct Row {
    int from, to;
    std::vector<int> route;
  };
  const Row rows[] = {{0, 5, {0, 1, 5}}, {0, 15, {0, 3, 15}}, {5, 8, {5, 4, 8}}, {2, 2, {2}}};
  arch::ChipSpec chip = inf2();
  chip.neuronlink.dimensions = 2;
  Builder a = loads(1), b = loads(1);
  for (const Row& row : rows) {
    if (row.from == row.to) continue;
    CAPTURE(row.to);
    const CoreProgram programs[] = {
        {.chip = row.from, .program = &a},
        {.chip = row.to, .core = 1, .program = &b, .feeds = {{.producer = 0, .bytes = 1000}}}};
    const auto hops = static_cast<std::int64_t>(row.route.size()) - 1;
    CHECK(simulate_cores(chip, programs, timing_only(), 16).links.bytes == 1000 * hops);
  }
}

TEST_CASE(
    "a pipeline of two: in the steady state the slower sets the pace, buffers bound how far the faster runs ahead") {
  Builder quick = loads(5), slow = loads(20);
  const Tick slow_alone = loads(20).run({}, timing_only()).end;
  const CoreProgram programs[] = {
      {.core = 0, .program = &quick, .calls = 8},
      {.core = 1, .program = &slow, .calls = 8, .feeds = {{.producer = 0, .bytes = 1000, .buffers = 2}}}};
  const CoresResult result = simulate_cores(chip_of(2, 820), programs, timing_only());
  const CoreRun &first = result.cores[0], &second = result.cores[1];
  CHECK(second.interval() == slow_alone);
  CHECK(second.waited == Tick(0));
  CHECK(first.waited > Tick(0));
  for (std::size_t k = 2; k < 8; ++k) CHECK(first.call_start[k] >= second.call_end[k - 2]);
  for (std::size_t k = 0; k < 8; ++k) CHECK(second.call_start[k] > first.call_end[k]);
}

TEST_CASE("feeds bring values: the second program reads what the first wrote") {
  Builder first = affine("x", "y"), second = affine("y", "z");
  const std::vector<TensorData> inputs{ramp("x")};
  for (const bool timing : {true, false}) {
    CAPTURE(timing);
    SimOptions options;
    options.timing = timing;
    const CoreProgram programs[] = {
        {.chip = 0, .core = 0, .program = &first, .inputs = &inputs, .calls = 3},
        {.chip = 1, .core = 0, .program = &second, .calls = 3, .feeds = {{.producer = 0, .bytes = 32768}}}};
    const CoresResult result = simulate_cores(inf2(), programs, options);
    const std::vector<float> x = as_floats(inputs[0]), z = as_floats(result.cores[1].result.outputs.at(0));
    for (std::size_t i = 0; i < x.size(); ++i) REQUIRE(z[i] == 4 * x[i] + 3);
  }
}

TEST_CASE("the host link is shared: inputs of two cores come one after the other, later ones behind a running call") {
  Builder a = loads(40);
  const CoreProgram programs[] = {{.core = 0, .program = &a, .calls = 2, .host_copies = true},
                                  {.core = 1, .program = &a, .calls = 2, .host_copies = true}};
  const CoresResult result = simulate_cores(inf2(), programs, timing_only());
  const Tick copy = result.cores[0].result.host_in;
  CHECK(copy > ns(static_cast<double>(kLoadBytes) / inf2().host.bytes_per_ns));
  CHECK(result.cores[0].call_start[0] == copy);
  CHECK(result.cores[1].call_start[0] == copy + copy);
  CHECK(result.cores[0].returned.size() == 2);
  CHECK(result.cores[0].call_start[1] >= result.cores[0].call_start[0] + copy);
}

TEST_CASE("errors name the core, where there are several") {
  Builder fine = loads(2), stuck = loads(1);
  stuck.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 1), 1), {wait(9, 1)});
  const CoreProgram programs[] = {{.chip = 0, .core = 1, .program = &fine}, {.chip = 1, .core = 0, .program = &stuck}};
  const Error deadlock = error_of(inf2(), {programs[0], programs[1]}, timing_only());
  CHECK(deadlock.kind() == ErrorKind::deadlock);
  CHECK(deadlock.where().starts_with("chip 1 core 0, tick "));
  CHECK(error_of(inf2(), {{.program = &stuck}}, timing_only()).where().starts_with("tick "));
  SimOptions untimed = timing_only();
  untimed.timing = false;
  CHECK(error_of(inf2(), {programs[0], programs[1]}, untimed).where().starts_with("chip 1 core 0, "));

  Builder race;
  race.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 64), 1));
  race.add(Engine::scalar,
           activation(sbuf(0, 1, 0, DType::fp32, 64), sbuf(0, 1, 1024, DType::fp32, 64), numerics::ActFn::copy));
  SimOptions checked = timing_only();
  checked.check_hazards = true;
  const Error found = error_of(inf2(), {{.core = 0, .program = &fine}, {.core = 1, .program = &race}}, checked);
  CHECK(found.kind() == ErrorKind::race);
  CHECK(found.where().starts_with("chip 0 core 1, "));
}

TEST_CASE("what cannot run is refused with the reason") {
  struct Row {
    const char* name;
    std::vector<CoreProgram> programs;
    const char* note;
  };
  Builder a = loads(1), big = loads(1), first = affine("x", "y"), wide;
  big.image().dram_bytes = inf2().memory.bytes / 2 + 64;
  wide.input("y", DType::fp32, {128, 32});
  const Row rows[] = {
      {"core", {{.core = 2, .program = &a}}, "chip 0 core 2 does not exist: inf2 has cores 0..1"},
      {"twice", {{.program = &a}, {.program = &a}}, "chip 0 core 0 is given two programs"},
      {"calls", {{.program = &a, .calls = 0}}, "makes 0 calls; at least 1"},
      {"memory", {{.core = 0, .program = &big}, {.core = 1, .program = &big}}, "the 2 programs of chip 0 need"},
      {"producer", {{.program = &a, .feeds = {{.producer = 3}}}}, "names program 3 of 1"},
      {"itself", {{.program = &a, .feeds = {{.producer = 0}}}}, "waits for its own result"},
      {"more calls than its producer",
       {{.program = &a}, {.core = 1, .program = &a, .calls = 2, .feeds = {{.producer = 0}}}},
       "waits for 2 calls, its producer makes 1"},
      {"no buffer",
       {{.program = &a}, {.core = 1, .program = &a, .feeds = {{.producer = 0, .buffers = 0}}}},
       "has 0 buffers"},
      {"another size",
       {{.program = &first}, {.core = 1, .program = &wide, .feeds = {{.producer = 0}}}},
       "brings y with 32768 bytes, which should have 16384"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const Error e = error_of(inf2(), row.programs, timing_only());
    CHECK(e.kind() == ErrorKind::usage);
    REQUIRE_FALSE(e.notes().empty());
    CHECK(std::any_of(e.notes().begin(), e.notes().end(),
                      [&](const std::string& n) { return n.find(row.note) != std::string::npos; }));
  }
  arch::ChipSpec unlinked = inf2();
  unlinked.neuronlink.dimensions = 0;
  const Error e =
      error_of(unlinked, {{.program = &a}, {.chip = 1, .program = &a, .feeds = {{.producer = 0}}}}, timing_only());
  CHECK(e.notes().at(0).find("has no NeuronLink") != std::string::npos);
}
