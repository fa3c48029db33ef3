#include "compiler/passes/partition.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include "compiler/analysis/interpret.h"

using namespace inf::compiler;

namespace {

/// Places from one letter per node: c or h.
std::vector<Place> places_of(const std::string& letters) {
  std::vector<Place> places;
  for (const char letter : letters) places.push_back(letter == 'h' ? Place::host : Place::chip);
  return places;
}

/// "chip x > a > a | host ...": place, inputs, nodes and outputs of each segment.
std::string words(const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& s : segments) {
    if (!text.empty()) text += " | ";
    text += name(s.place);
    for (const ValueId id : s.graph.inputs) text += " " + s.graph.value(id).name;
    text += " >";
    for (const Node& node : s.graph.nodes) text += " " + node.name;
    text += " >";
    for (const ValueId id : s.graph.outputs) text += " " + s.graph.value(id).name;
  }
  return text;
}

constexpr const char* kChain = R"(
input %x: f32[4]
%a: f32[4] = unary(%x) act=relu
%b: f32[4] = unary(%a) act=tanh
%c: f32[4] = unary(%b) act=exp
output %c
)";
constexpr const char* kDiamond = R"(
input %x: f32[4]
input %y: f32[4]
const %k: f32[4] = splat(2)
%a: f32[4] = unary(%x) act=relu
%b: f32[4] = unary(%y) act=tanh
%c: f32[4] = binary(%a, %b) op=add
%d: f32[4] = binary(%a, %k) op=mul
%e: f32[4] = binary(%c, %d) op=add
output %e
output %d
)";

}  // namespace

TEST_CASE("segments alternate and are as few as the dependencies allow") {
  struct Row {
    const char *name, *graph, *places, *want;
  };
  const Row rows[] = {
      {"all on the chip", kChain, "ccc", "chip x > a b c > c"},
      {"all on the host", kChain, "hhh", "host x > a b c > c"},
      {"host in the middle", kChain, "chc", "chip x > a > a | host a > b > b | chip b > c > c"},
      {"host first", kChain, "hcc", "host x > a > a | chip a > b c > c"},
      // Node d needs nothing of the host, but goes where a is: the chip is entered twice, not three times.
      {"independent branches share segments", kDiamond, "chccc", "host y > b > b | chip x b > a c d e > d e"},
      {"a value that two segments read", kDiamond, "cchcc",
       "chip x y > a b d > a b d | host a b > c > c | chip c d > e > e"},
      {"a constant lies where it is read", kDiamond, "ccchc",
       "chip x y > a b c > a c | host a > d > d | chip c d > e > e"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Graph g = parse_graph(row.graph);
    const std::vector<Segment> segments = partition(g, places_of(row.places));
    CHECK(words(segments) == row.want);
    for (const Segment& s : segments) CHECK_NOTHROW(verify(s.graph, "partition"));
  }
}

TEST_CASE("what nobody runs separates segments as a host node would") {
  constexpr const char* kBroken = R"(
input %x: f32[4]
input %z: f32[4]
%a: f32[4] = unary(%x) act=relu
%b: f32[4] = unary(%z) act=tanh
output %b
output %a
)";
  const Graph g = parse_graph(kBroken);
  const auto at = [&](const std::string& name) {
    for (std::size_t i = 0; i < g.values.size(); ++i)
      if (g.values[i].name == name) return static_cast<ValueId>(i);
    return kNoValue;
  };
  CHECK(words(partition(g, places_of("cc"))) == "chip x z > a b > a b");
  const std::vector<Segment> cut = partition(g, places_of("cc"), {{{at("a")}, {at("z")}}});
  CHECK(words(cut) == "chip x > a > a | host > > | chip z > b > b");
  CHECK(cut[1].breaks == 1);
  // A break that reads an input alone comes first.
  CHECK(words(partition(g, places_of("cc"), {{{at("x")}, {at("z")}}})) == "host > > | chip x z > a b > a b");
}

TEST_CASE("segments one after the other compute what the whole computes") {
  const std::string text = kDiamond;
  const Graph g = parse_graph(text);
  const std::vector<std::vector<float>> inputs = {{1, -2, 3, 0.5}, {0.1f, 0.2f, -3, 4}};
  const auto want = interpret(g, inputs);
  for (int mask = 0; mask < 32; ++mask) {
    CAPTURE(mask);
    std::string letters;
    for (int i = 0; i < 5; ++i) letters += (mask >> i & 1) != 0 ? 'h' : 'c';
    std::map<std::string, std::vector<float>> values = {{"x", inputs[0]}, {"y", inputs[1]}};
    for (const Segment& s : partition(g, places_of(letters))) {
      std::vector<std::vector<float>> in;
      for (const ValueId id : s.graph.inputs) in.push_back(values.at(s.graph.value(id).name));
      const auto out = interpret(s.graph, in);
      for (std::size_t i = 0; i < out.size(); ++i) values[s.graph.value(s.graph.outputs[i]).name] = out[i];
    }
    CHECK(values.at("e") == want[0]);
    CHECK(values.at("d") == want[1]);
  }
}

TEST_CASE("a segment's ledger holds its nodes and what was fused into them") {
  Graph g = parse_graph(kChain);
  g.ledger = {{"a", "Conv", Fate::compiled, "", 3},
              {"relu", "Relu", Fate::fused, "a", 0},
              {"b", "Tanh", Fate::compiled, "", 0},
              {"gone", "Shape", Fate::folded, "", 0},
              {"c", "Exp", Fate::compiled, "", 0}};
  const std::vector<Segment> segments = partition(g, places_of("chh"));
  REQUIRE(segments.size() == 2);
  REQUIRE(segments[0].graph.ledger.size() == 2);
  CHECK(segments[0].graph.ledger[1].node == "relu");
  REQUIRE(segments[1].graph.ledger.size() == 2);
  CHECK(segments[1].graph.ledger[1].node == "c");
}

TEST_CASE("data movement between host nodes follows them, nothing else does") {
  struct Row {
    const char *name, *graph, *places, *want;
  };
  constexpr const char* kMoves = R"(
input %x: f32[2, 4]
%r: f32[8] = reshape(%x)
%t: f32[4, 2] = reshape(%r)
%h: f32[4, 2] = unary(%t) act=tanh
%s: f32[2, 4] = transpose(%h) perm=[1, 0]
%g: f32[2, 4] = unary(%s) act=exp
output %g
)";
  const Row rows[] = {
      {"a chain in front of a host node and one between two", kMoves, "cchch", "hhhhh"},
      {"the last reader is on the chip", kMoves, "cchcc", "hhhcc"},
      {"nothing on the host", kMoves, "ccccc", "ccccc"},
      {"arithmetic stays", kChain, "chh", "chh"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<Place> places = places_of(row.places);
    const std::vector<Place> want = places_of(row.want);
    const int moved = follow_to_host(parse_graph(row.graph), places);
    CHECK(places == want);
    CHECK(moved == std::count(want.begin(), want.end(), Place::host) -
                       std::count(row.places, row.places + std::strlen(row.places), 'h'));
  }
}
