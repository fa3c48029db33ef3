#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "tests/workloads/files.h"
#include "tools/workflow/reference.h"
#include "workloads/parseq/parseq.h"
#include "workloads/parseq/weights.h"
#include "workloads/weights/random.h"

using namespace inf;
using workloads::ParseqMode;
using workloads::ParseqOptions;

namespace {

constexpr std::size_t kClasses = workloads::kHeadClasses;
constexpr std::uint64_t kWeights = 8, kImages = 8;  // seeds: which words end early depends on both

ParseqOptions small(ParseqMode mode, std::int64_t refine, std::int64_t batch = 1, std::int64_t characters = 5,
                    std::uint64_t weights = 1) {
  ParseqOptions options;
  options.shape = {.name = "test",
                   .width = 32,
                   .encoder_depth = 1,
                   .encoder_heads = 2,
                   .decoder_heads = 2,
                   .mlp_ratio = 2,
                   .image_height = 8,
                   .image_width = 32};
  options.characters = characters;
  options.mode = mode;
  options.refine = refine;
  options.batch = batch;
  options.weights.seed = weights;
  return options;
}

// Random weights whose head leans towards [E], so that about as many words end early as do not.
std::string leaning(const test::ScratchFolder& folder, ParseqOptions options) {
  constexpr float kLean = 8;
  workloads::TensorMap tensors =
      workloads::random_parseq_weights(options.shape, options.positions(), options.weights.seed);
  tensors["head.bias"].data[workloads::kEndToken] += kLean;
  const auto file = folder.write("weights.safetensors", test::as_safetensors(tensors, ""));
  options.weights = workloads::parse_weight_choice(file.string());
  return workloads::parseq_onnx(options);
}

compiler::Graph graph_of(const ParseqOptions& options) {
  static const test::ScratchFolder folder("parseq_modes");
  return compiler::import_onnx(leaning(folder, options), "parseq");
}

std::vector<float> image(std::uint64_t seed, std::size_t words = 1) {
  const workloads::CounterRandom random(seed, "image");
  std::vector<float> values(words * 3 * 8 * 32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = random.uniform(i, -2.0F, 2.0F);
  return values;
}

std::vector<float> logits(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs) {
  return compiler::interpret(graph, inputs).at(0);
}

std::size_t token(const std::vector<float>& logits, std::size_t position) {
  const auto row = logits.begin() + static_cast<std::ptrdiff_t>(position * kClasses);
  return static_cast<std::size_t>(std::max_element(row, row + kClasses) - row);
}

std::vector<float> position_of(const std::vector<float>& logits, std::size_t position) {
  const auto row = logits.begin() + static_cast<std::ptrdiff_t>(position * kClasses);
  return {row, row + kClasses};
}

// Greedy decoding with a prefix that grows by a token at each step, up to the first [E].
std::vector<std::vector<float>> step_by_step(const std::vector<compiler::Graph>& steps,
                                             const std::vector<float>& word) {
  std::vector<std::vector<float>> rows;
  std::vector<float> tokens{workloads::kBeginToken};
  for (const compiler::Graph& step : steps) {
    rows.push_back(logits(step, {word, tokens}));
    tokens.push_back(static_cast<float>(token(rows.back(), 0)));
    if (tokens.back() == workloads::kEndToken) break;
  }
  return rows;
}

std::vector<compiler::Graph> steps_of(std::int64_t characters, std::uint64_t weights) {
  std::vector<compiler::Graph> steps;
  for (std::int64_t prefix = 1; prefix <= characters + 1; ++prefix) {
    ParseqOptions options = small(ParseqMode::step, 0, 1, characters, weights);
    options.prefix = prefix;
    steps.push_back(graph_of(options));
  }
  return steps;
}

}  // namespace

TEST_CASE("the loop and its unrolled form decode as sliced prefixes do, bit for bit") {
  int ended = 0;
  for (std::uint64_t weights = 1; weights <= kWeights; ++weights) {
    const compiler::Graph loop = graph_of(small(ParseqMode::ar, 0, 1, 5, weights));
    const compiler::Graph flat = graph_of(small(ParseqMode::ar_unrolled, 0, 1, 5, weights));
    const std::vector<compiler::Graph> steps = steps_of(5, weights);
    for (std::uint64_t seed = 1; seed <= kImages; ++seed) {
      CAPTURE(weights);
      CAPTURE(seed);
      const std::vector<float> word = image(seed);
      const std::vector<float> looped = logits(loop, {word}), unrolled = logits(flat, {word});
      const auto rows = step_by_step(steps, word);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(token(looped, i) == token(rows[i], 0));
        CHECK(position_of(looped, i) == rows[i]);
        CHECK(position_of(unrolled, i) == rows[i]);
      }
      // What the early end leaves open is zero, whose arg-max is [E].
      for (std::size_t i = rows.size(); i < 6; ++i) CHECK(position_of(looped, i) == std::vector<float>(kClasses, 0.0F));
      ended += rows.size() < 6 ? 1 : 0;
    }
  }
  CHECK(ended > 5);
  CHECK(ended < static_cast<int>(kWeights * kImages) - 5);
}

TEST_CASE("a batch decodes each of its words as alone, and goes on until the last one ends") {
  const compiler::Graph one = graph_of(small(ParseqMode::ar, 1)), three = graph_of(small(ParseqMode::ar, 1, 3));
  ParseqOptions fixed_steps = small(ParseqMode::ar, 1, 3);
  fixed_steps.early_end = false;
  const compiler::Graph fixed = graph_of(fixed_steps);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const std::vector<float> words = image(seed, 3);
    const std::vector<float> together = logits(three, {words});
    CHECK(logits(fixed, {words}) == together);  // refinement sees nothing of what follows [E]
    for (std::size_t w = 0; w < 3; ++w) {
      const std::size_t size = words.size() / 3, rows = together.size() / 3;
      const auto word = words.begin() + static_cast<std::ptrdiff_t>(w * size);
      const auto row = together.begin() + static_cast<std::ptrdiff_t>(w * rows);
      CHECK(logits(one, {{word, word + static_cast<std::ptrdiff_t>(size)}}) ==
            std::vector<float>(row, row + static_cast<std::ptrdiff_t>(rows)));
    }
  }
}

TEST_CASE("refinement sees every token but the one it predicts, and none from the first [E] on") {
  int ends = 0;
  for (std::uint64_t weights = 1; weights <= kWeights; ++weights) {
    const compiler::Graph nar = graph_of(small(ParseqMode::nar, 0, 1, 1, weights));
    const compiler::Graph refined = graph_of(small(ParseqMode::nar, 1, 1, 1, weights));
    const std::vector<compiler::Graph> steps = steps_of(1, weights);
    for (std::uint64_t seed = 1; seed <= kImages; ++seed) {
      CAPTURE(weights);
      CAPTURE(seed);
      const std::vector<float> word = image(seed);
      const std::vector<float> first = logits(nar, {word}), second = logits(refined, {word});
      const std::size_t guess = token(first, 0);
      // Position 0 must not see position 1, so it is the step that knows [B] alone.
      const std::vector<float> alone = logits(steps[0], {word, {workloads::kBeginToken}});
      CHECK(position_of(first, 0) == alone);
      CHECK(position_of(second, 0) == alone);
      // Position 1 sees both, unless the guess is [E].
      const std::vector<float> both = logits(steps[1], {word, {workloads::kBeginToken, static_cast<float>(guess)}});
      CHECK(position_of(second, 1) == (guess == workloads::kEndToken ? position_of(first, 1) : both));
      ends += guess == workloads::kEndToken ? 1 : 0;
    }
  }
  CHECK(ends > 0);
  CHECK(ends < static_cast<int>(kWeights * kImages));
}

TEST_CASE("the reference executor decodes as the interpreter does") {
  for (const ParseqMode mode : {ParseqMode::nar, ParseqMode::ar, ParseqMode::ar_unrolled}) {
    CAPTURE(workloads::name(mode));
    const compiler::Graph graph = graph_of(small(mode, 1, 2));
    const std::vector<float> words = image(3, 2);
    const std::vector<float> want = logits(graph, {words});
    const std::vector<float> got = workflow::run_reference(graph, {words}).at(0).data;
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-4));
  }
}
