#include <cmath>

#include "tests/models/transformers.h"

namespace inf::tests {
namespace {

using Value = Exporter::Value;

struct Heads {
  Value q, k, v;
};

/// [3, N, h, T, d] to three values, by Gather or by Split and Squeeze.
Heads unbind(Exporter& out, const Value& qkv) {
  if (out.style.split_qkv) {
    const auto parts = out.op("Split", {qkv, out.list({1, 1, 1})}, {{"axis", std::int64_t{0}}}, 3);
    return {out.squeeze(parts[0], 0), out.squeeze(parts[1], 0), out.squeeze(parts[2], 0)};
  }
  const auto pick = [&](double i) {
    return out.op("Gather", {qkv, out.constant(scalar("int64", i))}, {{"axis", std::int64_t{0}}});
  };
  return {pick(0), pick(1), pick(2)};
}

Value self_attention(Exporter& out, const Value& x, const VitSizes& s, std::int64_t tokens) {
  const std::int64_t width = s.features / s.heads;
  const auto n = out.size(x, 0, out.style.batch), t = out.size(x, 1, tokens), c = out.size(x, 2, s.features);
  const Value qkv =
      out.reshape(out.linear(x, s.features, 3 * s.features), {n, t, std::int64_t{3}, s.heads, std::int64_t{width}});
  Heads h = unbind(out, out.transpose(qkv, {2, 0, 3, 1, 4}));
  const double scale = 1 / std::sqrt(static_cast<double>(width));
  h.q = out.op("Mul", {h.q, out.number(out.style.sdpa ? std::sqrt(scale) : scale)});
  h.k = out.transpose(h.k, {0, 1, 3, 2});
  if (out.style.sdpa) h.k = out.op("Mul", {h.k, out.number(std::sqrt(scale))});
  const Value weights = out.op("Softmax", {out.op("MatMul", {h.q, h.k})}, {{"axis", std::int64_t{-1}}});
  const Value joined = out.transpose(out.op("MatMul", {weights, h.v}), {0, 2, 1, 3});
  return out.linear(out.reshape(joined, {n, t, c}), s.features, s.features);
}

Value patches(Exporter& out, const Value& image, const VitSizes& s, std::int64_t count) {
  const Dims patch = {s.patch_height, s.patch_width};
  const float scale = std::sqrt(1.0f / static_cast<float>(s.patch_height * s.patch_width));
  const Value planes =
      out.op("Conv",
             {image, out.weight({s.features, 3, s.patch_height, s.patch_width}, scale), out.weight({s.features}, 0.1f)},
             {{"dilations", Dims{1, 1}},
              {"group", std::int64_t{1}},
              {"kernel_shape", patch},
              {"pads", Dims(4, 0)},
              {"strides", patch}});
  const auto n = out.size(planes, 0, out.style.batch), c = out.size(planes, 1, s.features);
  return out.transpose(out.reshape(planes, {n, c, out.style.computed_shapes ? std::int64_t{-1} : count}), {0, 2, 1});
}

}  // namespace

Value vit_tokens(Exporter& out, const VitSizes& s, const Value& image) {
  std::int64_t tokens = s.height / s.patch_height * (s.width / s.patch_width);
  out.enter("/patch_embed");
  Value x = patches(out, image, s, tokens);
  if (s.class_token) {
    const Value sizes = out.list({static_cast<double>(out.style.batch), -1, -1});
    const Value one = out.op("ConstantOfShape", {out.list({3})}, {{"value", ints({1})}});
    const Value open = out.op("Equal", {sizes, out.op("Mul", {one, out.list({-1})})});
    const Value token = out.op("Expand", {out.weight({1, 1, s.features}, 1), out.op("Where", {open, one, sizes})});
    x = out.concat({token, x}, 1);
    ++tokens;
  }
  x = out.add(x, out.weight({1, tokens, s.features}, 0.5f));
  for (std::int64_t block = 0; block < s.depth; ++block) {
    out.enter("/blocks." + std::to_string(block));
    x = out.add(x, self_attention(out, out.layer_norm(x, s.features, 1e-6), s, tokens));
    x = out.add(x, out.mlp(out.layer_norm(x, s.features, 1e-6), s.features, s.mlp_ratio * s.features));
  }
  out.enter("/norm");
  return out.layer_norm(x, s.features, 1e-6);
}

OnnxBuilder vit(const ExportStyle& style, const VitSizes& s) {
  Exporter out(style);
  const Value tokens = vit_tokens(out, s, out.input("image", {style.batch, 3, s.height, s.width}));
  out.enter("/head");
  const Value first = out.op("Gather", {tokens, out.constant(scalar("int64", 0))}, {{"axis", std::int64_t{1}}});
  out.output(out.gemm(first, s.features, s.classes), "logits", {style.batch, s.classes});
  return out.finish();
}

}  // namespace inf::tests
