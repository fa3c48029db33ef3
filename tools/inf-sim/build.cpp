#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/workload_builtin.h"
#include "workloads/cnn/cnn.h"
#include "workloads/craft/craft.h"
#include "workloads/encoder/encoder.h"
#include "workloads/parseq/parseq.h"

namespace inf::cli {
namespace {

struct BuildArguments {
  std::string model, file;
  std::optional<std::string> weights;  ///< without it what the model has
  std::optional<std::int64_t> height, width;
  std::int64_t batch = 1;
  std::string variant = "S", mode = "ar";
  std::optional<std::int64_t> characters, refine;  ///< without them what the mode has
  std::int64_t prefix = 1;
  bool fixed_steps = false;
  std::int64_t sequence = workloads::EncoderOptions{}.sequence;
  std::string head = "hidden";
  JsonChoice json;
};

/// Rows and columns of a model's input.
struct Extent {
  std::int64_t height = 0, width = 0;
};

/// The weights asked for; without them demo weights where the model has some, else random ones.
std::string weight_words(const BuildArguments& a) {
  return a.weights.value_or(a.model == "craft" || a.model == "parseq" ? "demo" : "random:1");
}
workloads::WeightChoice weights_of(const BuildArguments& a) { return workloads::parse_weight_choice(weight_words(a)); }

workloads::ParseqOptions parseq_options(const BuildArguments& a) {
  workloads::ParseqOptions parseq;
  parseq.shape = workloads::parse_parseq_variant(a.variant, "--variant");
  parseq.mode = workloads::parse_parseq_mode(a.mode, "--mode");
  const bool fixed = parseq.mode == workloads::ParseqMode::fixed, step = parseq.mode == workloads::ParseqMode::step;
  parseq.characters = a.characters.value_or(fixed ? workloads::kCaseCharacters : parseq.characters);
  parseq.refine = a.refine.value_or(fixed || step ? 0 : parseq.refine);
  parseq.batch = a.batch;
  parseq.prefix = a.prefix;
  parseq.early_end = !a.fixed_steps;
  parseq.weights = weights_of(a);
  return parseq;
}

/// Height and width where they are given.
template <class Options>
void put_size(const BuildArguments& a, Options& options) {
  options.height = a.height.value_or(options.height);
  options.width = a.width.value_or(options.width);
}

nlohmann::ordered_json write_parseq(const BuildArguments& a, std::string& words) {
  const workloads::ParseqOptions parseq = parseq_options(a);
  workloads::write_parseq(parseq, a.file);
  words =
      fmt::format("{}-{}, {}, {} characters, refine {}", a.model, a.variant, a.mode, parseq.characters, parseq.refine);
  return {{"variant", a.variant}, {"mode", a.mode}, {"characters", parseq.characters}, {"refine", parseq.refine}};
}

nlohmann::ordered_json write_encoder(const BuildArguments& a, const workloads::EncoderShape& shape,
                                     std::string& words) {
  workloads::EncoderOptions encoder;
  encoder.shape = shape;
  encoder.batch = a.batch;
  encoder.sequence = a.sequence;
  encoder.head = workloads::parse_encoder_head(a.head, "--head");
  encoder.weights = weights_of(a);
  workloads::write_encoder(encoder, a.file);
  words = fmt::format("{}, {} tokens, head {}", a.model, encoder.sequence, a.head);
  return {{"sequence", encoder.sequence}, {"head", a.head}};
}

/// Writes the model; what it is, as the document's keys and in words.
nlohmann::ordered_json write_model(const BuildArguments& a, std::string& words) {
  if (a.model == "parseq") return write_parseq(a, words);
  if (const workloads::EncoderShape* shape = workloads::find_encoder(a.model)) return write_encoder(a, *shape, words);
  Extent size;
  if (const workloads::CnnShape* shape = workloads::find_cnn(a.model)) {
    workloads::CnnOptions cnn;
    cnn.shape = *shape;
    cnn.batch = a.batch;
    cnn.weights = weights_of(a);
    put_size(a, cnn);
    workloads::write_cnn(cnn, a.file);
    size = {cnn.height, cnn.width};
  } else {
    workloads::CraftOptions craft;
    craft.batch = a.batch;
    craft.weights = weights_of(a);
    put_size(a, craft);
    workloads::write_craft(craft, a.file);
    size = {craft.height, craft.width};
  }
  words = fmt::format("{} {}x{}", a.model, size.height, size.width);
  return {{"height", size.height}, {"width", size.width}};
}

int build(const BuildArguments& a) {
  weights_of(a);
  check_destinations(a.json);
  std::string words;
  nlohmann::ordered_json json = {{"document", "inf-sim build"}, {"version", kDocumentVersion}, {"model", a.model}};
  json.update(write_model(a, words));
  std::error_code no_size;  // of a device or a pipe
  const auto size = std::filesystem::file_size(a.file, no_size);
  const std::uintmax_t bytes = no_size ? 0 : size;
  json.update({{"batch", a.batch}, {"weights", weight_words(a)}, {"file", a.file}, {"bytes", bytes}});
  emit(a.json, fmt::format("{}: {}, {} weights, {} bytes\n", a.file, words, weight_words(a), bytes),
       json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
  auto a = std::make_shared<BuildArguments>();
  CLI::App* command = app.add_subcommand("build", "write a built-in model as an ONNX file");
  command->add_option("model", a->model, workflow::builtin_list())
      ->required()
      ->check(CLI::IsMember(workflow::builtin_names()))
      ->type_name("MODEL");
  command->add_option("--height", a->height,
                      "craft and classifiers: input height; craft's a multiple of 32, default 768; else 224");
  command->add_option("--width", a->width, "craft and classifiers: input width, as height");
  command->add_option("--batch", a->batch, "inputs per call")->capture_default_str();
  command->add_option("--variant", a->variant, "parseq: S or tiny")->capture_default_str();
  command->add_option("--mode", a->mode, "parseq: nar, static, ar, ar-unrolled or step")->capture_default_str();
  command->add_option("--characters", a->characters, "parseq: longest label; default 25, with mode static 50");
  command->add_option("--refine", a->refine, "parseq: refinement passes; default 1, with modes static and step 0");
  command->add_option("--prefix", a->prefix, "parseq, mode step: tokens decided so far, [B] included")
      ->capture_default_str();
  command->add_flag("--fixed-steps", a->fixed_steps, "parseq, mode ar: decode every position, whatever was read");
  command->add_option("--sequence", a->sequence, "encoders: tokens")->capture_default_str();
  command->add_option("--head", a->head, "encoders: hidden, cls or classification")->capture_default_str();
  command->add_option(
      "--weights", a->weights,
      "random:SEED, a safetensors or ONNX file or, for craft and parseq, demo; default demo, or random:1");
  command->add_option("-o,--output", a->file, "ONNX file to write")->required()->type_name("FILE");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return build(*a); }; });
}

}  // namespace inf::cli
