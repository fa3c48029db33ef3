#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "isa/arch/chip_config.h"
#include "isa/arch/chip_spec.h"
#include "isa/arch/parameters.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/files.h"

namespace inf::cli {
namespace {

constexpr int kVersion = 1;  // of the document in docs/json.md

struct HwArguments {
  std::string chip;
  bool yaml = false;
  JsonChoice json;
};

std::string hw_json(const arch::ChipSpec& chip) {
  nlohmann::ordered_json json = {{"document", "inf-sim hw show"},
                                 {"version", kVersion},
                                 {"chip", chip.name},
                                 {"title", chip.title},
                                 {"hash", chip.hash()}};
  json["parameters"] = nlohmann::ordered_json::array();
  arch::ChipSpec copy = chip;
  for (const arch::Parameter& parameter : arch::parameters(copy)) {
    const auto from = chip.provenance.find(parameter.path);
    if (from == chip.provenance.end()) continue;
    json["parameters"].push_back({{"path", parameter.path},
                                  {"value", arch::value_text(parameter)},
                                  {"unit", parameter.unit},
                                  {"mark", arch::name(from->second.mark)},
                                  {"source", from->second.source},
                                  {"meaning", parameter.meaning}});
  }
  return json.dump(2) + "\n";
}

int show(const HwArguments& a) {
  const arch::ChipSpec chip = arch::load_chip(workflow::find_config("chips", a.chip, {}, "hw show"));
  emit(a.json, a.yaml ? arch::chip_yaml(chip) : arch::hw_table(chip), hw_json(chip));
  return 0;
}

}  // namespace

void add_hw(CLI::App& app, Action& action) {
  auto a = std::make_shared<HwArguments>();
  CLI::App* group = app.add_subcommand("hw", "what is known about a chip");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("show", "every parameter with unit, value, mark and source");
  command->add_option("chip", a->chip, "a name in configs/chips or a path")->required()->type_name("CHIP");
  command->add_flag("--yaml", a->yaml, "as a chip file");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return show(*a); }; });
}

}  // namespace inf::cli
