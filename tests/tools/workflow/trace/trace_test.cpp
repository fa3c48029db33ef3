#include "tools/workflow/trace/trace.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/tools/workflow/trace/decoded_trace.h"
#include "tests/tools/workflow/trace/recorded_models.h"
#include "tests/workloads/files.h"
#include "tools/workflow/stages.h"
#include "tools/workflow/trace/trace_size.h"

using namespace inf;
using namespace inf::workflow;

namespace {

constexpr Detail kLevels[] = {Detail::operators, Detail::tiles, Detail::instructions};
const std::string kCore = "chip 0 core 0";

RecordedRun record_craft_run(Detail detail) { return std::move(record_craft("inf2", detail).run); }

DecodedTrace write_and_decode(const RecordedRun& run, const TraceOptions& options,
                              const arch::ChipSpec& chip = inf2()) {
  static const test::ScratchFolder folder("trace");
  const auto file = folder / "run.pftrace";
  const TraceSummary summary = write_trace(run, chip, options, file);
  CHECK(summary.bytes == std::filesystem::file_size(file));
  return decode_trace(file);
}

bool is_on(const DecodedSlice& slice, const std::string& group, const std::string& name) {
  return slice.track == kCore + "/" + group + "/" + name;
}

/// Slices of an engine's datapaths.
std::vector<const DecodedSlice*> engine_slices(const DecodedTrace& trace, const std::string& engine) {
  std::vector<const DecodedSlice*> found;
  for (const DecodedSlice& s : trace.slices)
    if (is_on(s, "engines", engine) || is_on(s, "engines", engine + " MultiplyMoving") ||
        is_on(s, "engines", engine + " LoadStationary"))
      found.push_back(&s);
  return found;
}

/// Ticks that at least one of the slices covers.
std::int64_t covered(const std::vector<const DecodedSlice*>& slices) {
  std::vector<std::pair<std::int64_t, std::int64_t>> parts;
  for (const DecodedSlice* s : slices)
    parts.emplace_back(s->integer("start_tick"), s->integer("start_tick") + s->integer("ticks"));
  std::sort(parts.begin(), parts.end());
  std::int64_t sum = 0, until = 0;
  for (const auto& [from, to] : parts) {
    sum += std::max<std::int64_t>(0, to - std::max(from, until));
    until = std::max(until, to);
  }
  return sum;
}

std::int64_t sum_of(const std::vector<const DecodedSlice*>& slices, const std::string& note) {
  std::int64_t sum = 0;
  for (const DecodedSlice* s : slices) sum += s->integer(note);
  return sum;
}

/// Slices of each engine add up to its busy time, to the tick.
void check_busy(const DecodedTrace& trace, const RecordedProgram& program, Detail level) {
  for (int e = 0; e < arch::kEngines; ++e) {
    const std::string engine(arch::name(static_cast<arch::Engine>(e)));
    CAPTURE(engine);
    const auto slices = engine_slices(trace, engine);
    const std::int64_t busy = program.counters.engines[static_cast<std::size_t>(e)].busy.value;
    CHECK((level == Detail::instructions ? covered(slices) : sum_of(slices, "busy_ticks")) == busy);
    for (const DecodedSlice* s : slices) {
      CHECK(s->integer("ticks") > 0);
      CHECK(s->begin == std::llround(s->at("start_ns")));
      if (level != Detail::instructions) CHECK(s->integer("busy_ticks") <= s->integer("ticks"));
    }
  }
}

/// What an engine does not work it stalls, or is finished: no time is unexplained.
void check_stalls(const DecodedTrace& trace, const RecordedProgram& program) {
  for (int e = 0; e < arch::kEngines; ++e) {
    const sim::EngineCounters& counters = program.counters.engines[static_cast<std::size_t>(e)];
    const std::string engine(arch::name(static_cast<arch::Engine>(e)));
    CAPTURE(engine);
    std::int64_t stalled = counters.stalls[static_cast<std::size_t>(sim::StallReason::finished)].value;
    for (const DecodedSlice& s : trace.slices)
      if (is_on(s, "engines", engine + " stalls")) stalled += s.integer("ticks");
    CHECK(stalled + counters.busy.value == program.end.value);
  }
}

void check_transfers(const DecodedTrace& trace, const RecordedProgram& program) {
  std::int64_t read = 0, written = 0, transfers = 0, through = 0, want_through = 0;
  for (const DecodedSlice& s : trace.slices) {
    if (s.track.find("/DMA queues/") != std::string::npos) {
      read += s.integer("device_memory_read"), written += s.integer("device_memory_written");
      transfers += s.numbers.count("transfers") > 0 ? s.integer("transfers") : 1;
    }
    if (s.track.find("/DMA engines/") != std::string::npos) through += s.integer("bytes");
  }
  CHECK(read == program.counters.dram_read);
  CHECK(written == program.counters.dram_written);
  CHECK(transfers == static_cast<std::int64_t>(program.counters.dma_transfers));
  for (const sim::ServedShare& share : program.recording.shares) want_through += share.bytes;
  if (through > 0) CHECK(through == want_through);
}

}  // namespace

TEST_CASE("every level of every model is a whole trace whose slices add up") {
  struct Row {
    const char* name;
    std::function<RecordedRun(Detail)> record;
  };
  const Row rows[] = {{"craft", record_craft_run}, {"bert", record_bert}, {"parseq", record_parseq}};
  for (const Row& row : rows)
    for (const Detail level : kLevels) {
      const std::string where = std::string(row.name) + " " + std::string(name(level));
      CAPTURE(where);
      const RecordedRun run = row.record(level);
      const RecordedProgram& program = run.programs.front();
      const DecodedTrace trace = write_and_decode(run, {.level = level});
      for (const std::string& problem : trace.problems) FAIL_CHECK(problem);
      check_busy(trace, program, level);
      check_transfers(trace, program);
      CHECK((trace.arrows > 0) == (level != Detail::operators));
      if (level != Detail::operators) check_stalls(trace, program);
      std::set<std::string> operators;
      for (const isa::SourceOp& op : program.ops) operators.insert(op.name);
      for (const DecodedSlice& s : trace.slices) {
        if (!s.category.empty()) CHECK(operators.count(s.category) == 1);
        CHECK(s.end <= std::llround(run.end_ns));
      }
    }
}

TEST_CASE("at the level of instructions every one is there, with what it says about itself") {
  const RecordedRun run = record_craft_run(Detail::instructions);
  const RecordedProgram& program = run.programs.front();
  const DecodedTrace trace = write_and_decode(run, {.level = Detail::instructions});
  std::size_t instructions = 0;
  std::uint64_t macs = 0;
  std::size_t waits = 0;
  for (const sim::RecordedStep& step : program.recording.steps)
    for (const sim::EventRef& by : step.waited_for) waits += by.kind != sim::EventRef::Kind::none;
  for (const DecodedSlice& s : trace.slices) {
    if (s.texts.count("instruction") == 0) continue;
    ++instructions;
    CHECK(s.texts.at("instruction").find(s.name) != std::string::npos);
    if (s.name != "matmul") continue;
    macs += static_cast<std::uint64_t>(s.integer("macs"));
    const std::int64_t ticks_per_cycle = arch::Timebase(inf2()).clock(arch::Engine::tensor).ticks_per_cycle;
    CHECK(s.integer("cycles") * ticks_per_cycle == s.integer("ticks"));
  }
  CHECK(instructions == program.recording.steps.size());
  CHECK(macs == program.counters.macs);
  // an arrow for each wait and for each trigger
  CHECK(trace.arrows == waits + program.recording.transfers.size());
}

TEST_CASE("tiles are fewer than instructions and hold them all") {
  const RecordedRun run = record_craft_run(Detail::instructions);
  const DecodedTrace tiles = write_and_decode(run, {.level = Detail::tiles});
  const auto slices = engine_slices(tiles, "tensor");
  const auto all = run.programs.front().counters.engines[0].instructions;
  CHECK(sum_of(slices, "instructions") == static_cast<std::int64_t>(all));
  CHECK(slices.size() < all / 2);
  check_busy(tiles, run.programs.front(), Detail::tiles);
}

TEST_CASE("a window bounds everything that is drawn") {
  const RecordedRun run = record_craft_run(Detail::instructions);
  const DecodedTrace all = write_and_decode(run, {.level = Detail::instructions});
  const std::int64_t from = std::llround(run.end_ns / 3), to = std::llround(run.end_ns / 2);
  const TraceWindow window{static_cast<double>(from), static_cast<double>(to), "a third to a half"};
  for (const Detail level : kLevels) {
    CAPTURE(name(level));
    const DecodedTrace some = write_and_decode(run, {.level = level, .window = window});
    for (const std::string& problem : some.problems) FAIL_CHECK(problem);
    CHECK(!some.slices.empty());
    for (const DecodedSlice& s : some.slices) {
      CHECK(s.begin >= from);
      CHECK(s.end <= to);
      const bool clipped = s.numbers.count("clipped") > 0;
      if (!clipped) CHECK(s.begin == std::llround(s.at("start_ns")));
    }
    CHECK(!some.counters.empty());
    for (const auto& [track, values] : some.counters)
      for (const auto& [ns, value] : values) {
        CHECK(ns >= from);
        CHECK(ns < to);
      }
    if (level != Detail::instructions) continue;
    const auto inside = [&](const DecodedSlice& s) {
      return s.instant ? s.begin >= from && s.begin < to : s.begin < to && s.end > from;
    };
    CHECK(static_cast<std::size_t>(std::count_if(all.slices.begin(), all.slices.end(), inside)) == some.slices.size());
  }
}

TEST_CASE("counters: bytes of device memory are all there") {
  for (const Detail level : {Detail::operators, Detail::instructions}) {
    CAPTURE(name(level));
    const RecordedRun run = record_craft_run(level);
    const DecodedTrace trace = write_and_decode(run, {.level = level});
    for (const bool reads : {true, false}) {
      const std::string track = kCore + "/memory/device memory " + (reads ? "read" : "written");
      CHECK(trace.units.at(track) == "GB/s");
      const auto& values = trace.counters.at(track);
      double bytes = 0;  // GB/s are bytes per ns
      for (std::size_t i = 0; i + 1 < values.size(); ++i)
        bytes += values[i].second * static_cast<double>(values[i + 1].first - values[i].first);
      const sim::Counters& counters = run.programs.front().counters;
      CHECK(bytes ==
            doctest::Approx(static_cast<double>(reads ? counters.dram_read : counters.dram_written)).epsilon(0.02));
    }
    if (level == Detail::operators) continue;
    double most = 0;
    for (const auto& [ns, value] : trace.counters.at(kCore + "/memory/SBUF")) most = std::max(most, value);
    CHECK(trace.units.at(kCore + "/memory/SBUF") == "bytes");
    CHECK(most > 0);
    CHECK(most <= static_cast<double>(inf2().sbuf.partitions * inf2().sbuf.bytes_per_partition));
    CHECK(trace.counters.at(kCore + "/memory/DMA transfers pending").back().second == 0);
  }
}

TEST_CASE("cores are processes, the host is one more, and calls of a core follow one another") {
  RecordedRun run = record_bert(Detail::instructions);
  const double length = run.end_ns;
  RecordedProgram again = run.programs.front(), other = run.programs.front();
  again.start_ns = length + 100;
  other.chip = 1, other.core = 1, other.start_ns = length / 2;
  run.programs.push_back(again);
  run.programs.push_back(other);
  run.host.push_back({"/ArgMax", length, 100});
  run.end_ns = 2 * length + 100;
  const DecodedTrace trace = write_and_decode(run, {.level = Detail::instructions});
  for (const std::string& problem : trace.problems) FAIL_CHECK(problem);
  std::size_t first = 0, second = 0, host = 0;
  for (const DecodedSlice& s : trace.slices) {
    first += s.track == "chip 0 core 0/calls";
    second += s.track == "chip 1 core 1/calls";
    if (s.track != "host/host operators") continue;
    ++host;
    CHECK(s.name == "/ArgMax");
    CHECK(s.end - s.begin == 100);
  }
  CHECK(first == 2);
  CHECK(second == 1);
  CHECK(host == 1);
}

TEST_CASE("a chain of stages shows one call on its way through the cores") {
  const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  constexpr std::size_t kStages = 6;  // two chips
  test::GraphBuilder b;
  compiler::ValueId h = b.input("x", {1, 128, 256});
  for (std::size_t i = 0; i < kStages; ++i) {
    const compiler::ValueId w = b.constant(fmt::format("w{}", i), {256, 256}, 0.1F);
    h = b.node(fmt::format("product{}", i), compiler::MatMul{}, {h, w}, {1, 128, 256});
  }
  const compiler::Graph graph = b.finish({h});
  compiler::StagedModel staged = compiler::compile_stages(graph, chip, {}, kStages);
  compiler::CompiledModel whole = compiler::compile(graph, chip);
  RecordedRun record;
  std::size_t told = 0;
  record.before = [&](isa::ProgramSource&, const arch::ChipSpec&) { ++told; };
  RunOptions options;
  options.mode = RunOptions::Mode::timing;
  options.record = &record;
  Progress progress(false);
  const StagedRun run = run_stages(staged, whole, chip, {}, options, progress);
  CHECK(told == kStages);
  REQUIRE(record.programs.size() == kStages);
  const DecodedTrace trace = write_and_decode(record, {}, chip);
  for (const std::string& problem : trace.problems) FAIL_CHECK(problem);
  std::int64_t before = -1;
  for (std::size_t s = 0; s < kStages; ++s) {
    const std::string core = fmt::format("chip {} core {}", s / 4, s % 4);
    CAPTURE(core);
    const auto call = std::find_if(trace.slices.begin(), trace.slices.end(),
                                   [&](const DecodedSlice& d) { return d.track == core + "/calls"; });
    REQUIRE(call != trace.slices.end());
    CHECK(call->begin >= before);  // a stage begins when the one before it has ended
    CHECK(call->integer("ticks") == run.calls.cores[s].result.end.value);
    before = call->end;
    const auto busy = std::count_if(trace.slices.begin(), trace.slices.end(), [&](const DecodedSlice& d) {
      return d.track == core + "/engines/tensor MultiplyMoving";
    });
    CHECK(busy > 0);
  }
}

TEST_CASE("what is announced is about what is written") {
  struct Row {
    const char* name;
    std::function<std::string()> onnx;
  };
  const Row rows[] = {{"bert", [] { return tests::bert(tests::ExportStyle{}).bytes(); }},
                      {"parseq", [] { return small_parseq(); }}};
  for (const Row& row : rows) {
    compiler::CompiledModel model = compiler::compile(compiler::import_onnx(row.onnx(), row.name), inf2());
    const TraceEstimate estimate = estimate_trace(*model.source, inf2());
    for (const Detail level : kLevels) {
      const std::string where = std::string(row.name) + " " + std::string(name(level));
      CAPTURE(where);
      const RecordedRun run = record_onnx(row.onnx(), row.name, level);
      const test::ScratchFolder folder("trace_estimate");
      const TraceSummary written = write_trace(run, inf2(), {.level = level}, folder / "run.pftrace");
      const double ratio = estimate.at(level) / static_cast<double>(written.bytes);
      CHECK(ratio > 0.5);
      CHECK(ratio < 2);
    }
  }
}

TEST_CASE("two traces of one run are the same bytes") {
  const RecordedRun run = record_bert(Detail::instructions);
  const test::ScratchFolder folder("trace_twice");
  std::string bytes[2];
  for (int i = 0; i < 2; ++i) {
    const auto file = folder / fmt::format("{}.pftrace", i);
    write_trace(run, inf2(), {}, file);
    std::ifstream stream(file, std::ios::binary);
    bytes[i].assign(std::istreambuf_iterator<char>(stream), {});
  }
  CHECK(!bytes[0].empty());
  CHECK(bytes[0] == bytes[1]);
}

TEST_CASE("windows that are none, and one behind the run") {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"5us", "is no window"},
      {"5:7us", "'5' is no duration"},
      {"5us:", "'' is no duration"},
      {"7us:5us", "ends no later than it begins"},
      {"5us:5us", "ends no later than it begins"},
      {"-1us:5us", "outside"},
      {"1us:2us:3us", "'2us:3us' is no duration"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string error = test::error_of([&] { parse_trace_window(row.text, "--trace-window"); });
    CAPTURE(error);
    CHECK(error.find("--trace-window") != std::string::npos);
    CHECK(error.find(row.message) != std::string::npos);
  }
  const TraceWindow window = parse_trace_window("100us:2ms", "--trace-window");
  CHECK(window.from_ns == 1e5);
  CHECK(window.to_ns == 2e6);
  const RecordedRun run = record_bert(Detail::operators);
  const test::ScratchFolder folder("trace_late");
  const std::string error = test::error_of([&] {
    write_trace(run, inf2(), {.window = parse_trace_window("1s:2s", "--trace-window")}, folder / "late.pftrace");
  });
  CHECK(error.find("1s:2s begins behind the end of the run") != std::string::npos);
  CHECK(!std::filesystem::exists(folder / "late.pftrace"));
}
