#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

// Image values that stay in SBUF between convolutions and poolings.
using namespace inf;
using namespace inf::compiler;
using inf::test::GraphBuilder;

namespace {

/// A network node by node.
struct Net {
  GraphBuilder b;
  int count = 0;

  std::string next(const std::string& kind) { return kind + std::to_string(count++); }
  Shape shape_of(const Shape& x, std::int64_t channels, std::int64_t kernel, std::int64_t stride,
                 const Pads& pads) const {
    return {x[0], channels, (x[2] + pads.top + pads.bottom - kernel) / stride + 1,
            (x[3] + pads.left + pads.right - kernel) / stride + 1};
  }
  struct Image {
    ValueId id = kNoValue;
    Shape shape;
  };
  Image conv(const Image& x, std::int64_t channels, std::int64_t kernel, std::int64_t stride = 1,
             Activation act = {Act::relu}, const Image* residual = nullptr) {
    const std::int64_t p = kernel / 2;
    const Pads pads{p, p, p, p};
    const Shape y = shape_of(x.shape, channels, kernel, stride, pads);
    const std::string name = next("conv");
    const float scale = 1.5f / std::sqrt(static_cast<float>(x.shape[1] * kernel * kernel));
    std::vector<ValueId> inputs{x.id, b.constant(name + ".w", {channels, x.shape[1], kernel, kernel}, scale),
                                b.constant(name + ".b", {channels}, 0.2f)};
    if (residual) inputs.push_back(residual->id);
    return {b.node(name,
                   Conv{.stride = {stride, stride},
                        .pads = pads,
                        .has_bias = true,
                        .has_residual = residual != nullptr,
                        .act = act},
                   inputs, y),
            y};
  }
  Image pool(const Image& x, Pool::Kind kind, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
             bool count_border = false) {
    const Pads pads{pad, pad, pad, pad};
    const Shape y = shape_of(x.shape, x.shape[1], kernel, stride, pads);
    return {b.node(next("pool"), Pool{kind, {kernel, kernel}, {stride, stride}, {1, 1}, pads, count_border}, {x.id}, y),
            y};
  }
  Image classify(const Image& x, std::int64_t classes) {
    const ValueId mean = b.node(next("global"), Pool{Pool::Kind::average, {x.shape[2], x.shape[3]}}, {x.id},
                                {x.shape[0], x.shape[1], 1, 1});
    const ValueId rows = b.node(next("flat"), Reshape{}, {mean}, {x.shape[0], x.shape[1]});
    const Shape y{x.shape[0], classes};
    const std::string name = next("fc");
    return {b.node(name, MatMul{.transpose_b = true, .has_bias = true},
                   {rows, b.constant(name + ".w", {classes, x.shape[1]}, 0.1f), b.constant(name + ".b", {classes})}, y),
            y};
  }
};

/// A stem, a pooling, a plain and a strided residual block, the mean of each channel, a product.
Net::Image residual_net(Net& net, std::int64_t batch, std::int64_t size) {
  const Net::Image x{net.b.input("image", {batch, 3, size, size}), {batch, 3, size, size}};
  const Net::Image stem = net.pool(net.conv(x, 64, 7, 2), Pool::Kind::max, 3, 2, 1);
  const Net::Image a = net.conv(net.conv(stem, 64, 3), 64, 3, 1, {Act::relu}, &stem);
  const Net::Image down = net.conv(a, 160, 1, 2, {});
  const Net::Image c = net.conv(net.conv(a, 160, 3, 2), 160, 3, 1, {Act::relu}, &down);
  return net.classify(c, 10);
}

struct Setting {
  std::string name;
  DType compute, storage;
  const arch::ChipSpec& chip;
  double limit;
};

/// inf2 with so little SBUF that a batch passes in groups.
const arch::ChipSpec& small_chip() {
  static const arch::ChipSpec chip = [] {
    arch::ChipSpec c = test::inf2();
    c.sbuf.bytes_per_partition = 65536;
    return c;
  }();
  return chip;
}

std::vector<Setting> settings() {
  return {{"fp32", DType::fp32, DType::fp32, test::inf2(), 1e-5},
          {"bf16", DType::bf16, DType::bf16, test::inf2(), 3e-2},
          {"bf16 operands, fp32 values", DType::bf16, DType::fp32, test::inf2(), 2e-2},
          {"inf1", DType::bf16, DType::bf16, test::inf1(), 3e-2},
          {"inf1, fp32 values", DType::bf16, DType::fp32, test::inf1(), 2e-2},
          {"little SBUF", DType::fp32, DType::fp32, small_chip(), 1e-5}};
}

CompileOptions options_of(const Setting& s) {
  CompileOptions o;
  o.compute = s.compute;
  o.storage = s.storage;
  return o;
}

void check(const std::string& name, const Graph& graph, const GraphBuilder& b) {
  CAPTURE(name);
  const auto want = interpret(graph, b.inputs());
  for (const Setting& s : settings()) {
    CAPTURE(s.name);
    try {
      const test::ChipRun run = test::run_on_chip(graph, b.inputs(), options_of(s), {}, s.chip);
      REQUIRE(run.outputs.size() == want.size());
      for (std::size_t i = 0; i < want.size(); ++i) CHECK(test::relative_error(run.outputs[i], want[i]) < s.limit);
    } catch (const Error& e) {
      FAIL_CHECK(std::string(e.what()));
    }
  }
}

int decided(const CompiledModel& model, const std::string& words) {
  int n = 0;
  for (const OpEstimate& e : model.estimates) n += e.decision.find(words) != std::string::npos;
  return n;
}

}  // namespace

TEST_CASE("a residual network equals the interpreter, whatever the batch") {
  for (const std::int64_t batch : {1, 3}) {
    Net net;
    const Net::Image y = residual_net(net, batch, 30);
    const Graph graph = net.b.finish({y.id});
    check("batch " + std::to_string(batch), graph, net.b);
  }
}

TEST_CASE("what the readers of a value want of it") {
  {
    Net net;  // negative values under a pooling with a border, which a convolution with zeros around reads too
    const Net::Image x{net.b.input("x", {2, 20, 9, 11}), {2, 20, 9, 11}};
    const Net::Image a = net.conv(x, 40, 3, 1, {});
    const Net::Image p = net.conv(net.pool(a, Pool::Kind::max, 3, 1, 1), 24, 1, 1, {});
    const Net::Image c = net.conv(net.conv(a, 24, 3), 24, 3, 1, {Act::clip, 0, 6}, &p);
    check("two borders", net.b.finish({c.id}), net.b);
  }
  {
    Net net;
    const Net::Image x{net.b.input("x", {1, 20, 12, 12}), {1, 20, 12, 12}};
    const Net::Image a = net.conv(x, 140, 3, 1, {Act::leaky_relu, 0.1f});
    const Net::Image m = net.pool(net.conv(a, 40, 3), Pool::Kind::average, 2, 2, 0);
    const Net::Image n = net.pool(net.conv(m, 40, 1), Pool::Kind::average, 3, 1, 1, true);
    const Net::Image c = net.conv(n, 8, 1);
    check("averages, and values that leave too", net.b.finish({a.id, m.id, c.id}), net.b);
  }
}

TEST_CASE("weights pass in chunks where they are many") {
  Net net;
  const Net::Image x{net.b.input("x", {2, 64, 7, 7}), {2, 64, 7, 7}};
  const Net::Image c = net.conv(net.conv(net.conv(x, 260, 3), 300, 7), 40, 3);
  const Graph graph = net.b.finish({c.id});
  check("chunks", graph, net.b);
  CHECK(decided(compile(graph, test::inf1(), options_of(settings()[3])), "weights in chunks of") > 0);
}

TEST_CASE("a batch passes in groups where all of it does not fit") {
  Net net;
  const Net::Image y = residual_net(net, 5, 60);
  const Graph graph = net.b.finish({y.id});
  const Setting s = settings()[5];
  CHECK(decided(compile(graph, s.chip, options_of(s)), "of 5 images at a time") > 0);
  const auto want = interpret(graph, net.b.inputs());
  const test::ChipRun run = test::run_on_chip(graph, net.b.inputs(), options_of(s), {}, s.chip);
  CHECK(test::relative_error(run.outputs[0], want[0]) < s.limit);
}

TEST_CASE("whole networks in turns, and values that leave in turns, meet no hazard") {
  for (const std::int64_t batch : {24, 150}) {
    CAPTURE(batch);
    Net net;
    const Net::Image y = residual_net(net, batch, 60);
    const Net::Image x{net.b.input("other", {batch, 8, 40, 40}), {batch, 8, 40, 40}};
    const Net::Image first = net.conv(x, 64, 3), second = net.conv(first, 64, 3);
    const Graph graph = net.b.finish({y.id, first.id, net.classify(second, 4).id});
    for (const std::size_t i : {3, 5}) {
      const Setting s = settings()[i];
      CAPTURE(s.name);
      CHECK(test::run_on_chip(graph, net.b.inputs(), options_of(s), {.values = false}, s.chip).result.end > Tick(0));
    }
  }
}

TEST_CASE("what earlier turns leave in device memory is there for later ones") {
  // Without casts on their way, fp32 values meet the vector engine in device memory: beside turns over the batch.
  Net net;
  const Net::Image image{net.b.input("image", {2, 3, 112, 112}), {2, 3, 112, 112}};
  const Net::Image x = net.pool(net.conv(image, 64, 7), Pool::Kind::max, 3, 2, 1);
  const Net::Image wide = net.conv(net.conv(net.conv(x, 64, 1), 64, 3), 256, 1, 1, {});
  const Net::Image sum = net.conv(x, 256, 1, 1, {Act::relu}, &wide);
  const Net::Image y = net.conv(net.conv(net.conv(sum, 64, 1), 64, 3), 256, 1, 1, {Act::relu}, &sum);
  const Graph graph = net.b.finish({y.id});
  const Setting s = settings()[4];
  CHECK(decided(compile(graph, s.chip, options_of(s)), "1 of 2 images at a time") > 0);
  const auto want = interpret(graph, net.b.inputs());
  CHECK(test::relative_error(test::run_on_chip(graph, net.b.inputs(), options_of(s), {}, s.chip).outputs[0], want[0]) <
        s.limit);
}

TEST_CASE("values between convolutions leave no trace in device memory") {
  Net net;
  const Net::Image y = residual_net(net, 2, 30);
  const Graph graph = net.b.finish({y.id});
  const CompiledModel model = compile(graph, test::inf2(), options_of(settings()[2]));
  CHECK(decided(model, "stays in SBUF") == 7);
  for (const isa::TensorEntry& t : model.source->image().tensors) {
    CAPTURE(t.name);
    CHECK(t.role != isa::TensorEntry::Role::scratch);
  }
}

/// inf2 with more SBUF, so that planes are kept that are larger than the step of an access pattern.
arch::ChipSpec roomy_chip(std::int64_t kibibytes) {
  arch::ChipSpec c = test::inf2();
  c.sbuf.bytes_per_partition = kibibytes * 1024;
  return c;
}

TEST_CASE("planes whose images lie further apart than a step reaches") {
  for (const std::int64_t kibibytes : {384, 512, 1024}) {
    CAPTURE(kibibytes);
    const Setting s{"roomy", DType::bf16, DType::bf16, roomy_chip(kibibytes), 3e-2};
    Net net;
    const Net::Image x{net.b.input("image", {2, 2, 184, 186}), {2, 2, 184, 186}};  // 34 224 elements
    const Net::Image a = net.conv(net.conv(x, 4, 3), 4, 3);
    const Net::Image sum = net.conv(a, 4, 3, 1, {Act::relu}, &a);
    const Net::Image few = net.pool(sum, Pool::Kind::average, 2, 16, 0);
    const Graph graph = net.b.finish({net.classify(net.conv(few, 8, 3), 4).id, net.conv(sum, 4, 1, 16).id});
    CHECK(decided(compile(graph, s.chip, options_of(s)), "stays in SBUF") >= 4);
    const auto want = interpret(graph, net.b.inputs());
    const test::ChipRun run = test::run_on_chip(graph, net.b.inputs(), options_of(s), {}, s.chip);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(test::relative_error(run.outputs[i], want[i]) < s.limit);
  }
}

TEST_CASE("rows that lie further apart than a step reaches") {
  const Setting s{"roomy", DType::bf16, DType::bf16, roomy_chip(1024), 3e-2};
  Net net;
  const Net::Image x{net.b.input("image", {1, 2, 4, 33000}), {1, 2, 4, 33000}};
  const Net::Image y = net.conv(x, 3, 3);
  const Graph graph = net.b.finish({net.conv(y, 2, 3, 300).id});
  const auto want = interpret(graph, net.b.inputs());
  const test::ChipRun run = test::run_on_chip(graph, net.b.inputs(), options_of(s), {}, s.chip);
  CHECK(test::relative_error(run.outputs[0], want[0]) < s.limit);
}
