#include "workloads/encoder/encoder.h"

#include <limits>

#include "isa/base/atomic_file.h"
#include "workloads/encoder/names.h"
#include "workloads/encoder/tensors.h"
#include "workloads/onnx/attributes.h"
#include "workloads/onnx/transformer_layers.h"

namespace inf::workloads {
namespace {

constexpr std::int64_t kOpset = 17;     // the first with LayerNormalization
constexpr std::int64_t kIrVersion = 8;  // the one that came with opset 17's releases

/// What is added to the scores, [batch, 1, 1, sequence]: 0 for a token, the lowest number for padding.
std::string write_mask(TransformerLayers& l) {
  GraphWriter& g = l.graph;
  const std::string rows = g.op("Unsqueeze", "", {kAttentionMask, g.ints({1}, {1})});
  const std::string wide = g.op("Unsqueeze", "", {rows, g.ints({1}, {2})});
  const std::string present = g.cast("", wide, onnx::TensorProto::FLOAT);
  const std::string absent = g.op("Sub", "", {g.scalar(1), present});
  return g.op("Mul", "", {absent, g.scalar(std::numeric_limits<float>::lowest())});
}

std::string write_embeddings(TransformerLayers& l, const EncoderOptions& o) {
  GraphWriter& g = l.graph;
  const EncoderShape& s = o.shape;
  const std::string in = "/embeddings", table = "embeddings.";
  const auto rows = [&](const std::string& name, const std::string& ids) {
    return g.gather(in + "/" + name, l.vector(table + name + ".weight"), ids, 0);
  };
  std::vector<std::int64_t> places, zeros(static_cast<std::size_t>(o.sequence), 0);
  for (std::int64_t i = 0; i < o.sequence; ++i) places.push_back(s.first_position + i);
  std::string x = rows("word_embeddings", kInputIds);
  if (s.token_types > 0)
    x = g.op("Add", in,
             {x, rows("token_type_embeddings", s.token_type_input ? kTokenTypeIds : g.ints({1, o.sequence}, zeros))});
  x = g.op("Add", in, {x, rows("position_embeddings", g.ints({1, o.sequence}, places))});
  return l.layer_norm(in + "/LayerNorm", x, table + "LayerNorm", s.epsilon);
}

std::string write_layer(TransformerLayers& l, const std::string& x, const std::string& mask, const EncoderOptions& o,
                        std::int64_t layer) {
  GraphWriter& g = l.graph;
  const EncoderShape& s = o.shape;
  const LayerNames n = layer_names(s.family, layer);
  const auto linear = [&](const std::string& from, const std::string& name) {
    return l.linear(module_scope(name), from, name);
  };
  const std::string self = module_scope(n.query.substr(0, n.query.rfind('.')));
  const std::string q = l.split_heads(self, linear(x, n.query), o.sequence, s.heads);
  const std::string k = l.split_heads_transposed(self, linear(x, n.key), o.sequence, s.heads);
  const std::string v = l.split_heads(self, linear(x, n.value), o.sequence, s.heads);
  const std::string seen = linear(l.attend(self, q, k, v, mask, o.sequence, s.heads), n.joined);
  const auto add_norm = [&](const std::string& branch, const std::string& stream, const std::string& name) {
    const std::string scope = module_scope(name);
    const std::string sum = g.op("Add", scope.substr(0, scope.rfind('/')), {branch, stream});
    return l.layer_norm(scope, sum, name, s.epsilon);
  };
  const std::string y = add_norm(seen, x, n.attention_norm);
  const std::string up = linear(y, n.up);
  const std::string scope = module_scope(n.up);
  const std::string hidden = l.gelu(scope.substr(0, scope.rfind('/')) + "/activation", up);
  return add_norm(linear(hidden, n.down), y, n.output_norm);
}

/// The first token's vector, [batch, width].
std::string first_token(TransformerLayers& l, const std::string& x) {
  return l.graph.gather("", x, l.graph.ints({}, {0}), 1);
}

std::string write_classifier(TransformerLayers& l, const std::string& x, EncoderFamily family) {
  const HeadNames n = head_names(family);
  const std::string scope = module_scope(n.dense), dense = l.gemm(scope, first_token(l, x), n.dense);
  const auto function = [&]() -> std::string {
    switch (family) {
      case EncoderFamily::bert:
      case EncoderFamily::roberta: return l.graph.op("Tanh", scope, {dense});
      case EncoderFamily::electra: return l.gelu(scope, dense);
      case EncoderFamily::distilbert: return l.graph.op("Relu", scope, {dense});
    }
    return dense;
  };
  return l.gemm(module_scope(n.classifier), function(), n.classifier);
}

std::string write_head(TransformerLayers& l, const std::string& x, const EncoderOptions& o) {
  switch (o.head) {
    case EncoderHead::hidden: return x;
    case EncoderHead::cls: return first_token(l, x);
    case EncoderHead::classification: return write_classifier(l, x, o.shape.family);
  }
  return x;
}

std::vector<std::int64_t> output_shape(const EncoderOptions& o) {
  switch (o.head) {
    case EncoderHead::hidden: return {o.batch, o.sequence, o.shape.width};
    case EncoderHead::cls: return {o.batch, o.shape.width};
    case EncoderHead::classification: return {o.batch, kEncoderClasses};
  }
  return {};
}

}  // namespace

std::string output_name(EncoderHead head) {
  switch (head) {
    case EncoderHead::hidden: return "last_hidden_state";
    case EncoderHead::cls: return "sentence_embedding";
    case EncoderHead::classification: return "logits";
  }
  return {};
}

std::string encoder_onnx(const EncoderOptions& o) {
  check(o);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("inf-sim");
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(std::string(o.shape.name));
  for (const char* input : {kInputIds, kAttentionMask})
    describe(*graph.add_input(), input, {o.batch, o.sequence}, onnx::TensorProto::INT64);
  if (o.shape.token_type_input)
    describe(*graph.add_input(), kTokenTypeIds, {o.batch, o.sequence}, onnx::TensorProto::INT64);
  const auto source = std::make_shared<WeightSource>(o.weights, encoder_tensors(o.shape, o.head), o.shape.name);
  TransformerLayers layers(
      GraphWriter(graph),
      [source](const std::string& name) { return std::make_shared<const WeightTensor>(source->take(name)); }, o.batch,
      o.shape.width);
  const std::string mask = write_mask(layers);
  std::string x = write_embeddings(layers, o);
  for (std::int64_t i = 0; i < o.shape.depth; ++i) x = write_layer(layers, x, mask, o, i);
  layers.graph.name_output(write_head(layers, x, o), output_name(o.head));
  describe(*graph.add_output(), output_name(o.head), output_shape(o));
  return model.SerializeAsString();
}

void write_encoder(const EncoderOptions& options, const std::filesystem::path& file) {
  write_file_atomically(file, encoder_onnx(options));
}

}  // namespace inf::workloads
