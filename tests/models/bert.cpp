#include <cmath>

#include "tests/models/transformers.h"

namespace inf::tests {
namespace {

using Value = Exporter::Value;
using Mask = BertSizes::Mask;
constexpr double kLowest = -3.4028234663852886e38;

/// What is added to the scores (or, for where_scores, which keys are there), [N, 1, 1, T].
Value extended_mask(Exporter& out, const Value& mask, Mask kind) {
  const Value wide = out.unsqueeze(out.unsqueeze(mask, 1), 2);
  if (kind == Mask::where_scores) return out.op("Equal", {wide, out.constant(scalar("int64", 0))});
  const Value absent = out.op("Sub", {out.number(1), out.op("Cast", {wide}, {{"to", std::int64_t{1}}})});
  if (kind == Mask::scaled) return out.op("Mul", {absent, out.number(kLowest)});
  const Value hidden = out.op("Cast", {absent}, {{"to", std::int64_t{9}}});
  return out.op("Where", {hidden, out.number(kLowest), absent});
}

Value embeddings(Exporter& out, const Value& ids, const BertSizes& s) {
  out.enter("/embeddings");
  const auto row = std::vector<Attr>{{"axis", std::int64_t{0}}};
  const Value words = out.op("Gather", {out.weight({s.vocabulary, s.features}, 1), ids}, row);
  std::vector<double> places, zeros;
  for (std::int64_t i = 0; i < s.tokens; ++i) places.push_back(static_cast<double>(i)), zeros.push_back(0);
  const auto ids_of = [&](std::vector<double> v) { return out.constant({"int64", {1, s.tokens}, std::move(v), true}); };
  const Value kinds = out.op("Gather", {out.weight({2, s.features}, 1), ids_of(zeros)}, row);
  const Value positions = out.op("Gather", {out.weight({s.positions, s.features}, 1), ids_of(places)}, row);
  return out.layer_norm(out.add(out.add(words, kinds), positions), s.features, 1e-12);
}

Value self_attention(Exporter& out, const Value& x, const Value& mask, const BertSizes& s) {
  const std::int64_t width = s.features / s.heads;
  const auto n = out.size(x, 0, out.style.batch), t = out.size(x, 1, s.tokens);
  const auto heads = [&](const Dims& perm) {
    return out.transpose(out.reshape(out.linear(x, s.features, s.features), {n, t, s.heads, std::int64_t{width}}),
                         perm);
  };
  const Value q = heads({0, 2, 1, 3}), k = heads({0, 2, 3, 1}), v = heads({0, 2, 1, 3});
  Value scores = out.op("Div", {out.op("MatMul", {q, k}), out.number(std::sqrt(static_cast<double>(width)))});
  if (s.mask == Mask::where_scores)
    scores = out.op("Where", {mask, out.number(-1e9), scores});
  else if (s.mask != Mask::none)
    scores = out.add(scores, mask);
  const Value weights = out.op("Softmax", {scores}, {{"axis", std::int64_t{-1}}});
  const Value joined = out.transpose(out.op("MatMul", {weights, v}), {0, 2, 1, 3});
  return out.linear(out.reshape(joined, {n, t, s.features}), s.features, s.features);
}

}  // namespace

OnnxBuilder bert(const ExportStyle& style, const BertSizes& s) {
  Exporter out(style);
  const Value ids = out.input("input_ids", {style.batch, s.tokens}, "int64");
  Value mask;
  if (s.mask != Mask::none)
    mask = extended_mask(out, out.input("attention_mask", {style.batch, s.tokens}, "int64"), s.mask);
  Value x = embeddings(out, ids, s);
  for (std::int64_t layer = 0; layer < s.depth; ++layer) {
    out.enter("/encoder/layer." + std::to_string(layer));
    x = out.layer_norm(out.add(self_attention(out, x, mask, s), x), s.features, 1e-12);
    x = out.layer_norm(out.add(out.mlp(x, s.features, s.hidden), x), s.features, 1e-12);
  }
  out.output(x, "last_hidden_state", {style.batch, s.tokens, s.features});
  if (s.pooler) {
    out.enter("/pooler");
    const Value first = out.op("Gather", {x, out.constant(scalar("int64", 0))}, {{"axis", std::int64_t{1}}});
    out.output(out.op("Tanh", {out.gemm(first, s.features, s.features)}), "pooler_output", {style.batch, s.features});
  }
  return out.finish();
}

}  // namespace inf::tests
