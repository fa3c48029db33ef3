#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <map>

#include "tests/workloads/files.h"
#include "workloads/parseq/parseq.h"
#include "workloads/parseq/weights.h"

using namespace inf;
using namespace inf::workloads;

namespace {

ParseqOptions small(ParseqMode mode, std::int64_t refine, std::int64_t batch = 1) {
  ParseqOptions options;
  options.shape = {.name = "test",
                   .width = 32,
                   .encoder_depth = 2,
                   .encoder_heads = 2,
                   .decoder_heads = 4,
                   .image_height = 8,
                   .image_width = 32};
  options.characters = 5;
  options.mode = mode;
  options.refine = refine;
  options.batch = batch;
  return options;
}

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes));
  return model;
}

std::vector<std::int64_t> shape_of(const onnx::ValueInfoProto& value) {
  std::vector<std::int64_t> shape;
  for (const auto& dim : value.type().tensor_type().shape().dim()) shape.push_back(dim.dim_value());
  return shape;
}

std::map<std::string, int> counts(const onnx::GraphProto& graph) {
  std::map<std::string, int> counts;
  for (const auto& node : graph.node()) ++counts[node.op_type()];
  return counts;
}

}  // namespace

TEST_CASE("PARSeq is valid ONNX whose inferred shapes are the documented ones") {
  struct Row {
    const char* name;
    ParseqOptions options;
    std::int64_t positions;
  };
  ParseqOptions step = small(ParseqMode::step, 0, 2), fixed = small(ParseqMode::fixed, 0);
  step.prefix = 3;
  fixed.characters = kCaseCharacters;
  ParseqOptions open_end = small(ParseqMode::ar, 1, 2);
  open_end.early_end = false;
  const Row rows[] = {{"nar", small(ParseqMode::nar, 0), 6},
                      {"nar, batch 3, refined twice", small(ParseqMode::nar, 2, 3), 6},
                      {"static", fixed, 51},
                      {"ar", small(ParseqMode::ar, 0), 6},
                      {"ar, batch 2, refined", small(ParseqMode::ar, 1, 2), 6},
                      {"ar without an early end", open_end, 6},
                      {"ar unrolled", small(ParseqMode::ar_unrolled, 1, 2), 6},
                      {"one step", step, 1}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    onnx::ModelProto model = parsed(parseq_onnx(row.options));
    onnx::checker::check_model(model);
    for (auto& output : *model.mutable_graph()->mutable_output())
      output.mutable_type()->mutable_tensor_type()->clear_shape();
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(true, 1, true));
    const auto& graph = model.graph();
    CHECK(graph.input_size() == (row.options.mode == ParseqMode::step ? 2 : 1));
    CHECK(shape_of(graph.input(0)) == std::vector<std::int64_t>{row.options.batch, 3, 8, 32});
    REQUIRE(graph.output_size() == 1);
    CHECK(graph.output(0).name() == kParseqOutput);
    // The loop's carried shapes are the body's to state; inference of opset 17 leaves them open.
    if (row.options.mode != ParseqMode::ar || row.options.refine > 0)
      CHECK(shape_of(graph.output(0)) == std::vector<std::int64_t>{row.options.batch, row.positions, kHeadClasses});
  }
}

TEST_CASE("the autoregressive form is one loop of a trip per position") {
  const onnx::ModelProto model = parsed(parseq_onnx(small(ParseqMode::ar, 0)));
  CHECK(counts(model.graph())["Loop"] == 1);
  const onnx::NodeProto* loop = nullptr;
  for (const auto& node : model.graph().node())
    if (node.op_type() == "Loop") loop = &node;
  REQUIRE(loop != nullptr);
  const onnx::GraphProto& body = loop->attribute(0).g();
  CHECK(body.input_size() == 7);
  CHECK(body.output_size() == 6);
  CHECK(body.initializer_size() == 0);
  std::map<std::string, int> ops = counts(body);
  CHECK(ops["ArgMax"] == 1);
  CHECK(ops["Softmax"] == 2);
  // Keys and values of the memory are made once, before the loop.
  CHECK(ops["MatMul"] == 2 * 2 + 2 + 2 + 1 + 2 + 1);  // scores and mixes; k, v; out projections; cross q; MLP; head
  for (const auto& [name, count] : ops) CHECK(name != "Slice");
}

TEST_CASE("operators of PARSeq-S in one pass") {
  ParseqOptions options;
  options.mode = ParseqMode::nar;
  options.refine = 0;
  const onnx::ModelProto model = parsed(parseq_onnx(options));
  std::map<std::string, int> ops = counts(model.graph());
  CHECK(ops["Conv"] == 1);
  CHECK(ops["LayerNormalization"] == 2 * 12 + 1 + 5);
  CHECK(ops["Softmax"] == 12 + 2);
  CHECK(ops["Erf"] == 12 + 1);
  CHECK(shape_of(model.graph().output(0)) == std::vector<std::int64_t>{1, 26, 95});
  std::int64_t values = 0;
  for (const TensorNeed& need : parseq_tensors(parseq_small(), 26))
    values += static_cast<std::int64_t>(element_count(need.shape));
  CHECK(values == 23'832'671);  // the paper gives 23.8 million
}

TEST_CASE("weights come from files under their official names") {
  const test::ScratchFolder folder("parseq");
  const ParseqOptions options = small(ParseqMode::nar, 1);
  const TensorMap tensors = random_parseq_weights(options.shape, options.positions(), 7);
  const auto file = folder.write("weights.safetensors", test::as_safetensors(tensors, "model."));
  ParseqOptions from_file = options, random = options;
  from_file.weights = parse_weight_choice(file.string());
  random.weights = parse_weight_choice("random:7");
  CHECK(parseq_onnx(from_file) == parseq_onnx(random));

  SUBCASE("a head of another charset is named first") {
    TensorMap other = tensors;
    other["head.weight"] = {{37, 32}, std::vector<float>(37 * 32)};
    folder.write("weights.safetensors", test::as_safetensors(other, ""));
    const std::string error = test::error_of([&] { parseq_onnx(from_file); });
    CHECK(error.find("has 37 classes, but a charset of 94 characters needs 95") != std::string::npos);
  }
  SUBCASE("positions of another label length are named") {
    from_file.characters = 7;
    const std::string error = test::error_of([&] { parseq_onnx(from_file); });
    CHECK(error.find("pos_queries is [1,6,32], but [1,8,32] is needed") != std::string::npos);
  }
}

TEST_CASE("options out of range are refused with what to give") {
  struct Row {
    const char* name;
    ParseqOptions options;
    const char* part;
  };
  ParseqOptions zero = small(ParseqMode::nar, 1), many = zero, prefix = small(ParseqMode::step, 0);
  zero.characters = 0;
  many.refine = 9;
  prefix.prefix = 7;
  const Row rows[] = {{"no characters", zero, "characters = 0 is outside 1..200"},
                      {"refinements", many, "refine = 9 is outside 0..8"},
                      {"prefix", prefix, "prefix = 7 is outside 1..6"},
                      {"refined step", small(ParseqMode::step, 1), "refine = 1 does not go with mode step"},
                      {"static of 5 characters", small(ParseqMode::fixed, 0), "characters = 5, but mode static"},
                      {"static in a batch", small(ParseqMode::fixed, 0, 4), "batch = 4, but mode static"},
                      {"static refined", small(ParseqMode::fixed, 1), "refine = 1, but mode static"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(test::error_of([&] { parseq_onnx(row.options); }).find(row.part) != std::string::npos);
  }
  CHECK(test::error_of([] { parse_parseq_mode("narr", "here"); }).find("narr is none of nar, static, ar") !=
        std::string::npos);
  CHECK(test::error_of([] { parse_parseq_variant("base", "here"); }).find("none of S, tiny") != std::string::npos);
}
