#include "compiler/analysis/support.h"

#include <doctest/doctest.h>

#include <memory>

#include "compiler/ir/access.h"
#include "isa/arch/chip_config.h"

using namespace inf;
using namespace inf::compiler;

namespace {

/// %x [8, 4], indices [2] computed or constant, updates [2, 4] -> one node of `op`.
Graph one_node(Operator op, bool known_indices) {
  Graph g;
  const ValueId x = g.add({"x", Element::f32, {8, 4}, nullptr});
  auto held = std::make_shared<Constant>(Constant{{2}, std::vector<std::int64_t>{0, 1}});
  const ValueId at = g.add({"at", Element::i64, {2}, known_indices ? held : nullptr});
  const ValueId updates = g.add({"updates", Element::f32, {2, 4}, nullptr});
  const ValueId y = g.add({"y", Element::f32, {2, 4}, nullptr});
  g.nodes.push_back({std::move(op), {x, at, updates}, y, "it"});
  return g;
}

/// A loop that carries %s; its condition is passed through, computed, or constant.
enum class Condition { passed, computed, constant };
Graph loop(Condition condition, bool gathers) {
  auto body = std::make_shared<Graph>();
  const ValueId round = body->add({"round", Element::i64, {}, nullptr});
  const ValueId goes_on = body->add({"goes_on", Element::boolean, {}, nullptr});
  const ValueId s = body->add({"s", Element::f32, {2}, nullptr});
  const ValueId next = body->add({"next", Element::f32, {2}, nullptr});
  body->inputs = {round, goes_on, s};
  if (gathers)
    body->nodes.push_back({Gather{0}, {s, round}, next, "take"});
  else
    body->nodes.push_back({Unary{}, {s}, next, "step"});
  ValueId again = goes_on;
  if (condition == Condition::computed) {
    again = body->add({"again", Element::boolean, {}, nullptr});
    body->nodes.push_back({Cast{Element::boolean}, {next}, again, "ask"});
  }
  if (condition == Condition::constant)
    again = body->add(
        {"yes", Element::boolean, {}, std::make_shared<Constant>(Constant{{}, std::vector<std::int64_t>{1}})});
  body->outputs = {again, next};
  Graph g;
  const ValueId start = g.add({"start", Element::f32, {2}, nullptr});
  const ValueId end = g.add({"end", Element::f32, {2}, nullptr});
  g.nodes.push_back({Loop{5, 1, body}, {kNoValue, start}, end, "rounds"});
  return g;
}

}  // namespace

TEST_CASE("what a chip lacks for an operator") {
  const arch::ChipSpec whole = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  arch::ChipSpec no_index = whole, no_branch = whole;
  no_index.name = "no_index", no_index.gpsimd.lanes = 0;
  no_branch.name = "no_branch", no_branch.sequencer.loops = false;
  struct Row {
    const char* name;
    Graph graph;
    const char *without_index, *without_branches;  // "" where it runs
  };
  const char* kIndex = "no_index has no engine that forms addresses from values: ";
  const std::string gather = std::string(kIndex) + "a gather with indices computed at run time";
  const std::string scatter = std::string(kIndex) + "a scatter with indices computed at run time";
  const std::string inside = "in its body, node 'take': " + gather;
  const Row rows[] = {
      {"gather by values", one_node(Gather{0}, false), gather.c_str(), ""},
      {"gather by constants", one_node(Gather{0}, true), "", ""},
      {"scatter by values", one_node(Scatter{}, false), scatter.c_str(), ""},
      {"scatter by constants", one_node(Scatter{}, true), "", ""},
      {"loop of fixed length", loop(Condition::passed, false), "", ""},
      {"loop whose condition is a constant", loop(Condition::constant, false), "", ""},
      {"loop that ends early", loop(Condition::computed, false), "",
       "no_branch cannot branch on values: a loop that ends on a condition"},
      {"loop that gathers inside", loop(Condition::passed, true), inside.c_str(), ""},
  };
  const auto why = [](const Graph& g, const arch::ChipSpec& chip) {
    const auto found = support(g, g.nodes[0], chip);
    if (found) CHECK_FALSE(found->way_out.empty());
    return found ? found->why : std::string();
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(why(row.graph, whole) == "");
    CHECK(why(row.graph, no_index) == row.without_index);
    CHECK(why(row.graph, no_branch) == row.without_branches);
  }
}
