#include "tools/workflow/sweep/file_values.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/arch/energy.h"
#include "isa/arch/instance.h"
#include "isa/arch/parameters.h"
#include "isa/base/error.h"
#include "isa/base/overload.h"
#include "isa/base/read_number.h"
#include "tools/workflow/workload_fields.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow::sweep {
namespace {

double number_in(const std::vector<arch::Parameter>& parameters, const std::string& path) {
  for (const arch::Parameter& p : parameters)
    if (p.path == path)
      return std::visit(Overload{
                            [](const std::vector<DType>*) { return 0.0; },
                            [](const std::string*) { return 0.0; },
                            [](const auto* value) { return static_cast<double>(*value); },
                        },
                        p.target);
  throw Error(ErrorKind::internal, path, "is no parameter");
}

[[noreturn]] void no_number(const std::string& message) { throw Error(ErrorKind::config, "", message); }

double chip_number(arch::ChipSpec chip, const std::string& path) {
  std::vector<arch::Parameter> list = arch::parameters(chip);
  std::optional<arch::EnergySpec> energy = arch::energy_of(chip);
  if (arch::section_of(path) == "energy" && !energy) no_number(fmt::format("{} has no section `energy`", chip.name));
  if (energy)
    for (const arch::Parameter& parameter : arch::energy_parameters(*energy)) list.push_back(parameter);
  return number_in(list, path);
}

/// The one number that all of them are.
double common(const std::vector<double>& numbers) {
  if (numbers.empty()) no_number("no workload says it");
  for (const double number : numbers)
    if (number != numbers.front())
      no_number(fmt::format("it is {} for one workload and {} for another", number_text(numbers.front()),
                            number_text(number)));
  return numbers.front();
}

}  // namespace

FileValues::Choice FileValues::choice(const char* key) const {
  for (std::size_t i = 0; i < space_.axes.size(); ++i)
    if (space_.axes[i].key == key) {
      Choice choice{i, {}};
      for (const Level& level : space_.axes[i].levels) choice.levels.push_back({key, level.text, space_.axes[i].place});
      return choice;
    }
  for (const Setting& setting : space_.fixed)
    if (setting.key == key) return {std::nullopt, {setting}};
  return {};
}

double FileValues::number(const Key& key, const Setting* setting) const {
  const Setting* chip = setting != nullptr && setting->key == "chip" ? setting : nullptr;
  const Setting* instance = setting != nullptr && chip == nullptr ? setting : nullptr;
  if (chip != nullptr && key.file == KeyFile::chip) {
    return chip_number(files_.chip(files_.chip_file(*chip)), key.inner);
  }
  std::vector<double> numbers;
  for (const SweepWorkload& workload : workloads_) {
    const CaseTarget target = choose_target(files_, read_workload_or_model(workload.file), chip, instance);
    if (key.file == KeyFile::chip) {
      numbers.push_back(chip_number(files_.chip(target.chip), key.inner));
      continue;
    }
    for (arch::InstanceSpec size : files_.instances(target.instances)) {
      if (size.name != target.instance) continue;
      std::vector<arch::Parameter> list = arch::size_parameters(size);
      for (const arch::Parameter& p : arch::runtime_parameters(size.runtime)) list.push_back(p);
      numbers.push_back(number_in(list, key.inner));
    }
  }
  return common(numbers);
}

double FileValues::workload_number(const Key& key, const std::string& path, const SweepWorkload& workload) const {
  std::string_view rest = path;
  if (rest.starts_with("workload.")) rest.remove_prefix(std::string_view("workload.").size());
  if (workload.file.extension() != ".onnx") {
    const arch::YamlNode* node = &files_.workload(workload.file);
    for (std::string_view left = rest; node != nullptr && !left.empty();) {
      const std::size_t dot = std::min(left.find('.'), left.size());
      node = node->find(left.substr(0, dot));
      left.remove_prefix(std::min(dot + 1, left.size()));
    }
    if (node != nullptr)
      if (const auto number = read_number<double>(node->text)) return *number;
  }
  if (!key.inner.ends_with(".*"))
    if (const auto fallback = read_number<double>(workload_field(key.inner).fallback)) return *fallback;
  no_number(fmt::format("{} does not say it", workload.file.string()));
}

Operand FileValues::operand(const Key& key, const std::string& path) const {
  if (key.file == KeyFile::workload) {
    std::vector<double> numbers;
    for (const SweepWorkload& workload : workloads_) numbers.push_back(workload_number(key, path, workload));
    return {Operand::From::constant, 0, {common(numbers)}};
  }
  // A chip brings its instances and an instance its chip, where the other is not given.
  const bool of_chip = key.file == KeyFile::chip;
  Choice choice = this->choice(of_chip ? "chip" : "instance");
  if (choice.levels.empty()) choice = this->choice(of_chip ? "instance" : "chip");
  if (choice.levels.empty()) return {Operand::From::constant, 0, {number(key, nullptr)}};
  Operand operand{choice.axis ? Operand::From::axis : Operand::From::constant, choice.axis.value_or(0), {}};
  for (const Setting& level : choice.levels) operand.values.push_back(number(key, &level));
  return operand;
}

}  // namespace inf::workflow::sweep
