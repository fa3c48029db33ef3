#include <doctest/doctest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "tests/workloads/files.h"
#include "workloads/encoder/encoder.h"
#include "workloads/encoder/tensors.h"

using namespace inf;
using namespace inf::workloads;

namespace {

/// One of the encoders with a single layer, which is what the tests below look at.
EncoderOptions options(const char* name, EncoderHead head, std::int64_t sequence = 8, std::int64_t batch = 1) {
  const EncoderShape* shape = find_encoder(name);
  REQUIRE(shape != nullptr);
  EncoderOptions o{.shape = *shape, .batch = batch, .sequence = sequence, .head = head};
  o.shape.depth = 1;
  o.shape.vocabulary = 50;
  return o;
}

std::int64_t parameters(const EncoderShape& shape) {
  std::size_t sum = 0;
  for (const ModelTensor& tensor : encoder_tensors(shape, EncoderHead::hidden)) sum += element_count(tensor.need.shape);
  return static_cast<std::int64_t>(sum);
}

}  // namespace

TEST_CASE("encoders have the parameters of the published models without pooler") {
  struct Row {
    const char* name;
    std::int64_t parameters;
  };
  const Row rows[] = {{"bert-base", 108891648},    {"bert-large", 334092288},   {"distilbert", 66362880},
                      {"roberta-base", 124055040}, {"electra-base", 108891648}, {"bge-base", 108891648}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const EncoderShape* shape = find_encoder(row.name);
    REQUIRE(shape != nullptr);
    CHECK(parameters(*shape) == row.parameters);
  }
  CHECK(find_encoder("bert") == nullptr);
}

TEST_CASE("an encoder is valid ONNX with the inputs and the output of its kind") {
  struct Row {
    const char* name;
    EncoderHead head;
    int inputs;
    const char* output;
    std::vector<std::int64_t> shape;
  };
  const Row rows[] = {
      {"bert-base", EncoderHead::hidden, 3, "last_hidden_state", {2, 8, 768}},
      {"bert-base", EncoderHead::classification, 3, "logits", {2, 2}},
      {"bge-base", EncoderHead::cls, 3, "sentence_embedding", {2, 768}},
      {"distilbert", EncoderHead::classification, 2, "logits", {2, 2}},
      {"roberta-base", EncoderHead::classification, 2, "logits", {2, 2}},
      {"electra-base", EncoderHead::classification, 3, "logits", {2, 2}},
      {"bert-large", EncoderHead::hidden, 3, "last_hidden_state", {2, 8, 1024}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.output);
    onnx::ModelProto model;
    REQUIRE(model.ParseFromString(encoder_onnx(options(row.name, row.head, 8, 2))));
    onnx::checker::check_model(model);
    CHECK(model.graph().input_size() == row.inputs);
    CHECK(model.graph().output(0).name() == row.output);
    model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(true, 1, true));
    std::vector<std::int64_t> shape;
    for (const auto& dim : model.graph().output(0).type().tensor_type().shape().dim()) shape.push_back(dim.dim_value());
    CHECK(shape == row.shape);
  }
}

TEST_CASE("weights come from a file, with or without the name of the encoder before theirs") {
  const test::ScratchFolder folder("encoder_file");
  EncoderOptions o = options("bert-base", EncoderHead::classification);
  o.weights.seed = 5;
  TensorMap tensors;
  WeightSource source(o.weights, encoder_tensors(o.shape, o.head), "bert-base");
  for (const ModelTensor& tensor : encoder_tensors(o.shape, o.head))
    tensors.emplace(tensor.need.name, source.take(tensor.need.name));
  const std::string want = encoder_onnx(o);
  for (const char* prefix : {"", "bert."}) {
    CAPTURE(prefix);
    EncoderOptions from_file = o;
    from_file.weights =
        parse_weight_choice(folder.write("w.safetensors", test::as_safetensors(tensors, prefix)).string());
    CHECK(encoder_onnx(from_file) == want);
  }
}

TEST_CASE("what cannot be built is refused") {
  struct Row {
    const char* name;
    EncoderOptions options;
    const char* want;
  };
  const Row rows[] = {
      {"no sequence", options("bert-base", EncoderHead::hidden, 8, 0), "batch = 0 is outside 1..1024"},
      {"longer than its positions", options("bert-base", EncoderHead::hidden, 513), "sequence = 513 is outside 1..512"},
      {"positions behind the padding index", options("roberta-base", EncoderHead::hidden, 513),
       "sequence = 513 is outside 1..512"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(test::error_of([&] { encoder_onnx(row.options); }).find(row.want) != std::string::npos);
  }
  CHECK(test::error_of([] { parse_encoder_head("pooled", "--head"); }).find("--head: head = pooled is none of") !=
        std::string::npos);
}
