// Every operator in every form, against values that another runtime computed for the same models.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/names.h"
#include "compiler/passes/graph_passes.h"
#include "tests/compiler/import/operator_cases.h"

using namespace inf;
using namespace inf::compiler;

namespace {

struct Expected {
  Shape shape;
  std::vector<double> values;
};

/// Lines "case | output | shape | values"; '#' starts a comment.
std::map<std::string, Expected> read_expected() {
  std::ifstream file(std::string(INF_SOURCE_DIR) + "/tests/compiler/import/operators.golden");
  std::map<std::string, Expected> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream in(line);
    std::string name, output, shape, values;
    std::getline(in, name, '|'), std::getline(in, output, '|'), std::getline(in, shape, '|'), std::getline(in, values);
    Expected e;
    std::istringstream numbers(shape), data(values);
    for (std::int64_t d; numbers >> d;) e.shape.push_back(d);
    for (double v; data >> v;) e.values.push_back(v);
    all[name + "|" + output] = std::move(e);
  }
  return all;
}

std::vector<std::vector<float>> inputs_of(const tests::OperatorCase& c) {
  std::vector<std::vector<float>> inputs;
  for (std::size_t i = 0; i < c.operands.size(); ++i)
    if (const auto* run = std::get_if<tests::Run>(&c.operands[i])) {
      const auto values = tests::values_of(*run, i);
      inputs.emplace_back(values.begin(), values.end());
    }
  return inputs;
}

void compare(const Graph& g, const tests::OperatorCase& c, const std::map<std::string, Expected>& expected) {
  const auto got = interpret(g, inputs_of(c));
  for (std::size_t o = 0; o < got.size(); ++o) {
    const auto at = expected.find(c.name + "|" + g.value(g.outputs[o]).name);
    REQUIRE(at != expected.end());
    CHECK(g.value(g.outputs[o]).shape == at->second.shape);
    REQUIRE(got[o].size() == at->second.values.size());
    for (std::size_t i = 0; i < got[o].size(); ++i) {
      CAPTURE(i);
      const double want = at->second.values[i];
      CHECK(std::abs(got[o][i] - want) <= 2e-6 * (1 + std::abs(want)));
    }
  }
}

}  // namespace

TEST_CASE("operators give the values of another runtime, before and after the passes") {
  const auto expected = read_expected();
  REQUIRE(!expected.empty());
  for (const tests::OperatorCase& c : tests::operator_cases()) {
    CAPTURE(c.name);
    Graph g = import_onnx(tests::model_of(c).bytes(), c.name);
    compare(g, c, expected);
    run_graph_passes(g);
    compare(g, c, expected);
  }
}
