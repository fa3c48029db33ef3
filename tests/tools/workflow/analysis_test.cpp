#include "tools/workflow/analysis.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "isa/base/error.h"
#include "tools/workflow/symbols.h"

using namespace inf;
using namespace inf::workflow;
using compiler::Fate;
using compiler::Graph;
using compiler::Signature;

namespace {

Signature signature() { return {"m.onnx", {{"x", "float", true, {"batch", "seq"}}}, {}, {}}; }

/// x [batch, seq] -> rows of four -> relu: refuses a seq that four does not divide, breaks below 8.
Graph import(const Binding& sizes) {
  const std::int64_t batch = sizes.at("batch"), seq = sizes.at("seq");
  if (seq < 8) throw Error(ErrorKind::import, "m.onnx", "too short");
  Graph g = compiler::parse_graph(fmt::format(R"(
input %x: f32[{0}, {1}]
const %k: f32[4] = splat(1)
%r: f32[{2}, 4] = reshape(%x)
%s: f32[{2}, 4] = binary(%r, %k) op=add
%y: f32[{2}, 4] = unary(%s) act=relu
output %y
)",
                                              batch, seq, batch * seq / 4));
  g.ledger = {{"r", "Reshape", Fate::compiled, "", 0}, {"y", "Relu", Fate::compiled, "", 0}};
  if (seq > 16) g.ledger[0].fate = Fate::refused, g.ledger[0].into = "too long";
  return g;
}

}  // namespace

TEST_CASE("open symbols take the first usual size at which the model takes its shapes") {
  CHECK(probe_sizes(signature(), {}, import) == Binding{{"batch", 8}, {"seq", 8}});
  CHECK(probe_sizes(signature(), {{"seq", 12}}, import) == Binding{{"batch", 1}, {"seq", 12}});
  CHECK(probe_sizes(signature(), {{"seq", 12}, {"batch", 3}}, import) == Binding{{"batch", 3}, {"seq", 12}});
  // Nothing fits: the sizes are named in what the import says.
  CHECK(probe_sizes(signature(), {{"seq", 4}}, import) == Binding{{"batch", 1}, {"seq", 4}});
}

TEST_CASE("what follows a symbol, and what refuses at another size") {
  const Binding bound = {{"seq", 12}}, sizes = probe_sizes(signature(), bound, import);
  const std::vector<SymbolUse> uses = follow_symbols(signature(), bound, sizes, import(sizes), import);
  REQUIRE(uses.size() == 2);
  CHECK(uses[0].name == "batch");
  CHECK(uses[0].assumed);
  CHECK(uses[0].axes == std::vector<std::string>{"x axis 0"});
  REQUIRE(uses[0].values.size() == 4);
  CHECK(uses[0].values[1].value == "r");
  CHECK(uses[0].values[1].at == compiler::Shape{3, 4});
  CHECK(uses[0].values[1].other == compiler::Shape{6, 4});
  CHECK(uses[0].refused.empty());
  CHECK_FALSE(uses[1].assumed);
  CHECK(uses[1].refused == std::vector<std::string>{"node 'r' (Reshape): too long"});
}
