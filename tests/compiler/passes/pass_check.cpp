#include "tests/compiler/passes/pass_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/names.h"
#include "compiler/passes/graph_passes.h"
#include "isa/base/error.h"

namespace inf::tests {

using namespace compiler;

namespace {

const GraphPass& find_pass(std::string_view name) {
  static const std::vector<GraphPass> passes = graph_passes();
  for (const GraphPass& p : passes)
    if (p.name == name) return p;
  throw Error(ErrorKind::internal, "", "no such pass");
}

/// Drops the `graph` line; constants that nothing reads any more are not printed anyway.
std::string body(const Graph& g) {
  const std::string text = print(g, true);
  return text.substr(text.find('\n') + 1);
}

}  // namespace

std::vector<std::vector<float>> sample_inputs(const Graph& g) {
  std::vector<std::vector<float>> inputs;
  std::uint32_t state = 7;
  for (const ValueId id : g.inputs) {
    auto& values = inputs.emplace_back();
    for (std::int64_t i = 0; i < elements(g.value(id).shape); ++i) {
      state = state * 1664525u + 1013904223u;
      const float v = static_cast<float>(state >> 20) / 1024.0f;
      values.push_back(g.value(id).element == Element::f32 ? v - 2.0f : std::floor(v / 2.0f));
    }
  }
  return inputs;
}

std::map<std::string, int> count_ops(const Graph& g) {
  std::map<std::string, int> counts;
  for (const Node& n : g.nodes) ++counts[std::string(op_name(n.op))];
  return counts;
}

double largest_difference(const std::vector<std::vector<float>>& got, const std::vector<std::vector<float>>& want) {
  double worst = got.size() == want.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t o = 0; o < std::min(got.size(), want.size()); ++o) {
    double top = 1e-30, most = got[o].size() == want[o].size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(got[o].size(), want[o].size()); ++i) {
      const double a = got[o][i], b = want[o][i];
      if (std::isnan(a) && std::isnan(b)) continue;
      top = std::max(top, std::abs(b));
      most = std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::infinity() : std::max(most, std::abs(a - b));
    }
    worst = std::max(worst, most / top);
  }
  return worst;
}

void check(const PassRow& row) {
  CAPTURE(row.name);
  Graph g = parse_graph(row.before);
  verify(g, "test");
  const auto inputs = sample_inputs(g);
  const auto want = interpret(g, inputs);
  const bool changed = find_pass(row.pass).run(g);
  verify(g, row.pass);
  CHECK(changed == (row.after != nullptr));
  CHECK(body(g) == body(parse_graph(row.after != nullptr ? row.after : row.before)));
  const auto got = interpret(g, inputs);
  REQUIRE(got.size() == want.size());
  for (std::size_t o = 0; o < got.size(); ++o)
    for (std::size_t i = 0; i < got[o].size(); ++i) {
      CAPTURE(i);
      if (row.tolerance == 0)
        CHECK(got[o][i] == want[o][i]);
      else
        CHECK(std::abs(got[o][i] - want[o][i]) <= row.tolerance * (1 + std::abs(want[o][i])));
    }
}

}  // namespace inf::tests
