#include "tools/workflow/sweep/evaluate.h"
#include "isa/base/error.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <functional>

#include "isa/arch/chip_config.h"
#include "tools/workflow/model.h"
#include "tools/workflow/reading.h"

using namespace inf;
using namespace inf::workflow;
using namespace inf::workflow::sweep;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("inf-sim-evaluate-test-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

WorkloadFile file_of(const std::string& yaml) {
  const Folder folder;
  std::ofstream(folder.path / "w.yaml") << yaml;
  return read_workload_file(folder.path / "w.yaml");
}

Case case_of(WorkloadFile file, const std::string& chip) {
  Case c;
  c.workload = std::move(file);
  c.workload.target.chip = PlacedText{chip, ""};
  c.chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/" + chip + ".yaml");
  c.sizes = arch::load_instances(INF_SOURCE_DIR "/configs/instances/" + chip + ".yaml");
  c.instance = c.sizes.front();
  return c;
}

/// What a user reads off `inf-sim run`, per sample.
Metrics from_run(const Case& c) {
  Workload workload = resolve(c.workload);
  const Target target{c.chip, c.instance, c.sizes};
  RunOptions options;
  options.mode = c.mode;
  Progress quiet(false);
  Metrics m;
  if (workload.text) {
    const ReadingLine line = run_reading_on(target, workload, options, false, quiet).lines.front();
    m[Metric::latency] = line.latency->call_ns();
    m[Metric::throughput] = line.word_per_s;
    m[Metric::usd_per_million] = line.cost.front().usd_per_million;
    if (line.own) m[Metric::accuracy] = line.own->correlation;
    return m;
  }
  const auto batch = static_cast<double>(c.workload.model.batch.value_or(1));
  const Report report = run_on(target, workload, options, quiet).report;
  m[Metric::latency] = report.latency->call_ns();
  m[Metric::throughput] = report.throughput->instance_per_s * batch;
  m[Metric::usd_per_million] = report.cost.front().usd_per_million / batch;
  for (const OutputAccuracy& output : report.accuracy)
    m[Metric::accuracy] = std::fmin(m[Metric::accuracy], output.correlation);
  return m;
}

void check_equal(const CaseOutcome& outcome, const Metrics& wanted) {
  CHECK(outcome.status == Status::done);
  CHECK(outcome.reason == "");
  for (const MetricInfo& m : metrics()) {
    CAPTURE(m.name);
    const double found = outcome.metrics[m.metric], expected = wanted[m.metric];
    CHECK((std::isnan(expected) ? std::isnan(found)
                                : std::bit_cast<std::uint64_t>(found) == std::bit_cast<std::uint64_t>(expected)));
  }
}

constexpr const char* kCraft = "model: {builtin: craft, height: 32, width: 64}\n";
constexpr const char* kResnet = "model: {builtin: resnet18, height: 64, width: 64, batch: 2}\n";
constexpr const char* kBert = "model: {builtin: bert-base, sequence: 16}\n";
constexpr const char* kParseq =
    "model: {builtin: parseq, variant: tiny, characters: 4, modes: [nar], refine: 0, batch: 3}\n";

}  // namespace

TEST_CASE("a case has the numbers of a run, bit for bit") {
  struct Row {
    std::string name;
    std::string chip;
    std::string yaml;
    std::function<void(Case&)> change;
  };
  const auto same = [](Case&) {};
  const Row rows[] = {
      {"craft", "inf2", kCraft, same},
      {"craft again, other host", "inf2", kCraft, [](Case& c) { c.instance.runtime.call_overhead_ns += 1000; }},
      {"craft again, dearer", "inf2", kCraft, [](Case& c) { c.instance.on_demand.usd_per_hour *= 3; }},
      {"craft, slower memory", "inf2", kCraft, [](Case& c) { c.chip.memory.bytes_per_ns /= 4; }},
      {"craft, less SBUF", "inf2", kCraft, [](Case& c) { c.chip.sbuf.bytes_per_partition /= 2; }},
      {"craft, other cores", "inf2", kCraft, [](Case& c) { c.chip.cores = 4; }},
      {"craft on the larger instance", "inf2", kCraft, [](Case& c) { c.instance = c.sizes.back(); }},
      {"craft", "inf1", kCraft, same},
      {"craft fp16", "inf2", std::string(kCraft) + "compile: {auto_cast: matmult, auto_cast_type: fp16}\n", same},
      {"resnet18", "inf2", kResnet, same},
      {"resnet18 streams its weights", "inf2", std::string(kResnet) + "compile: {weights: stream}\n", same},
      {"resnet18 on two cores", "inf2", std::string(kResnet) + "compile: {cores: 2}\n", same},
      {"resnet18 on three cores of two chips", "inf1", std::string(kResnet) + "compile: {cores: 3}\n",
       [](Case& c) {
         c.chip.cores = 2;
         c.instance.chips = 2;
       }},
      {"bert", "inf2", kBert, same},
      {"bert with its embeddings on the host", "inf1", std::string(kBert) + "compile: {host_operators: allow}\n", same},
      {"parseq", "inf2", kParseq, same},
      {"parseq without control flow", "inf1", kParseq, same},
  };
  Evaluator evaluator;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.chip);
    Case c = case_of(file_of(row.yaml), row.chip);
    row.change(c);
    const Metrics wanted = from_run(c);
    check_equal(evaluator.evaluate(c), wanted);
    check_equal(evaluator.evaluate(c), wanted);  // as it is remembered
  }
}

TEST_CASE("an ONNX model with values, and its accuracy") {
  Case small = case_of(file_of(kCraft), "inf2");
  const Folder folder;
  std::ofstream(folder.path / "craft.onnx", std::ios::binary) << builtin_onnx(resolve(small.workload));
  std::ofstream(folder.path / "w.yaml") << "model: {onnx: craft.onnx}\n";
  Case c = case_of(read_workload_file(folder.path / "w.yaml"), "inf2");
  Evaluator evaluator;
  check_equal(evaluator.evaluate(c), from_run(c));
  c.mode = RunOptions::Mode::both;
  const CaseOutcome outcome = evaluator.evaluate(c);
  check_equal(outcome, from_run(c));
  CHECK(outcome.metrics[Metric::accuracy] > 0.9);
  CHECK(outcome.bound.has_value());
}

TEST_CASE("a case is given up by the bound that its outcome shows") {
  Evaluator evaluator;
  Case c = case_of(file_of(std::string(kCraft) + "compile: {cores: 2}\n"), "inf2");
  for (int i = 0; i < 2; ++i) {  // computed, then remembered
    Bound seen;
    const CaseOutcome left = evaluator.evaluate(c, [&](const Bound& tiles) {
      seen = tiles;
      return true;
    });
    CHECK(left.status == Status::discarded);
    REQUIRE(left.bound);
    CHECK(left.bound->proof == seen.proof);
    const CaseOutcome done = evaluator.evaluate(c, [](const Bound&) { return false; });
    CHECK(done.status == Status::done);
    CHECK(done.bound->proof == seen.proof);
    for (const Metric m : {Metric::latency, Metric::usd_per_million}) CHECK(done.metrics[m] >= seen.best[m]);
    CHECK(done.metrics[Metric::throughput] <= seen.best[Metric::throughput]);
  }
}

TEST_CASE("what is wrong with a file is no outcome") {
  Evaluator evaluator;
  Case c = case_of(file_of(kCraft), "inf2");
  c.workload.model = {};
  c.workload.model.onnx = PlacedText{"nowhere.onnx", "w.yaml:1:1"};
  CHECK_THROWS_AS(evaluator.evaluate(c), Error);
}
