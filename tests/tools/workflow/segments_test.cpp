#include "tools/workflow/segments.h"

#include <doctest/doctest.h>

#include <cmath>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"
#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/accuracy.h"
#include "tools/workflow/host_time.h"
#include "tools/workflow/measure.h"

using namespace inf;
using namespace inf::workflow;
using compiler::Element;
using compiler::Graph;
using compiler::Shape;
using compiler::ValueId;

namespace {

constexpr std::int64_t kWords = 50, kWidth = 64, kTokens = 12;

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

/// inf2 without the engine that forms addresses from values.
const arch::ChipSpec& without_index() {
  static const arch::ChipSpec chip = [] {
    arch::ChipSpec c = inf2();
    c.name = c.title = "without index";
    c.gpsimd.lanes = 0;
    return c;
  }();
  return chip;
}

arch::InstanceSpec instance() {
  return arch::load_instance(INF_SOURCE_DIR "/configs/instances/inf2.yaml", "inf2.xlarge");
}

class Builder {
 public:
  ValueId input(const std::string& name, Element element, Shape shape) {
    const ValueId id = graph_.add({name, element, std::move(shape), nullptr});
    graph_.inputs.push_back(id);
    return id;
  }
  ValueId weight(const std::string& name, Shape shape) {
    std::vector<float> data;
    for (std::int64_t i = 0; i < compiler::elements(shape); ++i)
      data.push_back(0.1f *
                     static_cast<float>(std::sin(0.7 * static_cast<double>(i) + static_cast<double>(name.size()))));
    return compiler::add_constant(graph_, name, std::move(shape), std::move(data));
  }
  ValueId node(const std::string& name, compiler::Operator op, std::vector<ValueId> inputs, Shape shape,
               Element element = Element::f32) {
    const ValueId id = graph_.add({name + ".out", element, std::move(shape), nullptr});
    graph_.nodes.push_back({std::move(op), std::move(inputs), id, name});
    graph_.ledger.push_back({name, "Test", compiler::Fate::compiled, "", 0});
    return id;
  }
  Graph finish(std::vector<ValueId> outputs) {
    graph_.name = "test", graph_.opset = 13, graph_.outputs = std::move(outputs);
    return graph_;
  }

 private:
  Graph graph_;
};

/// Tokens -> embedding -> one row per token -> hidden layer -> scores; the hidden layer is an output too.
Graph embedding_model() {
  Builder b;
  const ValueId ids = b.input("ids", Element::i64, {1, kTokens});
  const ValueId rows =
      b.node("embed", compiler::Gather{0}, {b.weight("table", {kWords, kWidth}), ids}, {1, kTokens, kWidth});
  const ValueId flat = b.node("flat", compiler::Reshape{}, {rows}, {kTokens, kWidth});
  const ValueId hidden = b.node("hidden", compiler::MatMul{}, {flat, b.weight("w1", {kWidth, 96})}, {kTokens, 96});
  const ValueId bent = b.node("bent", compiler::Unary{{compiler::Act::relu}}, {hidden}, {kTokens, 96});
  const ValueId scores = b.node("scores", compiler::MatMul{}, {bent, b.weight("w22", {96, 10})}, {kTokens, 10});
  return b.finish({scores, bent});
}

/// Features -> scores -> the best word -> its row of a table -> result: a program on either side of the lookup.
Graph lookup_model() {
  Builder b;
  const ValueId x = b.input("x", Element::f32, {1, kTokens, 16});
  const ValueId scores = b.node("scores", compiler::MatMul{}, {x, b.weight("w", {16, kWords})}, {1, kTokens, kWords});
  const ValueId best = b.node("best", compiler::ArgMax{-1, false}, {scores}, {1, kTokens}, Element::i64);
  const ValueId rows =
      b.node("rows", compiler::Gather{0}, {b.weight("table", {kWords, kWidth}), best}, {1, kTokens, kWidth});
  const ValueId out = b.node("out", compiler::MatMul{}, {rows, b.weight("w1", {kWidth, 8})}, {1, kTokens, 8});
  return b.finish({out, best});
}

std::vector<ModelInput> tokens() {
  ModelInput ids{"ids", {1, kTokens}, {}};
  for (std::int64_t i = 0; i < kTokens; ++i) ids.values.push_back(static_cast<float>(i * 7 % kWords));
  return {ids};
}

compiler::CompileOptions fp32() {
  compiler::CompileOptions options;
  options.compute = options.storage = DType::fp32;
  return options;
}

}  // namespace

TEST_CASE("a model that a chip cannot run whole needs leave to use the host") {
  try {
    compiler::compile_placed(embedding_model(), without_index(), fp32(), compiler::HostOperators::forbid);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "node 'embed': without index has no engine that forms addresses from values: a gather with indices computed "
          "at run time\n"
          "  make the indices constant, or write it as a product with one-hot rows\n"
          "  or let the host run it: --host-ops allow, compile.host_operators: allow in a workload");
  }
}

TEST_CASE("host and chip together compute what the chip computes alone") {
  Progress progress;
  RunOptions options;
  options.threads = 1;
  compiler::PlacedModel split =
      compiler::compile_placed(embedding_model(), without_index(), fp32(), compiler::HostOperators::allow);
  REQUIRE(split.segments.size() == 2);
  CHECK(split.segments[0].place == compiler::Place::host);
  CHECK(split.segments[1].place == compiler::Place::chip);
  CHECK(split.graph.ledger[0].fate == compiler::Fate::host);
  CHECK(split.graph.ledger[1].fate == compiler::Fate::fused);  // a reshape needs no work
  const PlacedRun run = run_segments(split, without_index(), instance(), tokens(), options, progress);
  const std::vector<std::vector<float>> want = compiler::interpret(embedding_model(), {tokens()[0].values});
  CHECK(compare(run.values.at("scores.out").data, want[0]).max_abs_error < 1e-5);
  CHECK(compare(run.values.at("bent.out").data, want[1]).max_abs_error < 1e-5);

  compiler::PlacedModel whole =
      compiler::compile_placed(embedding_model(), inf2(), fp32(), compiler::HostOperators::allow);
  REQUIRE(whole.segments.size() == 1);
  const PlacedRun alone = run_segments(whole, inf2(), instance(), tokens(), options, progress);
  CHECK(compare(run.values.at("scores.out").data, alone.values.at("scores.out").data).max_abs_error < 1e-5);
}

TEST_CASE("segments are priced: host work, transfers, a call for each program") {
  Progress progress;
  RunOptions options;
  options.mode = RunOptions::Mode::timing;
  const arch::InstanceSpec host = instance();
  compiler::PlacedModel split =
      compiler::compile_placed(embedding_model(), without_index(), fp32(), compiler::HostOperators::allow);
  const PlacedRun run = run_segments(split, without_index(), host, tokens(), options, progress);
  const std::vector<SegmentUse> uses = measure_segments(split, run, without_index(), host, true);
  REQUIRE(uses.size() == 2);
  CHECK(uses[0].place == "host");
  CHECK(uses[0].bytes_in == kTokens * 8);
  CHECK(uses[0].bytes_out == kTokens * kWidth * 4);
  // One operator: its dispatch, and its rows read and written beside the indices.
  const double bytes = 2.0 * kTokens * kWidth * 4 + kTokens * 8;
  CHECK(uses[0].ns ==
        doctest::Approx(static_cast<double>(host.runtime.host_operator_ns) + bytes / host.runtime.host_gb_per_s));
  CHECK(uses[1].bytes_in == kTokens * kWidth * 4);
  CHECK(uses[1].bytes_out == kTokens * (96 + 10) * 4);
  CHECK(uses[1].copy_ns == host.runtime.copy_ns(uses[1].bytes_in + uses[1].bytes_out));
  Report report;
  measure_placed(split, run, without_index(), host, DType::fp32, report);
  CHECK(report.latency->host_ns == uses[0].ns);
  CHECK(report.latency->calls == 1);
  CHECK(report.latency->call_ns() == doctest::Approx(uses[0].ns + uses[1].ns + uses[1].runtime_ns + uses[1].copy_ns));
  double added = 0;
  for (const OperatorUse& op : report.operators) added += op.added_ns;
  CHECK(added == doctest::Approx(report.latency->device_ns));
}

TEST_CASE("integers cross between two programs and the host") {
  Progress progress;
  RunOptions options;
  options.threads = 1;
  ModelInput x{"x", {1, kTokens, 16}, {}};
  for (std::int64_t i = 0; i < kTokens * 16; ++i)
    x.values.push_back(static_cast<float>(std::cos(1.3 * static_cast<double>(i))));
  compiler::PlacedModel split =
      compiler::compile_placed(lookup_model(), without_index(), fp32(), compiler::HostOperators::allow);
  REQUIRE(split.segments.size() == 3);
  CHECK(split.segments[1].place == compiler::Place::host);
  const PlacedRun run = run_segments(split, without_index(), instance(), {x}, options, progress);
  const std::vector<std::vector<float>> want = compiler::interpret(lookup_model(), {x.values});
  CHECK(run.values.at("best.out").data == want[1]);
  CHECK(compare(run.values.at("out.out").data, want[0]).max_abs_error < 1e-5);
  Report report;
  measure_placed(split, run, without_index(), instance(), DType::fp32, report);
  CHECK(report.latency->calls == 2);
  double device = 0;
  for (const SegmentRun& segment : run.segments)
    if (segment.program) device += arch::Timebase(without_index()).to_ns(segment.program->result.end);
  CHECK(report.latency->device_ns == doctest::Approx(device));
  CHECK(report.operators.back().end_ns == doctest::Approx(device));
  CHECK(report.throughput->device_start_ns == 2 * static_cast<double>(instance().runtime.device_start_ns));
}

TEST_CASE("the host bounds an instance whose operators it cannot keep up with") {
  Latency latency;
  latency.device_ns = 1000;
  latency.host_ns = 1e6;
  const Throughput rate = measure_throughput(inf2(), latency, {}, instance());
  CHECK(rate.instance_bound == "host");
  CHECK(rate.instance_per_s == doctest::Approx(1000));
  latency.host_ns = 0;
  CHECK(measure_throughput(inf2(), latency, {}, instance()).instance_bound == "chips");
}
