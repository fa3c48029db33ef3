#include "tests/compiler/import/models.h"

#include <doctest/doctest.h>

#include <map>

#include "compiler/analysis/cost.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "compiler/ir/names.h"

using namespace inf;
using namespace inf::compiler;

namespace {

std::map<std::string, int> ledger_counts(const Graph& g) {
  std::map<std::string, int> counts;
  for (const LedgerEntry& e : g.ledger) ++counts[e.onnx_type];
  return counts;
}

int count(const Graph& g, std::string_view op) {
  int n = 0;
  for (const Node& node : g.nodes) n += op_name(node.op) == op;
  return n;
}

}  // namespace

TEST_CASE("CRAFT imports with the operator counts of the vendor's log, however it was exported") {
  struct Row {
    const char* name;
    tests::NetOptions options;
  };
  const Row rows[] = {
      {"opset 9, Upsample by computed scales", {.opset = 9}},
      {"opset 10, Resize by computed scales", {.opset = 10}},
      {"opset 11, sizes are constants", {.opset = 11, .dynamic_sizes = false}},
      {"opset 11, sizes computed", {.opset = 11}},
      {"opset 12", {.opset = 12}},
      {"opset 13, axes are inputs", {.opset = 13}},
      {"opset 17", {.opset = 17}},
      {"batch norms folded by the exporter", {.opset = 14, .batch_norms = false}},
      {"not square", {.opset = 13, .height = 96, .width = 32}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Graph g = import_onnx(tests::craft(row.options).bytes(), "craft.onnx");
    auto counts = ledger_counts(g);
    CHECK(counts["Conv"] == 27);
    CHECK(counts["BatchNormalization"] == (row.options.batch_norms ? 20 : 0));
    const int joins_of_sizes = !row.options.dynamic_sizes ? 0 : row.options.opset < 11 ? 9 : 6;
    CHECK(counts["Concat"] == 4 + joins_of_sizes);
    CHECK(counts["MaxPool"] == 5);
    CHECK(counts["Relu"] == 23);
    CHECK(counts[row.options.opset < 10 ? "Upsample" : "Resize"] == 3);
    CHECK(counts["Transpose"] == 1);
    CHECK(count(g, "concat") == 4);
    CHECK(count(g, "resize") == 3);
    CHECK(count(g, "conv") == 27);
    REQUIRE(g.outputs.size() == 2);
    CHECK(g.value(g.outputs[0]).shape == Shape{1, row.options.height / 2, row.options.width / 2, 2});
    CHECK(g.value(g.outputs[1]).shape == Shape{1, 2, row.options.height / 2, row.options.width / 2});
    for (const LedgerEntry& e : g.ledger) {
      const bool shape_work = e.onnx_type == "Shape" || e.onnx_type == "Gather" || e.onnx_type == "Unsqueeze" ||
                              e.onnx_type == "Slice" || e.onnx_type == "Cast" || e.onnx_type == "Div" ||
                              e.onnx_type == "Constant";
      CAPTURE(e.node);
      if (shape_work) CHECK(e.fate == Fate::folded);
    }
  }
}

TEST_CASE("full-size CRAFT has the published work") {
  const Graph g =
      import_onnx(tests::craft({.opset = 13, .height = 768, .width = 768, .divide = 1}).bytes(), "craft.onnx");
  CHECK((total_macs(g) + 500'000'000) / 1'000'000'000 == 210);  // workload facts: 210 GMAC at 768 x 768
}

TEST_CASE("ResNet and U-Net blocks import") {
  struct Row {
    const char* name;
    tests::OnnxBuilder model;
    std::map<std::string, int> nodes;
  };
  Row rows[] = {
      {"resnet",
       tests::resnet({.opset = 9}),
       {{"conv", 6}, {"batch_norm", 6}, {"binary", 2}, {"pool", 2}, {"reshape", 1}, {"matmul", 1}, {"unary", 5}}},
      {"unet",
       tests::unet({.opset = 17}),
       {{"conv", 13}, {"batch_norm", 10}, {"concat", 2}, {"pool", 2}, {"unary", 11}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Graph g = import_onnx(row.model.bytes(), row.name);
    for (const auto& [op, want] : row.nodes) {
      CAPTURE(op);
      CHECK(count(g, op) == want);
    }
  }
}
