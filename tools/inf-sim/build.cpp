#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "workloads/craft/craft.h"
#include "workloads/parseq/parseq.h"

namespace inf::cli {
namespace {

constexpr int kVersion = 1;  // of the document in docs/json.md

struct BuildArguments {
  std::string model, weights = "demo", file;
  workloads::CraftOptions craft;
  std::string variant = "S", mode = "ar";
  std::optional<std::int64_t> characters, refine;  ///< without them what the mode has
  std::int64_t prefix = 1;
  bool fixed_steps = false;
  JsonChoice json;
};

workloads::ParseqOptions parseq_options(const BuildArguments& a) {
  workloads::ParseqOptions parseq;
  parseq.shape = workloads::parse_parseq_variant(a.variant, "--variant");
  parseq.mode = workloads::parse_parseq_mode(a.mode, "--mode");
  const bool fixed = parseq.mode == workloads::ParseqMode::fixed, step = parseq.mode == workloads::ParseqMode::step;
  parseq.characters = a.characters.value_or(fixed ? workloads::kCaseCharacters : parseq.characters);
  parseq.refine = a.refine.value_or(fixed || step ? 0 : parseq.refine);
  parseq.batch = a.craft.batch;
  parseq.prefix = a.prefix;
  parseq.early_end = !a.fixed_steps;
  parseq.weights = a.craft.weights;
  return parseq;
}

/// Writes the model; what it is, as the document's keys and in words.
nlohmann::ordered_json write_model(const BuildArguments& a, std::string& words) {
  if (a.model == "parseq") {
    const workloads::ParseqOptions parseq = parseq_options(a);
    workloads::write_parseq(parseq, a.file);
    words = fmt::format("{}-{}, {}, {} characters, refine {}", a.model, a.variant, a.mode, parseq.characters,
                        parseq.refine);
    return {{"variant", a.variant}, {"mode", a.mode}, {"characters", parseq.characters}, {"refine", parseq.refine}};
  }
  workloads::write_craft(a.craft, a.file);
  words = fmt::format("{} {}x{}", a.model, a.craft.height, a.craft.width);
  return {{"height", a.craft.height}, {"width", a.craft.width}};
}

int build(BuildArguments a) {
  a.craft.weights = workloads::parse_weight_choice(a.weights);
  check_destinations(a.json);
  std::string words;
  nlohmann::ordered_json json = {{"document", "inf-sim build"}, {"version", kVersion}, {"model", a.model}};
  json.update(write_model(a, words));
  std::error_code no_size;  // of a device or a pipe
  const auto size = std::filesystem::file_size(a.file, no_size);
  const std::uintmax_t bytes = no_size ? 0 : size;
  json.update({{"batch", a.craft.batch}, {"weights", a.weights}, {"file", a.file}, {"bytes", bytes}});
  emit(a.json, fmt::format("{}: {}, {} weights, {} bytes\n", a.file, words, a.weights, bytes), json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
  auto a = std::make_shared<BuildArguments>();
  CLI::App* command = app.add_subcommand("build", "write a built-in model as an ONNX file");
  command->add_option("model", a->model, "craft or parseq")
      ->required()
      ->check(CLI::IsMember({"craft", "parseq"}))
      ->type_name("MODEL");
  command->add_option("--height", a->craft.height, "craft: input height, a multiple of 32")->capture_default_str();
  command->add_option("--width", a->craft.width, "craft: input width, a multiple of 32")->capture_default_str();
  command->add_option("--batch", a->craft.batch, "images per call")->capture_default_str();
  command->add_option("--variant", a->variant, "parseq: S or tiny")->capture_default_str();
  command->add_option("--mode", a->mode, "parseq: nar, static, ar, ar-unrolled or step")->capture_default_str();
  command->add_option("--characters", a->characters, "parseq: longest label; default 25, with mode static 50");
  command->add_option("--refine", a->refine, "parseq: refinement passes; default 1, with modes static and step 0");
  command->add_option("--prefix", a->prefix, "parseq, mode step: tokens decided so far, [B] included")
      ->capture_default_str();
  command->add_flag("--fixed-steps", a->fixed_steps, "parseq, mode ar: decode every position, whatever was read");
  command->add_option("--weights", a->weights, "demo, random:SEED, or a safetensors or ONNX file")
      ->capture_default_str();
  command->add_option("-o,--output", a->file, "ONNX file to write")->required()->type_name("FILE");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return build(*a); }; });
}

}  // namespace inf::cli
