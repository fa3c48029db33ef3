#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "isa/arch/chip_config.h"
#include "isa/arch/chip_spec.h"
#include "isa/arch/parameters.h"
#include "isa/base/error.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/files.h"
#include "tools/workflow/profile/chip_diff.h"
#include "tools/workflow/profile/dependence.h"

namespace inf::cli {
namespace {

using workflow::Dependence;

struct HwArguments {
  std::string chip, other;
  bool yaml = false, all = false, no_run = false;
  std::string run;
  JsonChoice json;
};

arch::ChipSpec chip_named(const std::string& name, const char* place) {
  return arch::load_chip(workflow::find_config("chips", name, {}, place));
}

std::string hw_json(const arch::ChipSpec& chip, const std::optional<Dependence>& dependence) {
  nlohmann::ordered_json json = {{"document", "inf-sim hw show"},
                                 {"version", kDocumentVersion},
                                 {"chip", chip.name},
                                 {"title", chip.title},
                                 {"hash", chip.hash()}};
  if (dependence) json["run"] = dependence->run;
  json["parameters"] = nlohmann::ordered_json::array();
  arch::ChipSpec copy = chip;
  for (const arch::Parameter& parameter : arch::parameters(copy)) {
    const auto from = chip.provenance.find(parameter.path);
    if (from == chip.provenance.end()) continue;
    nlohmann::ordered_json entry = {{"path", parameter.path},        {"value", arch::value_text(parameter)},
                                    {"unit", parameter.unit},        {"mark", arch::name(from->second.mark)},
                                    {"source", from->second.source}, {"meaning", parameter.meaning}};
    if (dependence) workflow::add_dependence(*dependence, parameter.path, entry);
    json["parameters"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

std::string hw_text(const arch::ChipSpec& chip, const std::optional<Dependence>& dependence) {
  if (!dependence) return arch::hw_table(chip);
  arch::HwColumn elasticity{"elasticity", {}}, ten_percent{"+10 %", {}};
  arch::ChipSpec copy = chip;
  for (const arch::Parameter& p : arch::parameters(copy)) {
    elasticity.by_path[p.path] = dependence->elasticity_text(p.path);
    ten_percent.by_path[p.path] = dependence->ten_percent_text(p.path);
  }
  return arch::hw_table(chip, {elasticity, ten_percent}) +
         fmt::format(
             "\nelasticity and +10 %: how the latency of {} changes with the parameter, relative to it, and with "
             "10 % more of it\n",
             dependence->run);
}

int show(const HwArguments& a) {
  const arch::ChipSpec chip = chip_named(a.chip, "hw show");
  std::optional<Dependence> dependence;
  if (!a.run.empty())
    dependence = workflow::dependence_of(a.run, chip);
  else if (!a.no_run && !a.yaml)
    dependence = workflow::last_dependence(chip);
  emit(a.json, a.yaml ? arch::chip_yaml(chip) : hw_text(chip, dependence), hw_json(chip, dependence));
  return 0;
}

/// A run on one of the two chips. Errors: usage, naming all three chips.
std::optional<Dependence> dependence_on_either(const HwArguments& a, const arch::ChipSpec& first,
                                               const arch::ChipSpec& second) {
  if (a.run.empty()) return std::nullopt;
  return workflow::dependence_of(a.run, workflow::chip_hash(a.run) == second.hash() ? second : first);
}

int diff(const HwArguments& a) {
  const arch::ChipSpec first = chip_named(a.chip, "hw diff"), second = chip_named(a.other, "hw diff");
  const std::optional<Dependence> dependence = dependence_on_either(a, first, second);
  emit(a.json, workflow::chip_diff_text(first, second, a.all, dependence),
       workflow::chip_diff_json(first, second, a.all, dependence));
  return 0;
}

void add_show(CLI::App& group, const std::shared_ptr<HwArguments>& a, Action& action) {
  CLI::App* command = group.add_subcommand(
      "show", "every parameter with unit, value, mark and source, and how much a profiled run depends on it");
  command->add_option("chip", a->chip, "a name in configs/chips or a path")->required()->type_name("CHIP");
  command->add_flag("--yaml", a->yaml, "as a chip file");
  CLI::Option* run =
      command
          ->add_option("--run", a->run,
                       "a profile of `inf-sim run --profile` on this chip; default the last one that was "
                       "written, where it ran on this chip")
          ->type_name("run.db");
  command->add_flag("--no-run", a->no_run, "leave out what a run depends on")->excludes(run);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return show(*a); }; });
}

void add_diff(CLI::App& group, const std::shared_ptr<HwArguments>& a, Action& action) {
  CLI::App* command = group.add_subcommand("diff", "parameters in which two chips differ");
  command->add_option("a", a->chip, "a name in configs/chips or a path")->required()->type_name("A");
  command->add_option("b", a->other, "likewise")->required()->type_name("B");
  command->add_flag("--all", a->all, "also those that are the same");
  command->add_option("--run", a->run, "a profile of a run on one of them: how much it depends on each parameter")
      ->type_name("run.db");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return diff(*a); }; });
}

}  // namespace

void add_hw(CLI::App& app, Action& action) {
  CLI::App* group = app.add_subcommand("hw", "what is known about a chip");
  group->require_subcommand(1);
  add_show(*group, std::make_shared<HwArguments>(), action);
  add_diff(*group, std::make_shared<HwArguments>(), action);
}

}  // namespace inf::cli
