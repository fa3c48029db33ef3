#include <doctest/doctest.h>

#include <cmath>

#include "compiler/import/onnx.h"
#include "tools/workflow/pre_post.h"
#include "tools/workflow/reference.h"
#include "workloads/craft/craft.h"

using namespace inf;

namespace {

std::vector<workflow::Tensor> run(const workloads::CraftOptions& options, const workflow::Prepared& input) {
  return workflow::run_reference(compiler::import_onnx(workloads::craft_onnx(options), "craft"), {input.tensor});
}

}  // namespace

TEST_CASE("random weights keep activations near 1") {
  const workflow::Image page = workflow::read_image(INF_SOURCE_DIR "/workloads/images/page.png");
  const workflow::Prepared input = workflow::preprocess(page, {.canvas = workflow::Extent{160, 128}});
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    const auto outputs =
        run({.height = 160, .width = 128, .weights = {workloads::WeightChoice::Source::random, seed, {}}}, input);
    for (const workflow::Tensor& tensor : outputs) {
      double sum = 0, squares = 0;
      for (const float v : tensor.data) sum += v, squares += double{v} * v;
      const double mean = sum / static_cast<double>(tensor.data.size());
      const double deviation = std::sqrt(squares / static_cast<double>(tensor.data.size()) - mean * mean);
      CHECK(deviation > 0.1);
      CHECK(deviation < 10);
      CHECK(std::abs(mean) < 10);
    }
  }
}

TEST_CASE("demo weights find the words of the page") {
  const workflow::Image page = workflow::read_image(INF_SOURCE_DIR "/workloads/images/page.png");
  const workflow::Prepared input = workflow::preprocess(page, {.canvas = workflow::Extent{768, 768}});
  const auto outputs = run({.height = 768, .width = 768}, input);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].shape == compiler::Shape{1, 384, 384, 2});
  CHECK(outputs[1].shape == compiler::Shape{1, 32, 384, 384});
  const auto boxes = workflow::find_boxes(outputs[0].data, input.geometry, {});
  CHECK(boxes.size() == 109);  // the page has 109 words

  // Places on the page, in its pixels. The box must surround a word and stop before its neighbours.
  struct Row {
    const char* name;
    float x, y;
    bool text;
  };
  const Row rows[] = {
      {"Harbour", 155, 84, true},
      {"Bakery", 338, 84, true},
      {"6, alone in its cell", 435, 559, true},
      {"a, alone between words", 351, 356, true},
      {"167.10", 644, 676, true},
      {"by", 177, 893, true},
      {"the dark mark's middle", 652, 92, false},
      {"the dark mark's rim", 652, 49, false},
      {"the rule's left end", 66, 160, false},
      {"a rule's middle", 400, 654, false},
      {"the line to sign on", 500, 902, false},
      {"paper", 400, 820, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto inside = [&](const workflow::TextBox& b) {
      const workflow::TextBox dot{{workflow::Point{row.x - 1, row.y - 1},
                                   {row.x + 1, row.y - 1},
                                   {row.x + 1, row.y + 1},
                                   {row.x - 1, row.y + 1}},
                                  1};
      return workflow::intersection_over_union(b, dot) > 0;
    };
    CHECK((std::count_if(boxes.begin(), boxes.end(), inside) > 0) == row.text);
  }
  for (const workflow::TextBox& box : boxes) CHECK(box.score >= 0.7F);
}
