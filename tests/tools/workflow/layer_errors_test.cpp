#include "tools/workflow/layer_errors.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tools/workflow/reference.h"

using namespace inf;
using namespace inf::workflow;
using namespace inf::compiler;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Three steps in a row and one beside them: y = 3 ((2 a) + b), z = a - b.
struct Steps {
  test::GraphBuilder b;
  Graph graph;
  LayerValues exact;  ///< by value
  Steps() {
    const Shape s{4, 8};
    const ValueId a = b.input("a", s), other = b.input("b", s);
    const ValueId twice = b.node("twice", Binary{Binary::Op::mul}, {a, b.constant("two", {1}, 0, 2)}, s);
    const ValueId sum = b.node("sum", Binary{Binary::Op::add}, {twice, other}, s);
    const ValueId y = b.node("y", Binary{Binary::Op::mul}, {sum, b.constant("three", {1}, 0, 3)}, s);
    const ValueId z = b.node("z", Binary{Binary::Op::sub}, {a, other}, s);
    graph = b.finish({y, z});
    Graph all = graph;
    all.outputs.clear();
    for (const Node& node : graph.nodes) all.outputs.push_back(node.output);
    const std::vector<Tensor> values = run_reference(all, b.inputs());
    exact.resize(graph.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) exact[static_cast<std::size_t>(all.outputs[i])] = values[i].data;
  }
  /// What a chip would hold that adds noise[i] to every element of what node i makes, and computes exactly otherwise.
  LayerValues with(const std::vector<float>& noise) const {
    LayerValues values = exact;
    for (std::size_t i = 0; i < b.inputs().size(); ++i)
      values[static_cast<std::size_t>(graph.inputs[i])] = b.inputs()[i];
    const auto at = [&](std::size_t node) -> std::vector<float>& {
      return values[static_cast<std::size_t>(graph.nodes[node].output)];
    };
    for (std::size_t k = 0; k < at(0).size(); ++k) {
      const float a = b.inputs()[0][k], other = b.inputs()[1][k];
      at(0)[k] = 2 * a + noise[0];
      at(1)[k] = at(0)[k] + other + noise[1];
      at(2)[k] = 3 * at(1)[k] + noise[2];
      at(3)[k] = a - other + noise[3];
    }
    return values;
  }
  double energy(std::size_t node) const {
    double sum = 0;
    for (float v : exact[static_cast<std::size_t>(graph.nodes[node].output)]) sum += static_cast<double>(v) * v;
    return sum;
  }
};

double db(double signal, double noise) { return 10 * std::log10(signal / noise); }

}  // namespace

TEST_CASE("an operator's own error is apart from what it inherits") {
  const Steps steps;
  const float e = 1.0F / 64;
  const LayerErrors errors = layer_errors(steps.graph, steps.b.inputs(), steps.with({0, e, 0, 0}), {.bound_db = 30});
  REQUIRE(errors.layers.size() == 4);
  const double noise = 32 * static_cast<double>(e) * e;
  struct Row {
    const char* name;
    double local, accumulated;
  };
  const double none = std::numeric_limits<double>::infinity();
  const Row rows[] = {{"twice", none, none},
                      {"sum", db(steps.energy(1), noise), db(steps.energy(1), noise)},
                      {"y", none, db(steps.energy(2), 9 * noise)},
                      {"z", none, none}};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(rows[i].name);
    CHECK(errors.layers[i].layer == rows[i].name);
    if (std::isinf(rows[i].local))
      CHECK(errors.layers[i].local_snr_db == rows[i].local);
    else
      CHECK(errors.layers[i].local_snr_db == doctest::Approx(rows[i].local).epsilon(1e-4));
    if (std::isinf(rows[i].accumulated))
      CHECK(errors.layers[i].accumulated_snr_db == rows[i].accumulated);
    else
      CHECK(errors.layers[i].accumulated_snr_db == doctest::Approx(rows[i].accumulated).epsilon(1e-4));
    CHECK(errors.layers[i].share.has_value() == (i == 1));
  }
  CHECK(errors.layers[1].share == doctest::Approx(1));
  CHECK(errors.final_snr_db == doctest::Approx(*errors.sum_snr_db).epsilon(1e-4));
}

TEST_CASE("shares are the energies that the errors carry to the outputs, and add up to one") {
  const Steps steps;
  // Through y the first three are 3 e, 3 (-2 e) and e; z has an error and an output of its own.
  const float e = 1.0F / 128;
  const LayerErrors errors = layer_errors(steps.graph, steps.b.inputs(), steps.with({e, -2 * e, e, 2 * e}), {});
  const double y = steps.energy(2), z = steps.energy(3);
  const double carried[] = {9 / y, 36 / y, 1 / y, 4 / z};
  const double sum = carried[0] + carried[1] + carried[2] + carried[3];
  double shares = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    REQUIRE(errors.layers[i].share);
    CHECK(*errors.layers[i].share == doctest::Approx(carried[i] / sum).epsilon(1e-3));
    shares += *errors.layers[i].share;
  }
  CHECK(shares == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("the bound names the first operator beyond it, a limit leaves shares to the largest errors") {
  const Steps steps;
  const LayerValues simulated = steps.with({1e-5F, 1e-2F, 1e-4F, 0});
  struct Row {
    double bound;
    std::optional<std::size_t> first;
  };
  for (const Row& row : {Row{10, std::nullopt}, Row{60, 1}, Row{200, 0}}) {
    CAPTURE(row.bound);
    CHECK(layer_errors(steps.graph, steps.b.inputs(), simulated, {.bound_db = row.bound}).first == row.first);
  }
  const LayerErrors errors = layer_errors(steps.graph, steps.b.inputs(), simulated, {.bound_db = 60, .shares = 1});
  CHECK(errors.layers[1].share == doctest::Approx(1));
  CHECK_FALSE(errors.layers[0].share);
  CHECK_FALSE(errors.layers[2].share);
  const std::string text = layer_errors_text(errors);
  CHECK(text.find("<- the first below 60 dB") != std::string::npos);
  CHECK(text.find("2 with smaller local errors got no share") != std::string::npos);
  CHECK(text.find("1 operators of 4 have no error of their own") != std::string::npos);
}

TEST_CASE("an overflow belongs to the operator that made it, not to those that inherit it") {
  const Steps steps;
  const LayerErrors errors = layer_errors(steps.graph, steps.b.inputs(), steps.with({1e-3F, kInfinity, 0, 1e-3F}), {});
  CHECK(errors.first == 1U);
  CHECK(errors.layers[1].overflows == 32);
  CHECK(errors.layers[1].share == doctest::Approx(1));
  CHECK(errors.layers[0].share == doctest::Approx(0));
  CHECK(errors.layers[2].overflows == 0);
  CHECK(errors.layers[2].local_snr_db == std::numeric_limits<double>::infinity());
  CHECK(errors.layers[2].exceeds);
  CHECK_FALSE(errors.layers[3].exceeds);
  CHECK(layer_errors_text(errors).find("overflow") != std::string::npos);
}

TEST_CASE("an operator with several outputs is one operator") {
  // s doubles in every round; both the last s and all of them are outputs
  const Graph graph = parse_graph(R"(
input %go: bool[]
input %start: f32[1]
%last: f32[1], %all: f32[3, 1] = loop(%go, %start) trips=3 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %s: f32[1]
  const %two: f32[1] = {2}
  %t: f32[1] = binary(%s, %two) op=mul
  output %c
  output %t
  output %t
}
output %last
output %all)");
  LayerValues simulated(graph.values.size());
  const std::vector<ValueId> made{graph.nodes[0].output, graph.nodes[0].more.at(0)};
  simulated[static_cast<std::size_t>(made[0])] = {8};
  simulated[static_cast<std::size_t>(made[1])] = {2, 4.5F, 8};
  const LayerErrors errors = layer_errors(graph, {{1}, {1}}, simulated, {});
  REQUIRE(errors.layers.size() == 1);
  CHECK(errors.layers[0].local_snr_db == doctest::Approx(db(64 + 4 + 16 + 64, 0.25)));
  CHECK(errors.layers[0].share == doctest::Approx(1));
  CHECK(errors.final_snr_db == doctest::Approx(db(2 * (4 + 16 + 64), 0.25)));
}

TEST_CASE("a value that was not kept is a broken invariant, no silent gap") {
  const Steps steps;
  LayerValues simulated = steps.with({0, 0, 0, 0});
  simulated[static_cast<std::size_t>(steps.graph.nodes[1].output)].clear();
  CHECK_THROWS_WITH_AS(layer_errors(steps.graph, steps.b.inputs(), simulated, {}),
                       doctest::Contains("'sum.out' was not kept"), Error);
}
