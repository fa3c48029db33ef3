#include "compiler/pipeline/stages.h"

#include <cmath>
#include <cstring>
#include <map>

#include "tests/compiler/pipeline/matrix_check.h"

using namespace inf;
using namespace inf::compiler;
using test::GraphBuilder;

namespace {

/// A small U-net: a skip connection that crosses several cuts.
Graph unet(GraphBuilder& b) {
  const Pads same{1, 1, 1, 1};
  const ValueId x = b.input("image", {1, 3, 24, 40});
  const auto conv = [&](const std::string& name, ValueId from, Shape w, Shape y) {
    return b.node(name, Conv{.pads = same, .has_bias = true, .act = {Act::relu}},
                  {from, b.constant(name + ".w", w, 0.15f), b.constant(name + ".b", {w[0]}, 0.1f)}, y);
  };
  const ValueId c1 = conv("c1", x, {64, 3, 3, 3}, {1, 64, 24, 40});
  const ValueId p1 = b.node("p1", Pool{Pool::Kind::max, {2, 2}, {2, 2}}, {c1}, {1, 64, 12, 20});
  const ValueId c2 = conv("c2", p1, {96, 64, 3, 3}, {1, 96, 12, 20});
  const ValueId up =
      b.node("up", Resize{Resize::Mode::linear, Resize::Coordinates::half_pixel, Resize::Round::prefer_floor, {2, 2}},
             {c2}, {1, 96, 24, 40});
  const ValueId cat = b.node("cat", Concat{1}, {up, c1}, {1, 160, 24, 40});
  const ValueId c3 = conv("c3", cat, {16, 160, 3, 3}, {1, 16, 24, 40});
  const ValueId nhwc = b.node("nhwc", Transpose{{0, 2, 3, 1}}, {c3}, {1, 24, 40, 16});
  return b.finish({nhwc});
}

/// Blocks of an encoder: projections, attention, residual, norm, two products with an activation between them.
Graph encoder(GraphBuilder& b, int blocks) {
  const std::int64_t rows = 40, heads = 2, width = 32, size = heads * width;
  const Shape tokens{1, rows, size};
  ValueId x = b.input("x", tokens);
  const auto product = [&](const std::string& name, ValueId from, std::int64_t in, std::int64_t out, Act act,
                           ValueId residual) {
    MatMul op{.has_bias = true, .has_residual = residual != kNoValue};
    op.act.fn = act;
    std::vector<ValueId> inputs{from, b.constant(name + ".w", {in, out}, 1 / std::sqrt(static_cast<float>(in))),
                                b.constant(name + ".b", {out}, 0.1f)};
    if (residual != kNoValue) inputs.push_back(residual);
    return b.node(name, op, inputs, {1, rows, out});
  };
  const auto norm = [&](const std::string& name, ValueId from) {
    return b.node(name, LayerNorm{},
                  {from, b.constant(name + ".scale", {size}, 0.1f, 1), b.constant(name + ".shift", {size}, 0.1f)},
                  tokens);
  };
  for (int i = 0; i < blocks; ++i) {
    const std::string n = std::to_string(i);
    Attention a;
    a.batch = 1, a.heads = heads, a.rows = a.keys = rows, a.width = a.value_width = width;
    a.scale = 0.125f;
    a.q = a.k = a.v = a.y = HeadView{0, rows * size, width, size};
    const ValueId q = product("q" + n, x, size, size, Act::none, kNoValue),
                  k = product("k" + n, x, size, size, Act::none, kNoValue),
                  v = product("v" + n, x, size, size, Act::none, kNoValue);
    const ValueId y = b.node("attention" + n, a, {q, k, v}, tokens);
    const ValueId sum = norm("norm" + n, product("out" + n, y, size, size, Act::none, x));
    const ValueId wide = product("wide" + n, sum, size, 4 * size, Act::gelu, kNoValue);
    x = norm("last" + n, product("narrow" + n, wide, 4 * size, size, Act::none, sum));
  }
  return b.finish({x});
}

using NamedBytes = std::map<std::string, std::vector<std::byte>>;

/// Runs the stages one after the other; values pass by name, as bytes.
NamedBytes run_stages(StagedModel& staged, const arch::ChipSpec& chip, NamedBytes values) {
  for (Stage& stage : staged.stages) {
    std::vector<sim::TensorData> inputs;
    for (const isa::TensorEntry& t : stage.model.source->image().tensors)
      if (t.role == isa::TensorEntry::Role::input) inputs.push_back({t.name, values.at(t.name)});
    const sim::SimResult run = sim::simulate(chip, *stage.model.source, inputs, test::kOneThread);
    for (const sim::TensorData& out : run.outputs) values[out.name] = out.bytes;
  }
  return values;
}

NamedBytes caller(const Graph& graph, const GraphBuilder& b) {
  NamedBytes values;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const std::vector<float> data = b.inputs()[i];
    std::vector<std::byte> bytes(data.size() * 4);
    std::memcpy(bytes.data(), data.data(), bytes.size());
    values[graph.value(graph.inputs[i]).name] = std::move(bytes);
  }
  return values;
}

std::vector<std::byte> bytes_of(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("stages one after the other give the bits of one program") {
  for (const bool convolutions : {true, false})
    for (const bool first_generation : {false, true}) {
      GraphBuilder b;
      const Graph graph = convolutions ? unet(b) : encoder(b, 2);
      const arch::ChipSpec& chip = first_generation ? test::inf1() : test::inf2();
      CAPTURE(convolutions);
      CAPTURE(first_generation);
      const test::ChipRun whole = test::run_on_chip(graph, b.inputs(), CompileOptions{}, test::kOneThread, chip);
      for (const std::size_t count : {1, 2, 3, 5}) {
        CAPTURE(count);
        StagedModel staged = compile_stages(graph, chip, {}, count);
        REQUIRE(staged.stages.size() == count);
        const NamedBytes values = run_stages(staged, chip, caller(graph, b));
        const std::string name = graph.value(graph.outputs[0]).name;
        CHECK(values.at(name) == bytes_of(whole.outputs[0]));
      }
    }
}

TEST_CASE("values cross under one name and in one type, also over several stages") {
  GraphBuilder b;
  const Graph graph = unet(b);
  StagedModel staged = compile_stages(graph, test::inf2(), {}, 5);
  int over_one = 0;
  struct Made {
    std::size_t stage;
    DType dtype;
  };
  std::map<std::string, Made> made;
  for (std::size_t s = 0; s < staged.stages.size(); ++s)
    for (const isa::TensorEntry& t : staged.stages[s].model.source->image().tensors) {
      CAPTURE(t.name);
      if (t.role == isa::TensorEntry::Role::output) made[t.name] = {s, t.dtype};
      if (t.role != isa::TensorEntry::Role::input || t.name == "image") continue;
      REQUIRE(made.contains(t.name));
      CHECK(made[t.name].dtype == t.dtype);
      // what only moves on its way to the output is fp32 in one program too
      const bool moves = t.name == graph.value(graph.nodes.back().inputs[0]).name;
      CHECK(t.dtype == (moves ? DType::fp32 : DType::bf16));
      over_one += s - made[t.name].stage > 1;
    }
  CHECK(over_one >= 1);
}

TEST_CASE("stages that there are not, and stages that do not fit") {
  GraphBuilder b;
  const Graph graph = unet(b);
  try {
    compile_stages(graph, test::inf2(), {}, 50);
    FAIL_CHECK("50 stages");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::usage);
    CHECK(e.message().find("cannot be cut into 50 stages") != std::string::npos);
  }
  arch::ChipSpec small = test::inf2();
  small.memory.bytes = 100'000;
  try {
    compile_stages(graph, small, {}, 2);
    FAIL_CHECK("a small memory");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::unsupported);
    CHECK(e.where().find("stage ") != std::string::npos);
  }
}
