#include <algorithm>

#include "tests/compiler/pipeline/matrix_check.h"

// Operators whose values stay in SBUF as matrices.
using namespace inf;
using namespace inf::compiler;
using inf::test::check_matrices;
using inf::test::GraphBuilder;
using inf::test::MatrixCheck;

namespace {

/// A product with constant weights [k, n], small enough that sums stay near 1.
ValueId product(GraphBuilder& b, const std::string& name, ValueId x, std::int64_t k, std::int64_t n, Shape y,
                MatMul op = {}, ValueId residual = kNoValue) {
  const float scale = 2.0f / static_cast<float>(std::max<std::int64_t>(1, k / 16));
  std::vector<ValueId> inputs{x, b.constant(name + ".w", op.transpose_b ? Shape{n, k} : Shape{k, n}, scale)};
  if (op.has_bias) inputs.push_back(b.constant(name + ".b", {n}));
  if (residual != kNoValue) {
    op.has_residual = true;
    if (!op.has_bias) inputs.push_back(kNoValue);
    inputs.push_back(residual);
  }
  return b.node(name, op, inputs, std::move(y));
}

}  // namespace

TEST_CASE("products with constant weights: sizes") {
  struct Row {
    std::int64_t rows, k, n;
  };
  const Row rows[] = {{1, 1, 1},    {1, 7, 96},     {5, 96, 7},    {128, 128, 128}, {129, 129, 129},
                      {600, 7, 1},  {5, 500, 768},  {1, 768, 500}, {129, 768, 96},  {600, 96, 500},
                      {5, 2048, 7}, {1, 3000, 129}, {7, 1, 2048},  {2, 129, 2100}};
  for (const Row& r : rows)
    for (const bool transpose_b : {false, true}) {
      GraphBuilder b;
      const ValueId x = b.input("x", {r.rows, r.k});
      const ValueId y = product(b, "y", x, r.k, r.n, {r.rows, r.n}, {.transpose_b = transpose_b, .has_bias = true});
      // the second product wants the first one's result with features on partitions
      const ValueId z = product(b, "z", y, r.n, 40, {r.rows, 40}, {.has_bias = true});
      check_matrices(fmt::format("{} x {} x {} {}", r.rows, r.k, r.n, transpose_b), b.finish({z}), b,
                     {.small = {24 << 10}});
      check_matrices(fmt::format("{} x {} x {} {} out", r.rows, r.k, r.n, transpose_b), b.finish({y}), b,
                     {.inf1 = false});
    }
}

TEST_CASE("products with constant weights: what is done on the way out") {
  const Activation acts[] = {{},
                             {Act::gelu},
                             {Act::relu},
                             {Act::clip, -0.3f, 0.5f},
                             {Act::neg},
                             {Act::gelu_tanh},
                             {Act::sigmoid},
                             {Act::mish},
                             {Act::exp},
                             {Act::leaky_relu, 0.1f},
                             {Act::silu},
                             {Act::hard_swish}};
  for (const Activation& act : acts)
    for (const bool residual : {false, true})
      for (const float alpha : {1.0f, -0.5f}) {
        GraphBuilder b;
        const ValueId x = b.input("x", {2, 65, 100});
        const ValueId other = residual ? b.input("other", {2, 65, 130}) : kNoValue;
        const MatMul op{.has_bias = true, .alpha = alpha, .beta = alpha == 1 ? 1.0f : 3.0f, .act = act};
        const ValueId y = product(b, "y", x, 100, 130, {2, 65, 130}, op, other);
        const ValueId z = product(b, "z", y, 130, 20, {2, 65, 20});
        const std::string name = fmt::format("act {} residual {} alpha {}", static_cast<int>(act.fn), residual, alpha);
        check_matrices(name + " features", b.finish({z}), b, {1e-5, 3e-2, true, {20 << 10}});
        check_matrices(name + " both", b.finish({z, y}), b, {1e-5, 3e-2, true, {20 << 10}});
      }
}

TEST_CASE("chains of products, residuals and norms, and their other readers") {
  for (const std::int64_t rows : {1, 5, 130, 300})
    for (const std::int64_t width : {24, 128, 200}) {
      GraphBuilder b;
      const Shape s{1, rows, width}, wide{1, rows, 3 * width};
      const ValueId x = b.input("x", s);
      const ValueId a = product(b, "a", x, width, width, s, {.has_bias = true});
      const ValueId n = b.node("n", LayerNorm{}, {a, b.constant("n.s", {width}), b.constant("n.b", {width})}, s);
      const ValueId up = product(b, "up", n, width, 3 * width, wide, {.has_bias = true, .act = {Act::gelu}});
      const ValueId down = product(b, "down", up, 3 * width, width, s, {.has_bias = true}, a);
      const ValueId gate = b.node("gate", Binary{Binary::Op::mul}, {down, n}, s);
      const ValueId flat = b.node("flat", Reshape{}, {gate}, {rows, width});
      const ValueId last = product(b, "last", flat, width, 50, {rows, 50});
      const ValueId part = b.node("part", Slice{{0, 0, 3}, {1, 1, 2}}, {down}, {1, rows, width / 2 - 2});
      const ValueId both = b.node("both", Concat{2}, {down, up}, {1, rows, 4 * width});
      const std::string name = fmt::format("{} x {}", rows, width);
      check_matrices(name, b.finish({last}), b, {1e-5, 5e-2, true, {20 << 10, 32 << 10}});
      check_matrices(name + " outputs", b.finish({last, down, up, n, part, both, flat}), b,
                     {1e-5, 5e-2, true, {20 << 10, 32 << 10}});
    }
}

TEST_CASE("products of two operands from run time") {
  struct Row {
    Shape a, b, y;  ///< as if nothing were transposed
  };
  const Row rows[] = {{{1, 1}, {1, 1}, {1, 1}},
                      {{5, 7}, {7, 3}, {5, 3}},
                      {{130, 129}, {129, 600}, {130, 600}},
                      {{3, 40, 30}, {3, 30, 50}, {3, 40, 50}},
                      {{3, 1, 9, 30}, {1, 4, 30, 5}, {3, 4, 9, 5}},
                      {{2, 3, 9, 30}, {30, 5}, {2, 3, 9, 5}},
                      {{9, 30}, {4, 30, 5}, {4, 9, 5}},
                      {{300, 500}, {500, 700}, {300, 700}},
                      {{600, 96}, {96, 2100}, {600, 2100}},
                      {{7, 2048}, {2048, 500}, {7, 500}}};
  for (const Row& r : rows)
    for (int way = 0; way < 8; ++way) {
      const bool ta = way & 1, tb = way & 2, more = way & 4;
      Shape as = r.a, bs = r.b;
      if (ta) std::swap(as.back(), as[as.size() - 2]);
      if (tb) std::swap(bs.back(), bs[bs.size() - 2]);
      GraphBuilder b;
      std::vector<ValueId> in{b.input("a", as), b.input("b", bs)};
      MatMul op{.transpose_a = ta, .transpose_b = tb};
      if (more) {
        op.has_bias = op.has_residual = true, op.alpha = 0.25f, op.beta = 2, op.act = {Act::gelu};
        in.push_back(b.constant("bias", {r.y.back()}));
        in.push_back(b.input("residual", r.y));
      }
      const ValueId y = b.node("y", op, in, r.y);
      check_matrices(fmt::format("{}x{} by {} way {}", r.a[r.a.size() - 2], r.a.back(), r.b.back(), way), b.finish({y}),
                     b, {1e-5, 3e-2, true, {24 << 10}});
    }
}

TEST_CASE("layer norms") {
  for (const std::int64_t cols : {1, 3, 512, 513, 1000, 2048})
    for (const std::int64_t rows : {1, 7, 130})
      for (int way = 0; way < 8; ++way) {
        if (way != 7 && (way + rows + cols) % 3 != 0) continue;
        const bool scale = way & 1, shift = way & 2, center = way & 4;
        GraphBuilder b;
        const Shape s{rows, cols};
        const ValueId x = b.input("x", s);
        std::vector<ValueId> in{x};
        if (scale || shift) in.push_back(scale ? b.constant("scale", {cols}) : kNoValue);
        if (shift) in.push_back(b.constant("shift", {cols}));
        const ValueId y = b.node("y", LayerNorm{.center = center}, in, s);
        const ValueId z = product(b, "z", y, cols, 20, {rows, 20});
        const ValueId r = b.node("r", Binary{}, {y, x}, s);
        const ValueId t = product(b, "t", r, cols, 20, {rows, 20});
        const std::string name = fmt::format("{} x {} way {}", rows, cols, way);
        const MatrixCheck how{2e-5, 5e-2, cols < 2048, {24 << 10, 64 << 10}};
        check_matrices(name + " product", b.finish({z}), b, how);
        check_matrices(name + " residual", b.finish({t}), b, how);
        check_matrices(name + " both", b.finish({z, t}), b, how);
        check_matrices(name + " output", b.finish({y}), b, how);
        check_matrices(name + " all", b.finish({t, y, z}), b, how);
      }
}

TEST_CASE("elementwise operators between matrices, rows and numbers") {
  using O = Binary::Op;
  for (const O op : {O::add, O::sub, O::mul, O::div, O::max, O::min, O::pow, O::less})
    for (const bool swapped : {false, true})
      for (const int kind : {0, 1, 2, 3, 4}) {
        GraphBuilder b;
        const Shape s{3, 50, 40};
        const ValueId x = b.input("x", s);
        const ValueId p = b.node("e", Unary{{Act::exp}}, {product(b, "p", x, 40, 40, s, {.act = {Act::tanh}})}, s);
        const Shape other = kind == 0 ? s : kind == 1 ? Shape{40} : kind == 2 ? Shape{1} : kind == 3 ? s : Shape{50, 1};
        const ValueId o = kind == 3 ? b.node("o", Unary{{Act::exp}}, {x}, s) : b.constant("o", other, 0.4f, 1);
        std::vector<ValueId> in{p, o};
        if (swapped) std::swap(in[0], in[1]);
        const Activation act = op == O::sub ? Activation{Act::gelu} : Activation{};
        const ValueId y = b.node("y", Binary{op, act}, in, s, op == O::less ? Element::boolean : Element::f32);
        if (op == O::less) {
          check_matrices(fmt::format("op {} {} {}", static_cast<int>(op), swapped, kind),
                         b.finish({b.node("f", Cast{}, {y}, s)}), b, {1e-9, 1e9});
          continue;
        }
        const ValueId z = product(b, "z", y, 40, 30, {3, 50, 30});
        check_matrices(fmt::format("op {} {} {}", static_cast<int>(op), swapped, kind), b.finish({z, y}), b,
                       {2e-5, 5e-2, true, {24 << 10}});
      }
}

TEST_CASE("what fits into no SBUF is refused, with the node and the bytes") {
  const auto refused = [](const Graph& graph, const std::string& node) {
    try {
      compile(graph, test::inf2(), test::options_of(DType::fp32));
      FAIL("compiled");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::unsupported);
      CHECK(std::string(e.what()).find("node '" + node + "': needs ") == 0);
    }
  };
  GraphBuilder a;
  refused(a.finish({product(a, "words", a.input("x", {1, 64}), 64, 50257, {1, 50257})}), "words");
  GraphBuilder b;
  refused(b.finish({b.node("large", MatMul{}, {b.input("x", {130, 2500}), b.input("w", {2500, 3000})}, {130, 3000})}),
          "large");
}

TEST_CASE("a chain with little SBUF: no bit without timing, no cycle without values") {
  GraphBuilder b;
  const Shape s{1, 300, 200};
  const ValueId x = b.input("x", s), n = b.node("n", LayerNorm{}, {x}, s);
  const ValueId up = product(b, "up", n, 200, 600, {1, 300, 600}, {.act = {Act::gelu}});
  const ValueId y = product(b, "y", up, 600, 200, s, {.has_bias = true}, x);
  const Graph graph = b.finish({y, up});
  CompileOptions options = test::options_of(DType::bf16);
  options.keep = {"n.out"};
  const auto chip = test::small_chip(20 << 10);
  const test::ChipRun run = test::run_on_chip(graph, b.inputs(), options, {}, chip);
  const auto want = interpret(graph, b.inputs());
  REQUIRE(run.outputs.size() == 3);
  CHECK(test::relative_error(run.outputs[0], want[0]) < 3e-2);
  CHECK(test::run_on_chip(graph, b.inputs(), options, {.timing = false}, chip).outputs == run.outputs);
  CHECK(test::run_on_chip(graph, b.inputs(), options, {.values = false}, chip).result.end == run.result.end);
}

TEST_CASE("a batch that does not fit is done in rounds, with the same bits") {
  GraphBuilder b;
  const Shape s{8, 120, 96};
  const ValueId x = b.input("x", s), n = b.node("n", LayerNorm{}, {x}, s);
  const ValueId up = product(b, "up", n, 96, 800, {8, 120, 800}, {.act = {Act::gelu}});
  const ValueId y = product(b, "y", up, 800, 96, s, {.has_bias = true}, x);
  const Graph graph = b.finish({y});
  const auto chip = test::small_chip(20 << 10);
  for (const DType type : {DType::bf16, DType::fp32}) {
    CAPTURE(inf::name(type));
    const CompileOptions options = test::options_of(type);
    const CompiledModel model = compile(graph, chip, options);
    REQUIRE_FALSE(model.estimates.empty());
    CHECK(model.estimates.back().decision.find(", round ") != std::string::npos);
    CHECK(model.estimates.size() == model.source->image().ops.size());
    const test::ChipRun rounds = test::run_on_chip(graph, b.inputs(), options, test::kOneThread, chip),
                        whole = test::run_on_chip(graph, b.inputs(), options, test::kOneThread);
    CHECK(rounds.outputs == whole.outputs);
    CHECK(test::run_on_chip(graph, b.inputs(), options, {.values = false}, chip).result.end == rounds.result.end);
  }
}
