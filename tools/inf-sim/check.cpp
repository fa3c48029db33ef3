#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "isa/arch/chip_config.h"
#include "isa/arch/instance.h"
#include "isa/arch/yaml_tree.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/files.h"
#include "tools/workflow/measurements.h"
#include "tools/workflow/sweep/case.h"
#include "tools/workflow/sweep/strategy.h"
#include "tools/workflow/workload.h"

namespace inf::cli {
namespace {

struct CheckArguments {
  std::vector<std::string> files;
  JsonChoice json;
};

/// What is wrong at every point of it, too.
void check_sweep(const std::string& file) {
  const workflow::sweep::Sweep sweep = workflow::sweep::read_sweep(file);
  workflow::sweep::make_strategy(sweep);
  workflow::sweep::Resolver{sweep};
}

/// The kind of file, told by the keys that only it has; read as that kind.
const char* check_file(const std::string& file) {
  workflow::refuse_folder(file);
  const arch::YamlNode tree = arch::load_yaml(file);
  if (tree.find("tensor") != nullptr) return arch::load_chip(file), "chip";
  if (tree.find("sizes") != nullptr) return arch::load_instances(file), "instances";
  if (tree.find("models") != nullptr || tree.find("kernels") != nullptr)
    return workflow::read_measurements(file), "measurements";
  const auto has = [&](const char* key) { return tree.find(key) != nullptr; };
  if (has("parameters") || has("workload") || has("workloads") || has("objectives")) return check_sweep(file), "sweep";
  const workflow::Workload workload = workflow::resolve(workflow::read_workload_file(file));
  arch::load_chip(workload.chip);
  if (!workload.instance.empty()) arch::load_instance(workload.instances, workload.instance);
  return "workload";
}

int check(const CheckArguments& a) {
  std::string text;
  nlohmann::ordered_json json = {
      {"document", "inf-sim check"}, {"version", kDocumentVersion}, {"files", nlohmann::ordered_json::array()}};
  for (const std::string& file : a.files) {
    const char* kind = check_file(file);
    text += fmt::format("{}: a valid {} file\n", file, kind);
    json["files"].push_back({{"file", file}, {"kind", kind}});
  }
  emit(a.json, text, json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto a = std::make_shared<CheckArguments>();
  CLI::App* command =
      app.add_subcommand("check", "read chip, instance, workload, measurement and sweep files and say every mistake");
  command->add_option("files", a->files, "YAML files")->required()->type_name("FILE...");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return check(*a); }; });
}

}  // namespace inf::cli
