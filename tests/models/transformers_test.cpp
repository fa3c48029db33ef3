// Transformers as exporters write them: through import and all passes they keep their values, and every attention,
// layer norm and GELU ends as one node.
#include <doctest/doctest.h>

#include <set>

#include "compiler/analysis/cost.h"
#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "compiler/passes/graph_passes.h"
#include "tests/compiler/passes/pass_check.h"
#include "tests/models/transformers.h"

using namespace inf::compiler;
using namespace inf::tests;

namespace {

struct Row {
  const char* name;
  OnnxBuilder model;
  int attentions, norms, gelus;
  std::set<std::string> others;  ///< operators that may be left beside those, matrix products and moves
};

int gelu_count(const Graph& g) {
  int count = 0;
  for (const Node& n : g.nodes) {
    const Activation* a = activation(n.op);
    count += a != nullptr && (a->fn == Act::gelu || a->fn == Act::gelu_tanh);
  }
  return count;
}

/// Every ONNX node is in the ledger once, what is fused points at a node that is there, and the products are counted.
void check_ledger(const Graph& g, std::size_t entries) {
  CHECK(g.ledger.size() == entries);
  std::set<std::string> present;
  for (const Node& n : g.nodes) present.insert(n.name);
  std::int64_t total = 0;
  for (const LedgerEntry& e : g.ledger) {
    CAPTURE(e.node);
    if (e.fate == Fate::compiled) CHECK(present.contains(e.node));
    if (e.fate == Fate::fused) CHECK(present.contains(e.into));
    if (e.onnx_type == "Softmax" || e.onnx_type == "Erf") CHECK(e.fate != Fate::compiled);
    total += e.macs;
  }
  CHECK(total == total_macs(g));
}

void check(const Row& row) {
  CAPTURE(row.name);
  Graph g = import_onnx(row.model.bytes(), row.name);
  const auto inputs = sample_inputs(g);
  const auto want = interpret(g, inputs);
  const std::size_t entries = g.ledger.size();
  run_graph_passes(g);
  auto ops = count_ops(g);
  CHECK(ops["attention"] == row.attentions);
  CHECK(ops["layer_norm"] == row.norms);
  CHECK(gelu_count(g) == row.gelus);
  const std::set<std::string> usual = {"attention", "layer_norm", "matmul", "reshape", "transpose", "slice"};
  for (const auto& [op, count] : ops) {
    CAPTURE(op);
    CHECK((count == 0 || usual.contains(op) || row.others.contains(op)));
  }
  check_ledger(g, entries);
  const double difference = largest_difference(interpret(g, inputs), want);
  MESSAGE(row.name << ": largest difference " << difference);
  CHECK(difference < 1e-5);
  run_graph_passes(g, {"", [](const GraphPass& p, const Graph&, bool changed) {
                         CAPTURE(p.name);
                         CHECK_FALSE(changed);
                       }});
}

}  // namespace

TEST_CASE("vision transformers") {
  const Row rows[] = {
      {"layer norms by parts, computed shapes", vit({.opset = 14}), 2, 5, 2, {"conv", "concat", "binary"}},
      {"layer norm operators, known shapes",
       vit({.opset = 17, .layer_norm_op = true, .computed_shapes = false}),
       2,
       5,
       2,
       {"conv", "concat", "binary"}},
      {"split, scaled on both sides, tanh",
       vit({.opset = 13, .tanh_gelu = true, .split_qkv = true, .sdpa = true}),
       2,
       5,
       2,
       {"conv", "concat", "binary"}},
      {"two images", vit({.opset = 14, .batch = 2}), 2, 5, 2, {"conv", "concat", "binary"}},
      {"no class token", vit({.opset = 14}, {.depth = 1, .class_token = false}), 1, 3, 1, {"conv", "binary"}},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("encoders of text") {
  using Mask = BertSizes::Mask;
  const Row rows[] = {
      {"no mask", bert({.opset = 14}, {.mask = Mask::none}), 2, 5, 2, {"gather", "binary"}},
      {"scaled mask", bert({.opset = 14}, {.mask = Mask::scaled}), 2, 5, 2, {"gather", "binary", "cast"}},
      {"filled mask",
       bert({.opset = 17, .layer_norm_op = true}, {.mask = Mask::filled}),
       2,
       5,
       2,
       {"gather", "binary", "cast", "where"}},
      {"scores filled, two sentences",
       bert({.opset = 14, .computed_shapes = false, .batch = 2}, {.mask = Mask::where_scores}),
       2,
       5,
       2,
       {"gather", "binary", "cast", "where"}},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("PARSeq") {
  using Decode = ParseqSizes::Decode;
  const std::set<std::string> once = {"conv", "binary", "concat"};
  const std::set<std::string> loops = {"conv",    "binary", "concat", "gather", "arg_max", "cum_sum",
                                       "scatter", "cast",   "expand", "where",  "slice"};
  const Row rows[] = {
      {"all positions at once", parseq({.opset = 14}), 2, 5, 2, once},
      {"all positions, then refined", parseq({.opset = 17, .layer_norm_op = true}, {.refinements = 1}), 4, 9, 3, loops},
      {"two images, refined twice", parseq({.opset = 14, .batch = 2}, {.refinements = 2}), 6, 13, 4, loops},
      {"position by position", parseq({.opset = 14}, {.characters = 4, .decode = Decode::sequential}), 10, 21, 6,
       loops},
      {"position by position, written by selection, refined",
       parseq({.opset = 17, .layer_norm_op = true},
              {.characters = 4, .decode = Decode::sequential, .refinements = 1, .where_write = true}),
       12, 25, 7, loops},
      {"two images, position by position",
       parseq({.opset = 14, .batch = 2}, {.characters = 3, .decode = Decode::sequential, .refinements = 1}), 10, 21, 6,
       loops},
  };
  for (const Row& row : rows) check(row);
}
