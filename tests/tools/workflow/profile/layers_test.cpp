#include "tools/workflow/profile/layers.h"

#include <doctest/doctest.h>

using namespace inf::workflow;

TEST_CASE("an operator belongs to the module around it") {
  struct Row {
    const char* name;
    const char* layer;
  };
  const Row rows[] = {
      {"/basenet/slice1/slice1.0/Conv", "/basenet/slice1"},
      {"/conv_cls/conv_cls.8/Conv", "/conv_cls"},
      {"/Resize_1", "/Resize_1"},
      {"/conv1/Conv", "/conv1"},
      // a numbered module that holds modules is a layer, with everything in it
      {"/layer1/layer1.0/conv1/Conv", "/layer1/layer1.0"},
      {"/layer1/layer1.0/downsample/downsample.0/Conv", "/layer1/layer1.0"},
      {"/layer1/layer1.0/Add", "/layer1/layer1.0"},
      {"/encoder/layer.11/attention/self/query/MatMul", "/encoder/layer.11"},
      {"/encoder/layer.11/Add", "/encoder/layer.11"},
      {"/embeddings/LayerNorm/LayerNormalization", "/embeddings"},
      {"/decoder/refine.0/self_attn/out_proj/Gemm", "/decoder/refine.0"},
      // exporters other than PyTorch's
      {"Conv_12", "Conv_12"},
      {"model.3", "model.3"},
      {"resnetv17_stage1_conv0_fwd", "resnetv17_stage1_conv0_fwd"},
      {"", ""},
      {"/", "/"},
      {"//Add", "/"},
  };
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.name);
  const std::vector<std::string> layers = layers_of(names);
  REQUIRE(layers.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(names[i]);
    CHECK(layers[i] == rows[i].layer);
  }
}
