#include "workloads/parseq/encoder.h"

#include <fmt/format.h>

#include "workloads/onnx/attributes.h"

namespace inf::workloads {
namespace {

constexpr float kEpsilon = 1e-6F;  // of the vision transformer's norms; the decoder has another

std::string write_patches(Layers& l, const std::string& images) {
  const ParseqShape& s = l.options.shape;
  const std::string scope = "/encoder/patch_embed";
  const std::string name = "encoder.patch_embed.proj";
  const WeightTensor &w = l.weight(name + ".weight"), &b = l.weight(name + ".bias");
  onnx::NodeProto& conv = l.graph.add(
      "Conv", scope + "/proj",
      {images, l.graph.floats(name + ".weight", w.shape, w.data), l.graph.floats(name + ".bias", b.shape, b.data)});
  add_ints(conv, "dilations", {1, 1});
  add_int(conv, "group", 1);
  add_ints(conv, "kernel_shape", {s.patch_height, s.patch_width});
  add_ints(conv, "pads", {0, 0, 0, 0});
  add_ints(conv, "strides", {s.patch_height, s.patch_width});
  const std::string rows = l.graph.reshape(scope, conv.output(0), {l.options.batch, s.width, s.patches()});
  const WeightTensor& position = l.weight("encoder.pos_embed");
  return l.graph.op(
      "Add", "/encoder",
      {l.graph.transpose(scope, rows, {0, 2, 1}), l.graph.floats("encoder.pos_embed", position.shape, position.data)});
}

std::string write_attention(Layers& l, const std::string& scope, const std::string& weight, const std::string& x) {
  const ParseqShape& s = l.options.shape;
  const std::int64_t d = s.width, tokens = s.patches(), heads = s.encoder_heads;
  const std::string qkv = l.linear(scope + "/qkv", x, weight + ".qkv");
  const auto part = [&](std::int64_t i) { return l.graph.slice(scope, qkv, 2, i * d, (i + 1) * d); };
  const std::string q = l.split_heads(scope, part(0), tokens, heads);
  const std::string k = l.split_heads_transposed(scope, part(1), tokens, heads);
  const std::string v = l.split_heads(scope, part(2), tokens, heads);
  return l.linear(scope + "/proj", l.attend(scope, q, k, v, "", tokens, heads), weight + ".proj");
}

}  // namespace

std::string write_encoder(Layers& l, const std::string& images) {
  std::string x = write_patches(l, images);
  for (std::int64_t i = 0; i < l.options.shape.encoder_depth; ++i) {
    const std::string scope = fmt::format("/encoder/blocks.{}", i), weight = fmt::format("encoder.blocks.{}", i);
    const std::string a = l.layer_norm(scope + "/norm1", x, weight + ".norm1", kEpsilon);
    x = l.graph.op("Add", scope, {x, write_attention(l, scope + "/attn", weight + ".attn", a)});
    const std::string m = l.layer_norm(scope + "/norm2", x, weight + ".norm2", kEpsilon);
    const std::string hidden = l.gelu(scope + "/mlp/act", l.linear(scope + "/mlp/fc1", m, weight + ".mlp.fc1"));
    x = l.graph.op("Add", scope, {x, l.linear(scope + "/mlp/fc2", hidden, weight + ".mlp.fc2")});
  }
  return l.layer_norm("/encoder/norm", x, "encoder.norm", kEpsilon);
}

}  // namespace inf::workloads
