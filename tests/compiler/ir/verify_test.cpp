// One row per way to break a graph; each must be caught by the rule that is there for it.
#include <doctest/doctest.h>

#include "compiler/ir/access.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {

const char* const kGood = R"(
input %x: f32[1, 2, 4, 4]
const %w: f32[2, 2, 1, 1] = splat(1)
const %b: f32[2] = splat(1)
%c: f32[1, 2, 4, 4] = conv(%x, %w, %b) has_bias=true
%r: f32[1, 2, 4, 4] = unary(%c) act=relu
output %r
ledger "c" "Conv" compiled
ledger "r" "Relu" compiled
ledger "bn" "BatchNormalization" fused into "c"
)";

struct Row {
  const char* name;
  void (*damage)(Graph&);
  const char* text;
};

}  // namespace

TEST_CASE("a good graph verifies, each broken one is caught by its rule") {
  CHECK_NOTHROW(verify(parse_graph(kGood), "test"));
  const Row rows[] = {
      {"reads a value that is not there", [](Graph& g) { g.nodes[0].inputs[0] = 99; },
       "pass p: node 'c' reads value 99, there are 5\n  rule: every id names a value"},
      {"output that is not there", [](Graph& g) { g.outputs[0] = kNoValue; },
       "pass p: an input or output is value -1, there are 5\n  rule: every id names a value"},
      {"two writers",
       [](Graph& g) {
         g.nodes[1].output = g.nodes[0].output;
         g.nodes[1].inputs[0] = g.inputs[0];
       },
       "pass p: node 'r' writes %c, which has a value already\n  rule: one writer per value"},
      {"a node writes a constant", [](Graph& g) { g.nodes[1].output = 1; },
       "pass p: node 'r' writes %w, which has a value already\n  rule: one writer per value"},
      {"wrong order", [](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); },
       "pass p: node 'r' reads %c before it is written\n  rule: written before read"},
      {"an output that nothing writes",
       [](Graph& g) {
         g.nodes.pop_back();
         g.ledger.clear();
       },
       "pass p: output %r is never written\n  rule: written before read"},
      {"two values of one name", [](Graph& g) { g.value(4).name = g.value(0).name; },
       "pass p: two values are named %x\n  rule: value names are unique"},
      {"a value without a name", [](Graph& g) { g.value(4).name.clear(); },
       "pass p: a value has no name\n  rule: value names are unique"},
      {"a constant of another shape", [](Graph& g) { g.value(2).shape = {3}; },
       "pass p: constant %b holds 2 values of [2] for [3]\n  rule: constants hold their shape and type"},
      {"a constant of another type", [](Graph& g) { g.value(2).element = Element::i64; },
       "pass p: constant %b holds another type than i64\n  rule: constants hold their shape and type"},
      {"an empty result", [](Graph& g) { g.value(4).shape[3] = 0; },
       "pass p: %r has shape [1, 2, 4, 0]\n  rule: sizes are positive"},
      {"another element type", [](Graph& g) { g.value(4).element = Element::i64; },
       "pass p: node 'r' computes f32, %r is i64\n  rule: element types agree with operators"},
      {"a bias that the operator denies", [](Graph& g) { as<Conv>(g.nodes[0])->has_bias = false; },
       "pass p: node 'c' says bias or residual where its inputs do not, or the other way round\n  rule: bias, "
       "residual and mask flags match the inputs"},
      {"a shape that does not follow",
       [](Graph& g) {
         g.value(4).shape = {1, 2, 4, 5};
       },
       "pass p: node 'r' (unary): output has shape [1, 2, 4, 5], [1, 2, 4, 4] is needed\n  rule: shapes agree with "
       "operators"},
      {"a node that the ledger lacks", [](Graph& g) { g.ledger.erase(g.ledger.begin() + 1); },
       "pass p: node 'r' is not compiled according to the ledger\n  rule: the ledger has every node"},
      {"a ledger entry twice", [](Graph& g) { g.ledger.push_back(g.ledger[0]); },
       "pass p: the ledger holds 'c' twice\n  rule: the ledger has every node"},
      {"compiled, but gone",
       [](Graph& g) {
         g.ledger.push_back({"gone", "Relu", Fate::compiled, "", 0});
       },
       "pass p: 'gone' is compiled according to the ledger, no node is\n  rule: the ledger has every node"},
      {"fused into nothing", [](Graph& g) { g.ledger[2].into = std::string(1, 'd'); },
       "pass p: the ledger fuses 'bn' into 'd', which is not compiled\n  rule: the ledger has every node"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Graph g = parse_graph(kGood);
    row.damage(g);
    try {
      verify(g, "p");
      FAIL_CHECK("verified");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::internal);
      CHECK(std::string(e.what()) == row.text);
    }
  }
}

TEST_CASE("rules of the operators with integers, views and bodies") {
  struct Bad {
    const char* name;
    const char* text;
    const char* message;
  };
  const Bad rows[] = {
      {"integers and floats", "input %x: f32[2]\ninput %i: i64[2]\n%y: f32[2] = binary(%x, %i)\noutput %y\n",
       "pass p: node 'y' (binary): inputs 0 and 1 hold f32 and i64\n  rule: element types agree with operators"},
      {"logic of floats", "input %x: f32[2]\n%y: bool[2] = binary(%x, %x) op=logic_or\noutput %y\n",
       "pass p: node 'y' (binary): input 0 holds f32, bool is needed\n  rule: element types agree with operators"},
      {"a comparison that gives floats", "input %x: f32[2]\n%y: f32[2] = binary(%x, %x) op=less\noutput %y\n",
       "pass p: node 'y' computes bool, %y is f32\n  rule: element types agree with operators"},
      {"a float as an index", "input %x: f32[2, 3]\ninput %i: f32[]\n%y: f32[3] = gather(%x, %i)\noutput %y\n",
       "pass p: node 'y' (gather): input 1 holds f32, i64 is needed\n  rule: element types agree with operators"},
      {"updates of another width",
       "input %x: f32[2, 3]\ninput %i: i64[1]\ninput %u: f32[1, 4]\n%y: f32[2, 3] = scatter(%x, %i, %u)\noutput "
       "%y\n",
       "pass p: node 'y' (scatter): updates has shape [1, 4], [1, 3] is needed\n  rule: shapes agree with operators"},
      {"a view that leaves its operand",
       "input %x: f32[2, 4]\n%y: f32[2, 4] = attention(%x, %x, %x) rows=2 keys=2 width=4 value_width=4 q=[1, 0, 0, 4] "
       "k=[0, 0, 0, 4] v=[0, 0, 0, 4] y=[0, 0, 0, 4]\noutput %y\n",
       "pass p: node 'y' (attention): the view of q reaches element 8, [2, 4] has 8\n  rule: shapes agree with "
       "operators"},
      {"a body that changes a carried shape",
       "input %x: f32[2]\n%y: f32[2] = loop(_, %x) trips=2 carried=1 {\ninput %i: i64[]\ninput %c: bool[]\ninput %s: "
       "f32[2]\n%t: f32[4] = concat(%s, %s)\noutput %c\noutput %t\n}\noutput %y\n",
       "pass p: node 'y' (loop): a carried value has shape [4], [2] is needed\n  rule: shapes agree with operators"},
      {"a body that is broken itself",
       "input %x: f32[2]\n%y: f32[2] = loop(_, %x) trips=2 carried=1 {\ninput %i: i64[]\ninput %c: bool[]\ninput %s: "
       "f32[2]\n%t: f32[2] = concat(%s, %s)\noutput %c\noutput %t\n}\noutput %y\n",
       "pass p: body of 'y': node 't' (concat): output has shape [2], [4] is needed\n  rule: loops agree with their "
       "bodies"},
      {"an output too few",
       "input %x: f32[2]\n%y: f32[2] = loop(_, %x) trips=2 carried=1 {\ninput %i: i64[]\ninput %c: bool[]\ninput %s: "
       "f32[2]\n%t: f32[2] = unary(%s) act=relu\noutput %c\noutput %t\noutput %t\n}\noutput %y\n",
       "pass p: node 'y' has 1 outputs, its body gives 2\n  rule: loops agree with their bodies"},
  };
  for (const Bad& row : rows) {
    CAPTURE(row.name);
    try {
      verify(parse_graph(row.text), "p");
      FAIL_CHECK("verified");
    } catch (const Error& e) {
      CHECK(std::string(e.what()) == row.message);
    }
  }
}
