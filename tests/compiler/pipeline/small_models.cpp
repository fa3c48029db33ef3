#include "tests/compiler/pipeline/small_models.h"

#include <cmath>

#include "compiler/import/onnx.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/models/transformers.h"

namespace inf::test {

using namespace compiler;

namespace {

ValueId conv(GraphBuilder& b, const std::string& name, ValueId x, const Shape& from, const Shape& to,
             std::int64_t kernel, std::int64_t stride = 1, ValueId residual = kNoValue) {
  const std::int64_t p = kernel / 2;
  const float scale = 1.5f / std::sqrt(static_cast<float>(from[1] * kernel * kernel));
  std::vector<ValueId> inputs{x, b.constant(name + ".w", {to[1], from[1], kernel, kernel}, scale),
                              b.constant(name + ".b", {to[1]}, 0.1f)};
  Conv op{.stride = {stride, stride}, .pads = {p, p, p, p}, .has_bias = true, .act = {Act::relu}};
  op.has_residual = residual != kNoValue;
  if (op.has_residual) inputs.push_back(residual);
  return b.node(name, op, inputs, to);
}

/// Like CRAFT: an encoder, a decoder that joins its features, and a head of few channels.
SmallModel craft() {
  GraphBuilder b;
  const Shape s0{1, 3, 24, 20}, s1{1, 48, 24, 20}, s2{1, 48, 12, 10}, s3{1, 300, 12, 10}, s4{1, 300, 24, 20},
      s5{1, 348, 24, 20}, s6{1, 20, 24, 20}, s7{1, 2, 24, 20};
  const ValueId c1 = conv(b, "c1", b.input("image", s0), s0, s1, 3);
  const ValueId p1 = b.node("p1", Pool{Pool::Kind::max, {2, 2}, {2, 2}}, {c1}, s2);
  const ValueId c2 = conv(b, "c2", p1, s2, s3, 3);
  const Resize twice{Resize::Mode::linear, Resize::Coordinates::half_pixel, Resize::Round::prefer_floor, {2, 2}};
  const ValueId up = b.node("up", twice, {c2}, s4);
  const ValueId c3 = conv(b, "c3", b.node("cat", Concat{1}, {up, c1}, s5), s5, s6, 1);
  return {"craft", b.finish({conv(b, "c4", c3, s6, s7, 3)}), b.inputs()};
}

/// Like ResNet: strided convolutions, residual sums, the mean over the plane and a product.
SmallModel resnet() {
  GraphBuilder b;
  const Shape s0{2, 3, 20, 20}, s1{2, 40, 10, 10}, s2{2, 150, 5, 5};
  const ValueId stem = conv(b, "stem", b.input("image", s0), s0, s1, 5, 2);
  const ValueId a1 = conv(b, "a1", stem, s1, s1, 3), a2 = conv(b, "a2", a1, s1, s1, 3, 1, stem);
  const ValueId side = conv(b, "side", a2, s1, s2, 1, 2), b1 = conv(b, "b1", a2, s1, s2, 3, 2);
  const ValueId b2 = conv(b, "b2", b1, s2, s2, 3, 1, side);
  const ValueId mean = b.node("mean", Pool{Pool::Kind::average, {5, 5}}, {b2}, {2, 150, 1, 1});
  const ValueId rows = b.node("rows", Reshape{}, {mean}, {2, 150});
  const ValueId y = b.node("classes", MatMul{}, {rows, b.constant("w", {150, 70}, 0.1f)}, {2, 70});
  return {"resnet", b.finish({y}), b.inputs()};
}

SmallModel imported(const std::string& name, const tests::OnnxBuilder& model) {
  Graph graph = import_onnx(model.bytes(), name);
  GraphBuilder b;
  std::vector<std::vector<float>> inputs;
  for (const ValueId id : graph.inputs) {
    const Value& v = graph.value(id);
    if (v.element == Element::f32) {
      b.input(v.name, v.shape);
      inputs.push_back(b.inputs().back());
      continue;
    }
    const auto count = static_cast<std::size_t>(elements(v.shape));
    std::vector<float>& whole = inputs.emplace_back(count, 1.0f);  // a mask's last quarter is hidden
    for (std::size_t i = 0; i < count; ++i)
      whole[i] = v.name == "input_ids" ? static_cast<float>(i * 7 % 50) : i < count * 3 / 4 ? 1.0f : 0.0f;
  }
  return {name, std::move(graph), std::move(inputs)};
}

/// Heads of 64 and of 20 features, more tokens than a small SBUF has partitions.
SmallModel bert() {
  tests::BertSizes s;
  s.positions = 80, s.tokens = 72, s.features = 192, s.heads = 3, s.hidden = 320, s.depth = 1;
  tests::ExportStyle style;
  return imported("bert", tests::bert(style, s));
}

SmallModel parseq() {
  tests::ParseqSizes s;
  s.encoder.features = 160, s.encoder.heads = 8, s.heads = 8, s.encoder.height = 32, s.encoder.width = 160;
  tests::ExportStyle style;
  return imported("parseq", tests::parseq(style, s));
}

}  // namespace

const std::vector<SmallModel>& small_models() {
  static const std::vector<SmallModel> all = [] {
    std::vector<SmallModel> list;
    list.push_back(craft()), list.push_back(resnet()), list.push_back(bert()), list.push_back(parseq());
    return list;
  }();
  return all;
}

}  // namespace inf::test
