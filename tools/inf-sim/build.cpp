#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "workloads/craft/craft.h"

namespace inf::cli {
namespace {

constexpr int kVersion = 1;  // of the document in docs/json.md

struct BuildArguments {
  std::string model, weights = "demo", file;
  workloads::CraftOptions craft;
  JsonChoice json;
};

int build(BuildArguments a) {
  a.craft.weights = workloads::parse_weight_choice(a.weights);
  check_destinations(a.json);
  workloads::write_craft(a.craft, a.file);
  std::error_code no_size;  // of a device or a pipe
  const auto size = std::filesystem::file_size(a.file, no_size);
  const std::uintmax_t bytes = no_size ? 0 : size;
  const nlohmann::ordered_json json = {
      {"document", "inf-sim build"}, {"version", kVersion},    {"model", a.model},
      {"height", a.craft.height},    {"width", a.craft.width}, {"batch", a.craft.batch},
      {"weights", a.weights},        {"file", a.file},         {"bytes", bytes}};
  emit(a.json,
       fmt::format("{}: {} {}x{}, {} weights, {} bytes\n", a.file, a.model, a.craft.height, a.craft.width, a.weights,
                   bytes),
       json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
  auto a = std::make_shared<BuildArguments>();
  CLI::App* command = app.add_subcommand("build", "write a built-in model as an ONNX file");
  command->add_option("model", a->model, "craft")->required()->check(CLI::IsMember({"craft"}))->type_name("MODEL");
  command->add_option("--height", a->craft.height, "input height, a multiple of 32")->capture_default_str();
  command->add_option("--width", a->craft.width, "input width, a multiple of 32")->capture_default_str();
  command->add_option("--batch", a->craft.batch, "images per call")->capture_default_str();
  command->add_option("--weights", a->weights, "demo, random:SEED, or a safetensors or ONNX file")
      ->capture_default_str();
  command->add_option("-o,--output", a->file, "ONNX file to write")->required()->type_name("FILE");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return build(*a); }; });
}

}  // namespace inf::cli
