#include <cmath>
#include <limits>

#include "tests/models/transformers.h"

namespace inf::tests {
namespace {

using Value = Exporter::Value;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Weights of torch.nn.MultiheadAttention; the input projection is kept as q and as k and v together.
struct AttentionWeights {
  Exporter::Parameters q, kv, out;
};

/// What every decoder pass shares.
struct Decoder {
  Exporter::Parameters norm_q, norm_c, norm_1, norm_2, norm, up, down, head;
  AttentionWeights self, cross;
  Value embedding, positions;  ///< [charset + 3, d], [1, L, d]
};

class Writer {
 public:
  Writer(Exporter& out, const ParseqSizes& s)
      : out_(out), s_(s), n_(out.style.batch), d_(s.encoder.features), steps_(s.characters + 1) {
    const auto attention = [&] {
      return AttentionWeights{out.linear_parameters(d_, d_), out.linear_parameters(d_, 2 * d_),
                              out.gemm_parameters(d_, d_)};
    };
    w_ = {out.norm_parameters(d_),
          out.norm_parameters(d_),
          out.norm_parameters(d_),
          out.norm_parameters(d_),
          out.norm_parameters(d_),
          out.linear_parameters(d_, 4 * d_),
          out.linear_parameters(4 * d_, d_),
          out.linear_parameters(d_, s.charset + 1),
          attention(),
          attention(),
          out.weight({s.charset + 3, d_}, 0.5f),
          out.weight({1, steps_, d_}, 1)};
  }

  Value parallel(const Value& memory) {
    out_.enter("/decode");
    const Value tokens =
        out_.constant({"int64", {n_, 1}, std::vector<double>(static_cast<std::size_t>(n_), bos()), true});
    return head(decode(memory, queries(0, steps_), steps_, tokens, 1, "", ""));
  }

  Value sequential(const Value& memory) {
    std::vector<double> start(static_cast<std::size_t>(n_ * steps_), pad());
    for (std::int64_t i = 0; i < n_; ++i) start[static_cast<std::size_t>(i * steps_)] = bos();
    Value tokens = out_.constant({"int64", {n_, steps_}, start, true});
    const Value mask = causal();
    std::vector<Value> logits;
    for (std::int64_t i = 0; i < steps_; ++i) {
      out_.enter("/step." + std::to_string(i));
      const Value prefix = out_.slice(tokens, 1, 0, i + 1);
      const Value row = out_.slice(out_.slice(mask, 0, i, i + 1), 1, 0, i + 1);
      logits.push_back(head(decode(memory, queries(i, i + 1), 1, prefix, i + 1, row, "")));
      if (i + 1 < steps_) tokens = write(tokens, i + 1, logits.back());
    }
    return out_.concat(logits, 1);
  }

  Value refined(const Value& memory, const Value& logits) {
    const Value start =
        out_.constant({"int64", {n_, 1}, std::vector<double>(static_cast<std::size_t>(n_), bos()), true});
    const Value best = out_.op("ArgMax", {out_.slice(logits, 1, 0, steps_ - 1)},
                               {{"axis", std::int64_t{-1}}, {"keepdims", std::int64_t{0}}});
    const Value tokens = out_.concat({start, best}, 1);
    const Value ends = out_.op("Equal", {tokens, out_.constant(scalar("int64", 0))});
    const Value count =
        out_.op("CumSum", {out_.op("Cast", {ends}, {{"to", std::int64_t{6}}}), out_.constant(scalar("int64", -1))});
    const Value padding = out_.op("Greater", {count, out_.constant(scalar("int32", 0))});
    return head(decode(memory, queries(0, steps_), steps_, tokens, steps_, cloze(), padding));
  }

 private:
  double bos() const { return static_cast<double>(s_.charset + 1); }
  double pad() const { return static_cast<double>(s_.charset + 2); }

  Value square_mask(auto hidden) {
    std::vector<double> m;
    for (std::int64_t i = 0; i < steps_; ++i)
      for (std::int64_t j = 0; j < steps_; ++j) m.push_back(hidden(i, j) ? -kInfinity : 0);
    return out_.constant(floats({steps_, steps_}, std::move(m)));
  }
  Value causal() {
    return square_mask([](std::int64_t i, std::int64_t j) { return j > i; });
  }
  Value cloze() {
    return square_mask([](std::int64_t i, std::int64_t j) { return j == i + 1; });
  }

  /// Position queries [N, to - from, d].
  Value queries(std::int64_t from, std::int64_t to) {
    const double size[] = {static_cast<double>(n_), -1, -1};
    const Value sizes = out_.list({size[0], size[1], size[2]});
    const Value one = out_.op("ConstantOfShape", {out_.list({3})}, {{"value", ints({1})}});
    const Value open = out_.op("Equal", {sizes, out_.op("Mul", {one, out_.list({-1})})});
    const Value all = out_.op("Expand", {w_.positions, out_.op("Where", {open, one, sizes})});
    return to - from == steps_ ? all : out_.slice(all, 1, from, to);
  }
  Value embed(const Value& tokens) {
    const Value rows = out_.op("Gather", {w_.embedding, tokens}, {{"axis", std::int64_t{0}}});
    return out_.op("Mul", {rows, out_.number(std::sqrt(static_cast<double>(d_)))});
  }
  /// The first token's embedding, then the others' on top of the positions before them.
  Value content(const Value& tokens, std::int64_t count) {
    const Value first = embed(out_.slice(tokens, 1, 0, 1));
    const Value others = embed(out_.slice(tokens, 1, 1, count));
    return out_.concat({first, out_.add(out_.slice(w_.positions, 1, 0, count - 1), others)}, 1);
  }
  /// Puts the best class of the last logits [N, 1, classes] at position `at` of the tokens.
  Value write(const Value& tokens, std::int64_t at, const Value& logits) {
    const Value best =
        out_.op("ArgMax", {out_.squeeze(logits, 1)}, {{"axis", std::int64_t{-1}}, {"keepdims", std::int64_t{0}}});
    if (s_.where_write) {
      std::vector<double> here(static_cast<std::size_t>(steps_), 0);
      here[static_cast<std::size_t>(at)] = 1;
      const Value there = out_.constant({"bool", {1, steps_}, here, true});
      return out_.op("Where", {there, out_.unsqueeze(best, 1), tokens});
    }
    std::vector<double> places;
    for (std::int64_t i = 0; i < n_; ++i)
      places.push_back(static_cast<double>(i)), places.push_back(static_cast<double>(at));
    return out_.op("ScatterND", {tokens, out_.constant({"int64", {n_, 2}, places, true}), best});
  }

  /// [T, N, E] to [N * h, T, E / h].
  Value heads(const Value& x, std::int64_t count) {
    const auto length = out_.size(x, 0, count);
    return out_.transpose(out_.reshape(x, {length, n_ * s_.heads, d_ / s_.heads}), {1, 0, 2});
  }
  /// torch.nn.MultiheadAttention with the batch first; `mask` [Tq, Tk] and `padding` [N, Tk] are "" when absent.
  Value attention(const Value& query, std::int64_t rows, const Value& source, std::int64_t keys,
                  const AttentionWeights& w, const Value& mask, const Value& padding) {
    const Value q_first = out_.transpose(query, {1, 0, 2}), source_first = out_.transpose(source, {1, 0, 2});
    const Value q = heads(out_.linear(q_first, w.q), rows);
    const Value both = out_.reshape(out_.linear(source_first, w.kv), {keys, n_, std::int64_t{2}, d_});
    const Value apart = out_.squeeze(out_.transpose(out_.unsqueeze(both, 0), {3, 1, 2, 0, 4}), 3);
    const auto pick = [&](double i) {
      return out_.op("Gather", {apart, out_.constant(scalar("int64", i))}, {{"axis", std::int64_t{0}}});
    };
    const Value k = heads(pick(0), keys), v = heads(pick(1), keys);
    const Value scaled = out_.op("Mul", {q, out_.number(std::sqrt(1 / static_cast<double>(d_ / s_.heads)))});
    Value scores = out_.op("MatMul", {scaled, out_.transpose(k, {0, 2, 1})});
    if (!mask.empty()) {  // baddbmm: both summands carry a factor
      const Value product = out_.op("Mul", {scores, out_.number(1)});
      scores = out_.add(product, out_.op("Mul", {joined_mask(mask, padding, keys), out_.number(1)}));
    }
    const Value weights = out_.op("Softmax", {scores}, {{"axis", std::int64_t{-1}}});
    const Value joined = out_.transpose(out_.op("MatMul", {weights, v}), {1, 0, 2});
    const Value y = out_.gemm(out_.reshape(joined, {rows * n_, d_}), w.out);
    return out_.transpose(out_.reshape(y, {rows, n_, d_}), {1, 0, 2});
  }
  Value joined_mask(const Value& mask, const Value& padding, std::int64_t keys) {
    const Value wide = out_.unsqueeze(mask, 0);
    if (padding.empty()) return wide;
    const Value closed = out_.op("Where", {padding, out_.number(-kInfinity), out_.number(0)});
    const Value rows = out_.reshape(closed, {n_, std::int64_t{1}, std::int64_t{1}, keys});
    const Value sizes =
        out_.list({static_cast<double>(n_), static_cast<double>(s_.heads), 1, static_cast<double>(keys)});
    return out_.add(wide, out_.reshape(out_.op("Expand", {rows, sizes}), {n_ * s_.heads, std::int64_t{1}, keys}));
  }

  /// The query stream of the decoder layer and the norm behind it.
  Value decode(const Value& memory, const Value& query, std::int64_t rows, const Value& tokens, std::int64_t count,
               const Value& mask, const Value& padding) {
    const Value source = out_.layer_norm(content(tokens, count), w_.norm_c, 1e-5);
    const Value asked = out_.layer_norm(query, w_.norm_q, 1e-5);
    Value x = out_.add(query, attention(asked, rows, source, count, w_.self, mask, padding));
    const std::int64_t seen = s_.encoder.height / s_.encoder.patch_height * (s_.encoder.width / s_.encoder.patch_width);
    x = out_.add(x, attention(out_.layer_norm(x, w_.norm_1, 1e-5), rows, memory, seen, w_.cross, "", ""));
    x = out_.add(x, out_.linear(out_.gelu(out_.linear(out_.layer_norm(x, w_.norm_2, 1e-5), w_.up)), w_.down));
    return out_.layer_norm(x, w_.norm, 1e-5);
  }
  Value head(const Value& x) { return out_.linear(x, w_.head); }

  Exporter& out_;
  const ParseqSizes& s_;
  const std::int64_t n_, d_, steps_;
  Decoder w_;
};

}  // namespace

ParseqSizes parseq_small() {
  ParseqSizes s;
  s.encoder = {32, 128, 4, 8, 12, 384, 6, 4, 0, false};
  s.heads = 12, s.characters = 25;
  return s;
}
ParseqSizes parseq_tiny() {
  ParseqSizes s = parseq_small();
  s.encoder.features = 192, s.encoder.heads = 3, s.heads = 6;
  return s;
}

OnnxBuilder parseq(const ExportStyle& style, const ParseqSizes& s) {
  Exporter out(style);
  const Value memory =
      vit_tokens(out, s.encoder, out.input("image", {style.batch, 3, s.encoder.height, s.encoder.width}));
  Writer writer(out, s);
  Value logits = s.decode == ParseqSizes::Decode::parallel ? writer.parallel(memory) : writer.sequential(memory);
  for (int i = 0; i < s.refinements; ++i) {
    out.enter("/refine." + std::to_string(i));
    logits = writer.refined(memory, logits);
  }
  out.output(logits, "logits", {style.batch, s.characters + 1, s.charset + 1});
  return out.finish();
}

}  // namespace inf::tests
