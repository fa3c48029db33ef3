// The autoregressive decoding of PARSeq as one program against the same decoding step by step: a program for every
// length of the prefix, tokens fed back between them, in the same arithmetic.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "tests/compiler/pipeline/chip_run.h"
#include "tests/workloads/files.h"
#include "workloads/parseq/parseq.h"
#include "workloads/parseq/weights.h"
#include "workloads/weights/random.h"

using namespace inf;
using compiler::CompileOptions;
using test::ChipProgram;
using workloads::ParseqMode;
using workloads::ParseqOptions;
using workloads::ParseqShape;

namespace {

using Floats = std::vector<float>;

constexpr std::size_t kClasses = workloads::kHeadClasses;

/// What decodes: sizes, and how the weights differ from random ones.
struct Model {
  const char* name;
  ParseqShape shape;
  std::int64_t characters, batch;
  float head;  ///< factor of the head's weights: 1 is decisive, small ones leave all classes close to each other
  float end;   ///< added to the bias of [E], so that about as many words end early as do not
};

constexpr ParseqShape kSmall{"small", 32, 1, 2, 4, 2, 8, 32, 4, 8};

compiler::Graph graph_of(const Model& m, ParseqMode mode, std::int64_t prefix = 1) {
  static const test::ScratchFolder folder("parseq_steps");
  ParseqOptions options;
  options.shape = m.shape;
  options.characters = m.characters;
  options.batch = m.batch;
  options.mode = mode;
  options.prefix = prefix;
  options.refine = 0;
  workloads::TensorMap tensors = workloads::random_parseq_weights(m.shape, options.positions(), 3);
  for (float& w : tensors["head.weight"].data) w *= m.head;
  for (float& b : tensors["head.bias"].data) b *= m.head;
  tensors["head.bias"].data[workloads::kEndToken] += m.end;
  options.weights =
      workloads::parse_weight_choice(folder.write("weights.safetensors", test::as_safetensors(tensors, "")).string());
  return compiler::import_onnx(workloads::parseq_onnx(options), "parseq");
}

Floats images(const Model& m, std::uint64_t seed) {
  const workloads::CounterRandom random(seed, "images");
  Floats values(static_cast<std::size_t>(m.batch * 3 * m.shape.image_height * m.shape.image_width));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = random.uniform(i, -2.0F, 2.0F);
  return values;
}

/// Row `position` of word `word` in logits [batch, positions, classes].
Floats row(const Floats& logits, std::size_t word, std::size_t position, std::size_t positions) {
  const auto from = logits.begin() + static_cast<std::ptrdiff_t>((word * positions + position) * kClasses);
  return {from, from + kClasses};
}

std::size_t arg_max(const Floats& values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

CompileOptions in(DType compute, DType storage) {
  CompileOptions options;
  options.compute = compute;
  options.storage = storage;
  return options;
}

/// The programs of one model in one arithmetic.
class Decoders {
 public:
  Decoders(const Model& m, const CompileOptions& o, const arch::ChipSpec& chip)
      : model_(m), loop(graph_of(m, ParseqMode::ar), o, chip), unrolled(graph_of(m, ParseqMode::ar_unrolled), o, chip) {
    for (std::int64_t prefix = 1; prefix <= m.characters + 1; ++prefix)
      steps_.push_back(std::make_unique<ChipProgram>(graph_of(m, ParseqMode::step, prefix), o, chip));
  }

  /// Logits by position, [batch, classes] each.
  std::vector<Floats> step_by_step(const Floats& words) {
    const auto batch = static_cast<std::size_t>(model_.batch);
    std::vector<Floats> all;
    std::vector<Floats> tokens(batch, Floats{workloads::kBeginToken});
    for (const auto& step : steps_) {
      Floats flat;
      for (const Floats& of_word : tokens) flat.insert(flat.end(), of_word.begin(), of_word.end());
      all.push_back(step->run({words, flat}, kValues).outputs.at(0));
      for (std::size_t w = 0; w < batch; ++w)
        tokens[w].push_back(static_cast<float>(arg_max(row(all.back(), w, 0, 1))));
    }
    return all;
  }

  static constexpr sim::SimOptions kValues{.timing = false};

 private:
  Model model_;
  std::vector<std::unique_ptr<ChipProgram>> steps_;

 public:
  ChipProgram loop, unrolled;
};

struct Tally {
  std::size_t words = 0, ended = 0, positions = 0;
  std::size_t token_differs = 0, logits_differ = 0;  ///< of the loop
  std::size_t unrolled_token = 0, unrolled_logits = 0;
  double largest = 0;  ///< difference of a logit
};

/// Compares up to the first [E] of each word: what comes after it is not decoded.
void compare(const Model& m, const Floats& looped, const Floats& flat, const std::vector<Floats>& steps, Tally& t) {
  const std::size_t n = steps.size();
  for (std::size_t w = 0; w < static_cast<std::size_t>(m.batch); ++w) {
    ++t.words;
    for (std::size_t i = 0; i < n; ++i) {
      const Floats want = row(steps[i], w, 0, 1), got = row(looped, w, i, n), other = row(flat, w, i, n);
      ++t.positions;
      t.token_differs += arg_max(got) != arg_max(want);
      t.logits_differ += got != want;
      t.unrolled_token += arg_max(other) != arg_max(want);
      t.unrolled_logits += other != want;
      for (std::size_t c = 0; c < kClasses; ++c)
        t.largest = std::max(t.largest, std::abs(static_cast<double>(got[c]) - static_cast<double>(want[c])));
      if (arg_max(want) == workloads::kEndToken) {
        t.ended += i + 1 < n;
        break;
      }
    }
  }
}

struct Arithmetic {
  const char* name;
  DType compute, storage;
};
constexpr Arithmetic kNone{"auto-cast none", DType::fp32, DType::fp32};

Tally decode(const Model& m, const Arithmetic& a, std::int64_t words, const arch::ChipSpec& chip) {
  CAPTURE(m.name);
  CAPTURE(a.name);
  Decoders decoders(m, in(a.compute, a.storage), chip);
  Tally t;
  for (std::uint64_t seed = 1; static_cast<std::int64_t>(t.words) < words; ++seed) {
    const Floats inputs = images(m, seed);
    const auto looped = decoders.loop.run({inputs}, Decoders::kValues).outputs.at(0);
    const auto flat = decoders.unrolled.run({inputs}, Decoders::kValues).outputs.at(0);
    compare(m, looped, flat, decoders.step_by_step(inputs), t);
  }
  MESSAGE(m.name << ", " << a.name << ", " << chip.name << ": " << t.words << " words, " << t.ended << " ended early, "
                 << t.positions << " positions; other tokens: loop " << t.token_differs << ", unrolled "
                 << t.unrolled_token << "; other logits: loop " << t.logits_differ << ", unrolled " << t.unrolled_logits
                 << ", by up to " << t.largest);
  CHECK(t.token_differs == 0);
  CHECK(t.unrolled_token == 0);
  return t;
}

constexpr Model kDecisive{"decisive", kSmall, 5, 24, 1, 8};
constexpr Model kClose{"close", kSmall, 5, 24, 1e-3F, 2e-3F};

}  // namespace

TEST_CASE("in fp32 the loop gives the logits of the programs of sliced prefixes, its unrolled form their tokens") {
  for (const Model& m : {kDecisive, kClose}) CHECK(decode(m, kNone, 48, test::inf2()).logits_differ == 0);
}

TEST_CASE("in fp32 the loop gives the interpreter's tokens") {
  ChipProgram loop(graph_of(kDecisive, ParseqMode::ar), in(DType::fp32, DType::fp32));
  const compiler::Graph graph = graph_of(kDecisive, ParseqMode::ar);
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    CAPTURE(seed);
    const Floats inputs = images(kDecisive, seed);
    const Floats got = loop.run({inputs}, Decoders::kValues).outputs.at(0),
                 want = compiler::interpret(graph, {inputs}).at(0);
    const auto n = static_cast<std::size_t>(kDecisive.characters + 1);
    for (std::size_t w = 0; w < static_cast<std::size_t>(kDecisive.batch); ++w)
      for (std::size_t i = 0; i < n; ++i) CHECK(arg_max(row(got, w, i, n)) == arg_max(row(want, w, i, n)));
  }
}

TEST_CASE("the whole program of 51 positions, refined, is smaller than 1 MB without constants") {
  for (const ParseqShape& shape : {workloads::parseq_tiny(), workloads::parseq_small()}) {
    ParseqOptions options;
    options.shape = shape;
    options.characters = 50;
    const compiler::CompiledModel model =
        compiler::compile(compiler::import_onnx(workloads::parseq_onnx(options), "parseq"), test::inf2());
    const std::uint64_t bytes = isa::instruction_bytes(*model.source);
    MESSAGE("PARSeq-" << std::string(shape.name) << ": " << bytes << " bytes of instructions");
    CHECK(bytes < 1'000'000);
  }
}
