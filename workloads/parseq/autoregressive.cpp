#include "workloads/parseq/autoregressive.h"

#include <fmt/format.h>

#include "workloads/onnx/attributes.h"
#include "workloads/parseq/weights.h"

namespace inf::workloads {
namespace {

std::string arg_max(GraphWriter& g, const std::string& scope, const std::string& logits, std::int64_t batch) {
  onnx::NodeProto& best = g.add("ArgMax", scope, {logits});
  add_int(best, "axis", 2);
  add_int(best, "keepdims", 0);
  return g.reshape(scope, best.output(0), {batch});
}

// A row [d] of a position table for every word: [batch, 1, d].
std::string for_each_word(Layers& l, const std::string& scope, const std::string& row) {
  const std::string one = l.graph.reshape(scope, row, {1, 1, l.options.shape.width});
  return l.options.batch == 1 ? one : l.graph.expand(scope, one, {l.options.batch, 1, l.options.shape.width});
}

// The content row of `token` [batch] at a position, as keys and values [batch, 1, d].
KeysValues content_row(Layers& l, const std::string& scope, const std::string& token, const std::string& position) {
  const std::string embedded = l.graph.gather(scope + "/text_embed", embedding_table(l), token, 0);
  const std::string content = l.graph.op("Add", scope, {embedded, position});
  return write_content(l, scope, l.graph.reshape(scope, content, {l.options.batch, 1, l.options.shape.width}));
}

KeysValues split(Layers& l, const std::string& scope, const KeysValues& rows, std::int64_t tokens) {
  const std::int64_t heads = l.options.shape.decoder_heads;
  return {l.split_heads_transposed(scope + "/self_attn/key", rows.keys, tokens, heads),
          l.split_heads(scope + "/self_attn/value", rows.values, tokens, heads)};
}

std::string zeros(GraphWriter& g, const std::string& scope, const std::vector<std::int64_t>& shape) {
  return g.op("ConstantOfShape", scope, {g.ints({static_cast<std::int64_t>(shape.size())}, shape)});
}

// Row i of the result masks every content position after i.
std::string causal_masks(Layers& l) {
  const std::int64_t n = l.options.positions();
  return l.graph.floats_once("causal_masks", [&] {
    WeightTensor mask{{n, n}, std::vector<float>(static_cast<std::size_t>(n * n), 0.0F)};
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t k = i + 1; k < n; ++k) mask.data[static_cast<std::size_t>(i * n + k)] = kMasked;
    return mask;
  });
}

std::string row_of(Layers& l, const std::string& scope, const std::string& table, const std::string& index) {
  return l.graph.gather(scope, table, index, 0);
}

// Names of a loop body's inputs, in order.
constexpr const char *kIteration = "iteration", *kGoesOn = "goes_on", *kToken = "token", *kKeys = "keys",
                     *kValues = "values", *kOpen = "open", *kLogits = "logits_so_far";

struct Body {
  std::string goes_on, token, keys, values, open, logits;
};

Body write_body(Layers& l, const PositionTables& tables, const KeysValues& memory) {
  GraphWriter& g = l.graph;
  const std::int64_t n = l.options.positions(), batch = l.options.batch;
  const std::string scope = "/decoder/loop";
  const KeysValues rows = content_row(l, scope, kToken, row_of(l, scope, tables.content, kIteration));
  std::vector<std::int64_t> positions(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) positions[static_cast<std::size_t>(i)] = i;
  const std::string here = g.op("Equal", scope, {g.ints({1, n, 1}, positions), kIteration});
  Body out;
  out.keys = g.op("Where", scope + "/cache", {here, rows.keys, kKeys});
  out.values = g.op("Where", scope + "/cache", {here, rows.values, kValues});

  const Queries query{for_each_word(l, scope, row_of(l, scope, tables.queries.stream, kIteration)),
                      for_each_word(l, scope, row_of(l, scope, tables.queries.projected, kIteration))};
  const std::string mask = row_of(l, scope, causal_masks(l), kIteration);
  const std::string logits =
      write_decoder(l, scope, query, split(l, scope, {out.keys, out.values}, n), mask, memory, 1);
  out.logits = g.op("Where", scope, {here, logits, kLogits});
  out.token = arg_max(g, scope, logits, batch);
  const std::string not_end = g.op("Greater", scope, {out.token, g.ints({}, {kEndToken})});
  out.open = g.op("Mul", scope, {kOpen, g.cast(scope, not_end, onnx::TensorProto::FLOAT)});
  if (!l.options.early_end) {
    out.goes_on = g.op("Identity", scope, {kGoesOn});
    return out;
  }
  onnx::NodeProto& any = g.add("ReduceMax", scope, {out.open});
  add_ints(any, "axes", {0});
  add_int(any, "keepdims", 0);
  out.goes_on = g.op("Greater", scope, {any.output(0), g.scalar(0.0F)});
  return out;
}

}  // namespace

std::string write_loop(Layers& l, const PositionTables& tables, const KeysValues& memory) {
  GraphWriter& g = l.graph;
  const std::int64_t n = l.options.positions(), d = l.options.shape.width, batch = l.options.batch;
  const std::string scope = "/decoder";
  const std::vector<std::int64_t> cache{batch, n, d}, scores{batch, n, kHeadClasses};
  const std::string begin = g.ints({batch}, std::vector<std::int64_t>(static_cast<std::size_t>(batch), kBeginToken));
  const std::string open = g.floats("open_words", {batch}, std::vector<float>(static_cast<std::size_t>(batch), 1.0F));
  const std::string no_keys = zeros(g, scope, cache), no_values = zeros(g, scope, cache);
  const std::string no_logits = zeros(g, scope, scores);

  onnx::GraphProto body;
  body.set_name("step");
  using Type = onnx::TensorProto;
  describe(*body.add_input(), kIteration, {}, Type::INT64);
  describe(*body.add_input(), kGoesOn, {}, Type::BOOL);
  describe(*body.add_input(), kToken, {batch}, Type::INT64);
  describe(*body.add_input(), kKeys, cache);
  describe(*body.add_input(), kValues, cache);
  describe(*body.add_input(), kOpen, {batch});
  describe(*body.add_input(), kLogits, scores);
  Layers inner = l.inside(body);
  const Body out = write_body(inner, tables, memory);
  describe(*body.add_output(), out.goes_on, {}, Type::BOOL);
  describe(*body.add_output(), out.token, {batch}, Type::INT64);
  describe(*body.add_output(), out.keys, cache);
  describe(*body.add_output(), out.values, cache);
  describe(*body.add_output(), out.open, {batch});
  describe(*body.add_output(), out.logits, scores);

  onnx::NodeProto& loop = g.add("Loop", scope, {g.ints({}, {n}), "", begin, no_keys, no_values, open, no_logits}, 5);
  onnx::AttributeProto& attribute = *loop.add_attribute();
  attribute.set_name("body");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  *attribute.mutable_g() = std::move(body);
  return loop.output(4);
}

std::string write_unrolled(Layers& l, const PositionTables& tables, const KeysValues& memory) {
  GraphWriter& g = l.graph;
  const std::int64_t n = l.options.positions(), batch = l.options.batch;
  std::string token = g.ints({batch}, std::vector<std::int64_t>(static_cast<std::size_t>(batch), kBeginToken));
  KeysValues cache;
  GraphWriter::Inputs all;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::string scope = fmt::format("/decoder/step.{}", i);
    const std::string index = g.ints({}, {i});
    const KeysValues rows = content_row(l, scope, token, row_of(l, scope, tables.content, index));
    cache = i == 0 ? rows
                   : KeysValues{g.concat(scope, {cache.keys, rows.keys}, 1),
                                g.concat(scope, {cache.values, rows.values}, 1)};
    const Queries query{for_each_word(l, scope, row_of(l, scope, tables.queries.stream, index)),
                        for_each_word(l, scope, row_of(l, scope, tables.queries.projected, index))};
    all.push_back(write_decoder(l, scope, query, split(l, scope, cache, i + 1), "", memory, 1));
    if (i + 1 < n) token = arg_max(g, scope, all.back(), batch);
  }
  return n == 1 ? all[0] : g.concat("/decoder", all, 1);
}

std::string write_step(Layers& l, const PositionTables& tables, const KeysValues& memory, const std::string& tokens) {
  GraphWriter& g = l.graph;
  const std::int64_t j = l.options.prefix;
  const std::string scope = "/decoder/step", index = g.ints({}, {j - 1});
  const std::string embedded = g.gather(scope + "/text_embed", embedding_table(l), tokens, 0);
  const std::string content = g.op("Add", scope, {embedded, g.slice(scope, tables.content, 0, 0, j)});
  const Queries query{for_each_word(l, scope, row_of(l, scope, tables.queries.stream, index)),
                      for_each_word(l, scope, row_of(l, scope, tables.queries.projected, index))};
  return write_decoder(l, scope, query, split(l, scope, write_content(l, scope, content), j), "", memory, 1);
}

}  // namespace inf::workloads
