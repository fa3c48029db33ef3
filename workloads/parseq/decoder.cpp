#include "workloads/parseq/decoder.h"

#include <fmt/format.h>

#include <cmath>

#include "workloads/onnx/attributes.h"
#include "workloads/parseq/weights.h"

namespace inf::workloads {
namespace {

constexpr float kEpsilon = 1e-5F;
constexpr const char* kLayer = "decoder.layers.0.";

// Query i must not see content position i + 1, which holds the token that it predicts.
std::string cloze_mask(Layers& l) {
  const std::int64_t n = l.options.positions();
  return l.graph.floats_once("cloze_mask", [&] {
    WeightTensor mask{{1, 1, n, n}, std::vector<float>(static_cast<std::size_t>(n * n), 0.0F)};
    for (std::int64_t i = 0; i + 1 < n; ++i) mask.data[static_cast<std::size_t>(i * n + i + 1)] = kMasked;
    return mask;
  });
}

// 0 before the first [E] of a row of tokens, kMasked from it on: [batch, 1, 1, positions].
std::string padding_mask(Layers& l, const std::string& scope, const std::string& tokens) {
  GraphWriter& g = l.graph;
  const std::string is_end = g.op("Equal", scope, {tokens, g.ints({}, {kEndToken})});
  const std::string ends = g.op("CumSum", scope, {g.cast(scope, is_end, onnx::TensorProto::FLOAT), g.ints({}, {1})});
  const std::string ended = g.op("Greater", scope, {ends, g.scalar(0.0F)});
  const std::string mask = g.op("Where", scope, {ended, g.scalar(kMasked), g.scalar(0.0F)});
  return g.reshape(scope, mask, {l.options.batch, 1, 1, l.options.positions()});
}

}  // namespace

PositionTables write_position_tables(Layers& l) {
  const std::int64_t n = l.options.positions(), d = l.options.shape.width;
  const WeightTensor& queries = l.weight("pos_queries");
  PositionTables tables;
  tables.content = l.graph.floats_once("content_positions", [&] {
    WeightTensor table{{n, d}, std::vector<float>(static_cast<std::size_t>(n * d), 0.0F)};
    std::copy(queries.data.begin(), queries.data.end() - d, table.data.begin() + d);
    return table;
  });
  tables.queries.stream = l.graph.floats("pos_queries.rows", {n, d}, queries.data);
  const std::string normed =
      l.layer_norm("/decoder/norm_q", tables.queries.stream, std::string(kLayer) + "norm_q", kEpsilon);
  tables.queries.projected =
      l.in_projection("/decoder/self_attn/query", normed, std::string(kLayer) + "self_attn", Part::query);
  return tables;
}

std::string embedding_table(Layers& l) {
  return l.graph.floats_once("text_embed.embedding.weight.scaled", [&] {
    WeightTensor table = l.weight("text_embed.embedding.weight");
    const float scale = std::sqrt(static_cast<float>(l.options.shape.width));
    for (float& value : table.data) value *= scale;
    return table;
  });
}

KeysValues write_content(Layers& l, const std::string& scope, const std::string& content) {
  const std::string layer = kLayer;
  const std::string normed = l.layer_norm(scope + "/norm_c", content, layer + "norm_c", kEpsilon);
  return {l.in_projection(scope + "/self_attn/key", normed, layer + "self_attn", Part::key),
          l.in_projection(scope + "/self_attn/value", normed, layer + "self_attn", Part::value)};
}

KeysValues write_memory(Layers& l, const std::string& memory) {
  const std::string scope = "/decoder/cross_attn", weight = std::string(kLayer) + "cross_attn";
  const std::int64_t tokens = l.options.shape.patches(), heads = l.options.shape.decoder_heads;
  const std::string keys = l.in_projection(scope + "/key", memory, weight, Part::key);
  const std::string values = l.in_projection(scope + "/value", memory, weight, Part::value);
  return {l.split_heads_transposed(scope + "/key", keys, tokens, heads),
          l.split_heads(scope + "/value", values, tokens, heads)};
}

std::string write_decoder(Layers& l, const std::string& scope, const Queries& queries, const KeysValues& content,
                          const std::string& mask, const KeysValues& memory, std::int64_t positions) {
  GraphWriter& g = l.graph;
  const std::string layer = kLayer;
  const std::int64_t heads = l.options.shape.decoder_heads;
  const std::string self = scope + "/self_attn", cross = scope + "/cross_attn";

  const std::string q = l.split_heads(self, queries.projected, positions, heads);
  const std::string seen = l.attend(self, q, content.keys, content.values, mask, positions, heads);
  std::string x =
      g.op("Add", scope, {queries.stream, l.linear(self + "/out_proj", seen, layer + "self_attn.out_proj")});

  const std::string normed = l.layer_norm(scope + "/norm1", x, layer + "norm1", kEpsilon);
  const std::string cross_q = l.split_heads(
      cross, l.in_projection(cross + "/query", normed, layer + "cross_attn", Part::query), positions, heads);
  const std::string looked = l.attend(cross, cross_q, memory.keys, memory.values, "", positions, heads);
  x = g.op("Add", scope, {x, l.linear(cross + "/out_proj", looked, layer + "cross_attn.out_proj")});

  const std::string m = l.layer_norm(scope + "/norm2", x, layer + "norm2", kEpsilon);
  const std::string hidden = l.gelu(scope + "/activation", l.linear(scope + "/linear1", m, layer + "linear1"));
  x = g.op("Add", scope, {x, l.linear(scope + "/linear2", hidden, layer + "linear2")});
  return l.linear(scope + "/head", l.layer_norm(scope + "/norm", x, "decoder.norm", kEpsilon), "head");
}

Queries write_all_queries(Layers& l, const PositionTables& tables) {
  const std::int64_t n = l.options.positions(), d = l.options.shape.width, batch = l.options.batch;
  const auto for_each_word = [&](const std::string& rows) {
    const std::string one = l.graph.reshape("/decoder/queries", rows, {1, n, d});
    return batch == 1 ? one : l.graph.expand("/decoder/queries", one, {batch, n, d});
  };
  return {for_each_word(tables.queries.stream), for_each_word(tables.queries.projected)};
}

std::string write_single_pass(Layers& l, const PositionTables& tables, const KeysValues& memory) {
  const std::int64_t batch = l.options.batch, heads = l.options.shape.decoder_heads;
  const std::string scope = "/decoder";
  const std::string begin =
      l.graph.ints({batch, 1}, std::vector<std::int64_t>(static_cast<std::size_t>(batch), kBeginToken));
  const std::string content = l.graph.gather(scope + "/text_embed", embedding_table(l), begin, 0);
  const KeysValues rows = write_content(l, scope, content);
  const KeysValues split{l.split_heads_transposed(scope + "/self_attn/key", rows.keys, 1, heads),
                         l.split_heads(scope + "/self_attn/value", rows.values, 1, heads)};
  return write_decoder(l, scope, write_all_queries(l, tables), split, "", memory, l.options.positions());
}

std::string write_refinement(Layers& l, const std::string& scope, const PositionTables& tables,
                             const KeysValues& memory, const std::string& logits) {
  GraphWriter& g = l.graph;
  const std::int64_t batch = l.options.batch, n = l.options.positions(), heads = l.options.shape.decoder_heads;
  onnx::NodeProto& best = g.add("ArgMax", scope, {g.slice(scope, logits, 1, 0, n - 1)});
  add_int(best, "axis", 2);
  add_int(best, "keepdims", 0);
  const std::string begin = g.ints({batch, 1}, std::vector<std::int64_t>(static_cast<std::size_t>(batch), kBeginToken));
  const std::string tokens = g.concat(scope, {begin, best.output(0)}, 1);
  const std::string embedded = g.gather(scope + "/text_embed", embedding_table(l), tokens, 0);
  const std::string content = g.op("Add", scope, {embedded, tables.content});
  const KeysValues rows = write_content(l, scope, content);
  const KeysValues split{l.split_heads_transposed(scope + "/self_attn/key", rows.keys, n, heads),
                         l.split_heads(scope + "/self_attn/value", rows.values, n, heads)};
  const std::string mask = g.op("Add", scope, {padding_mask(l, scope, tokens), cloze_mask(l)});
  return write_decoder(l, scope, write_all_queries(l, tables), split, mask, memory, n);
}

}  // namespace inf::workloads
