#include "tools/workflow/profile/annotations.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_config.h"
#include "tests/compiler/import/wire_model.h"
#include "tools/workflow/model.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/run.h"
#include "workloads/cnn/cnn.h"

using namespace inf;
using namespace inf::workflow;
using tests::value_of;
using tests::WireModel;
using tests::WireNode;

namespace {

/// A file that vanishes with the test.
struct File {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("inf_annotations_" + std::to_string(::getpid()) + ".onnx");
  ~File() { std::filesystem::remove(path); }
  std::string bytes() const {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
  }
};

Workload on(const std::string& chip, ModelChoice model) {
  Workload workload;
  workload.name = "test";
  workload.model = std::move(model);
  workload.chip = INF_SOURCE_DIR "/configs/chips/" + chip + ".yaml";
  workload.instances = INF_SOURCE_DIR "/configs/instances/" + chip + ".yaml";
  return workload;
}

BuiltinCraft small_craft() {
  BuiltinCraft craft;
  craft.size = Extent{64, 64};
  craft.weights.source = workloads::WeightChoice::Source::random;
  return craft;
}

BuiltinCnn small_cnn() {
  BuiltinCnn cnn;
  cnn.options.shape = *workloads::find_cnn("resnet18");
  cnn.options.height = cnn.options.width = 32;
  cnn.options.weights.source = workloads::WeightChoice::Source::random;
  return cnn;
}

/// The autoregressive reader: a loop.
BuiltinParseq small_loop() {
  BuiltinParseq parseq;
  parseq.shape = workloads::parseq_tiny();
  parseq.characters = 5;
  parseq.modes = {workloads::ParseqMode::ar};
  parseq.weights.source = workloads::WeightChoice::Source::random;
  return parseq;
}

struct Annotated {
  RunResult result;
  WireModel model;
  std::string bytes;
};

Annotated annotate(const Workload& workload, Detail detail) {
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  RecordedRun record{.detail = detail};
  RunOptions options;
  options.mode = RunOptions::Mode::timing;
  options.record = &record;
  Progress progress(false);
  Annotated all{run(workload, options, progress), {}, {}};
  const Profile profile = build_profile(all.result.report, record, chip);
  const File file;
  write_annotated(workload, annotate_run(profile, all.result.report, all.result.nodes, chip), file.path);
  all.bytes = file.bytes();
  all.model = tests::read_wire(all.bytes);
  return all;
}

double number(const tests::Properties& properties, const std::string& key) {
  const std::string text = value_of(properties, "inf-sim." + key);
  return text.empty() ? 0 : std::strtod(text.c_str(), nullptr);
}

/// Checks that every node says where it is; returns the sum of their times.
double check_nodes(const std::vector<WireNode>& nodes) {
  double sum = 0;
  for (const WireNode& node : nodes) {
    CAPTURE(node.name);
    const std::string placement = value_of(node.metadata, "inf-sim.placement");
    CHECK(placement != "");
    CHECK(placement != "refused");
    if (placement == "chip, fused") CHECK(value_of(node.metadata, "inf-sim.fused_into") != "");
    if (number(node.metadata, "time_ns") > 0 && placement != "host") {
      CHECK(number(node.metadata, "cycles") > 0);
      CHECK(value_of(node.metadata, "inf-sim.engine") != "");
    }
    std::set<std::string> keys;
    for (const auto& [key, value] : node.metadata) {
      CAPTURE(key);
      CHECK(keys.insert(key).second);
      CHECK(value != "");
      CHECK(node.doc.find(key.substr(8) + ": " + value + "\n") != std::string::npos);
    }
    sum += number(node.metadata, "time_ns") + check_nodes(node.inner);
  }
  return sum;
}

}  // namespace

TEST_CASE("every node says where it is, and their times add up to the run's") {
  struct Row {
    const char* name;
    const char* chip;
    ModelChoice model;
  };
  const Row rows[] = {{"craft", "inf2", small_craft()},
                      {"craft", "inf1", small_craft()},
                      {"resnet18", "inf2", small_cnn()},
                      {"a loop", "inf2", small_loop()}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.chip);
    const Annotated seen = annotate(on(row.chip, row.model), Detail::operators);
    const double sum = check_nodes(seen.model.nodes) + number(seen.model.metadata, "without_node_ns");
    const Latency& latency = *seen.result.report.latency;
    CHECK(sum == doctest::Approx(latency.device_ns).epsilon(1e-6));
    CHECK(number(seen.model.metadata, "latency_ns") == doctest::Approx(latency.call_ns()).epsilon(1e-6));
    CHECK(value_of(seen.model.metadata, "inf-sim.chip") == row.chip);
    CHECK(value_of(seen.model.metadata, "inf-sim.chip_hash") == seen.result.report.chip_hash);
  }
}

TEST_CASE("the annotated model compiles to the same program, and two runs write the same bytes") {
  const Workload workload = on("inf2", small_cnn());
  const Annotated seen = annotate(workload, Detail::instructions);
  CHECK(annotate(workload, Detail::instructions).bytes == seen.bytes);
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  const auto program = [&](std::string_view bytes) {
    compiler::CompiledModel model = compiler::compile(compiler::import_onnx(bytes, "m.onnx"), chip, {});
    return isa::collect(*model.source);
  };
  const isa::Program one = program(builtin_onnx(workload)), two = program(seen.bytes);
  REQUIRE(one.segments.size() == two.segments.size());
  for (std::size_t i = 0; i < one.segments.size(); ++i) CHECK(one.segments[i].code == two.segments[i].code);
  double path = 0;
  for (const WireNode& node : seen.model.nodes) path += number(node.metadata, "path_ns");
  CHECK(path == doctest::Approx(seen.result.report.latency->device_ns).epsilon(1e-5));
}

TEST_CASE("what the compiler expects of a node stands in the model too") {
  const Workload workload = on("inf2", small_cnn());
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  const compiler::CompiledModel model = compiler::compile(load_graph(workload), chip, {});
  const CompileReport report = describe_compiled(model, chip, workload.precision);
  const File file;
  write_annotated(workload, annotate_compiled({report}, model.graph.ledger, chip), file.path);
  const WireModel seen = tests::read_wire(file.bytes());
  double sum = 0;
  for (const WireNode& node : seen.nodes) {
    CAPTURE(node.name);
    CHECK(value_of(node.metadata, "inf-sim.placement") != "");
    sum += number(node.metadata, "predicted_ns");
  }
  CHECK(sum == doctest::Approx(report.predicted_ns).epsilon(1e-6));
  CHECK(number(seen.metadata, "predicted_ns") == doctest::Approx(report.predicted_ns).epsilon(1e-6));
}
