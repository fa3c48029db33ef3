// Whole networks through import and all passes: what is left, what the ledger says, and that the values stay.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "compiler/analysis/cost.h"
#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "compiler/passes/graph_passes.h"
#include "tests/compiler/import/models.h"

using namespace inf;
using namespace inf::compiler;

namespace {

std::vector<std::vector<float>> sample_inputs(const Graph& g) {
  std::vector<std::vector<float>> inputs;
  for (const ValueId id : g.inputs) {
    const auto noise = tests::noise(g.value(id).shape, 99, 2.0).values;
    inputs.emplace_back(noise.begin(), noise.end());
  }
  return inputs;
}

std::map<std::string, int> count_ops(const Graph& g) {
  std::map<std::string, int> counts;
  for (const Node& n : g.nodes) ++counts[std::string(op_name(n.op))];
  return counts;
}

int fate(const Graph& g, const std::string& type, Fate f) {
  int n = 0;
  for (const LedgerEntry& e : g.ledger) n += e.onnx_type == type && e.fate == f;
  return n;
}

/// Largest difference relative to the largest value.
double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double top = 0, worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    top = std::max(top, std::abs(static_cast<double>(b[i]))),
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
  return worst / (top + 1e-30);
}

}  // namespace

TEST_CASE("networks keep their values through all passes and end in few nodes") {
  struct Row {
    const char* name;
    tests::OnnxBuilder model;
    std::map<std::string, int> left;
  };
  Row rows[] = {
      {"craft",
       tests::craft({.opset = 11}),
       {{"conv", 27}, {"pool", 5}, {"concat", 4}, {"resize", 3}, {"transpose", 1}}},
      {"craft, batch norms folded before",
       tests::craft({.opset = 17, .batch_norms = false}),
       {{"conv", 27}, {"pool", 5}, {"concat", 4}, {"resize", 3}, {"transpose", 1}}},
      {"resnet", tests::resnet({.opset = 13}), {{"conv", 6}, {"pool", 2}, {"reshape", 1}, {"matmul", 1}}},
      {"unet", tests::unet({.opset = 13, .height = 32, .width = 32}), {{"conv", 13}, {"pool", 2}, {"concat", 2}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Graph g = import_onnx(row.model.bytes(), row.name);
    const auto inputs = sample_inputs(g);
    const auto want = interpret(g, inputs);
    const std::vector<std::string> names = [&] {
      std::vector<std::string> n;
      for (const ValueId id : g.outputs) n.push_back(g.value(id).name);
      return n;
    }();
    run_graph_passes(g);
    CHECK(count_ops(g) == row.left);
    const auto got = interpret(g, inputs);
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(g.value(g.outputs[i]).name == names[i]);
      CHECK(distance(got[i], want[i]) < 2e-6);
      CHECK(distance(got[i], std::vector<float>(got[i].size(), 0.0f)) >
            1e-3);  // the comparison above is not one of zeros
    }
    CHECK(print(parse_graph(print(g, true)), true) == print(g, true));
  }
}

TEST_CASE("the ledger of CRAFT after all passes") {
  Graph g = import_onnx(tests::craft({.opset = 11}).bytes(), "craft.onnx");
  run_graph_passes(g);
  struct Row {
    const char* type;
    Fate fate;
    int want;
  };
  const Row rows[] = {{"Conv", Fate::compiled, 27},  {"BatchNormalization", Fate::fused, 20},
                      {"Relu", Fate::fused, 23},     {"MaxPool", Fate::compiled, 5},
                      {"Concat", Fate::compiled, 4}, {"Concat", Fate::folded, 6},
                      {"Resize", Fate::compiled, 3}, {"Transpose", Fate::compiled, 1},
                      {"Shape", Fate::folded, 9},    {"Gather", Fate::folded, 6},
                      {"Cast", Fate::folded, 3},     {"Unsqueeze", Fate::folded, 6}};
  for (const Row& row : rows) {
    CAPTURE(row.type);
    CHECK(fate(g, row.type, row.fate) == row.want);
  }
  for (const LedgerEntry& e : g.ledger) {
    CAPTURE(e.node);
    CHECK((e.macs > 0) == (e.onnx_type == "Conv"));
    if (e.fate == Fate::fused) CHECK(e.into.starts_with("Conv_"));
  }
  std::int64_t ledger_macs = 0;
  for (const LedgerEntry& e : g.ledger) ledger_macs += e.macs;
  CHECK(ledger_macs == total_macs(g));
}

TEST_CASE("the ledger of ResNet: sums and activations go into the convolutions") {
  Graph g = import_onnx(tests::resnet({.opset = 13}).bytes(), "resnet.onnx");
  run_graph_passes(g);
  CHECK(fate(g, "Add", Fate::fused) == 2);
  CHECK(fate(g, "Relu", Fate::fused) == 5);
  CHECK(fate(g, "BatchNormalization", Fate::fused) == 6);
  int residuals = 0;
  for (const Node& n : g.nodes)
    if (const auto* c = as<Conv>(n); c != nullptr && c->has_residual) {
      ++residuals;
      CHECK(c->act.fn == Act::relu);
    }
  CHECK(residuals == 2);
}
