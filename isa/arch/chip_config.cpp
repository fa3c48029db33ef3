#include "isa/arch/chip_config.h"

#include <fmt/core.h>

#include <map>

#include "isa/arch/energy.h"
#include "isa/arch/parameters.h"
#include "isa/arch/provenance_reader.h"
#include "isa/arch/read_value.h"
#include "isa/arch/yaml_reader.h"

namespace inf::arch {
namespace {

/// What one parameter alone cannot tell.
void check_together(const ChipSpec& chip, Section& root, Problems& problems) {
  for (const Conflict& conflict : conflicts(chip))
    problems.add(root.place_of(section_of(conflict.paths.front())), conflict.message);
}

/// Of a section that the chip does not have.
bool left_out(const ChipSpec& chip, const Parameter& p) {
  return section_optional(section_of(p.path)) && !chip.provenance.contains(p.path);
}

std::vector<Parameter> with_energy(ChipSpec& chip, EnergySpec& energy) {
  std::vector<Parameter> list = parameters(chip);
  for (const Parameter& parameter : energy_parameters(energy)) list.push_back(parameter);
  return list;
}

}  // namespace

ChipSpec parse_chip(const std::string& yaml, const std::string& file_name) {
  const YamlNode tree = parse_yaml(yaml, file_name);
  Problems problems(file_name);
  Section root(tree, "", problems);
  ChipSpec chip;
  chip.name = root.text("name");
  chip.title = root.text("title");
  std::map<std::string, std::optional<Section>> sections;
  EnergySpec energy;
  for (const Parameter& parameter : with_energy(chip, energy)) {
    const std::string section = section_of(parameter.path), key = key_of(parameter.path);
    if (!sections.contains(section))
      sections[section] = section_optional(section) ? root.section_or_none(section) : root.section(section);
    if (!sections[section]) continue;
    Section entry = sections[section]->section(key);
    entry.set_main_key("value");
    read_value(entry, parameter);
    Provenance from = read_provenance(entry, parameter.path, parameter.unit);
    from.value = value_text(parameter);
    chip.provenance[parameter.path] = std::move(from);
    entry.finish();
  }
  for (auto& [name, section] : sections)
    if (section) section->finish();
  root.finish();
  if (problems.empty()) check_together(chip, root, problems);
  problems.throw_if_any();
  return chip;
}

ChipSpec load_chip(const std::filesystem::path& file) { return parse_chip(read_text(file), file.string()); }

std::string hw_table(const ChipSpec& chip, const std::vector<HwColumn>& more) {
  constexpr std::size_t kWidestValue = 16;  // a longer value pushes its own row only
  ChipSpec copy = chip;
  std::vector<Parameter> list = parameters(copy);
  std::optional<EnergySpec> energy = energy_of(chip);
  if (energy) list = with_energy(copy, *energy);
  std::size_t path_width = 9, value_width = 5, unit_width = 4;
  for (const Parameter& p : list) {
    path_width = std::max(path_width, std::string_view(p.path).size());
    if (value_text(p).size() <= kWidestValue) value_width = std::max(value_width, value_text(p).size());
    unit_width = std::max(unit_width, std::string_view(p.unit).size());
  }
  std::vector<std::size_t> widths;
  for (const HwColumn& column : more) {
    widths.push_back(column.title.size());
    for (const auto& [path, cell] : column.by_path) widths.back() = std::max(widths.back(), cell.size());
  }
  const auto extra = [&](std::size_t i, const std::string& path) {
    const auto cell = more[i].by_path.find(path);
    return fmt::format("  {:>{}}",
                       path.empty()                    ? more[i].title
                       : cell == more[i].by_path.end() ? ""
                                                       : cell->second,
                       widths[i]);
  };
  std::string text = fmt::format("{}  {}  (hash {})\n\n", chip.name, chip.title, chip.hash());
  const auto row = [&](std::string_view a, std::string_view b, std::string_view c, std::string_view d,
                       const std::string& path, std::string_view e) {
    std::string line = fmt::format("{:<{}}  {:>{}}  {:<{}}  {:<10}", a, path_width, b, value_width, c, unit_width, d);
    for (std::size_t i = 0; i < more.size(); ++i) line += extra(i, path);
    line += fmt::format("  {}", e);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  row("parameter", "value", "unit", "mark", "", "source");
  for (const Parameter& p : list) {
    if (left_out(chip, p)) continue;
    const auto from = chip.provenance.find(p.path);
    const bool known = from != chip.provenance.end();
    std::string source = known ? from->second.source : "";
    if (known && from->second.range)
      source += fmt::format(" (range {}..{})", from->second.range->low, from->second.range->high);
    row(p.path, value_text(p), p.unit, known ? name(from->second.mark) : "", p.path, source);
  }
  if (!chip.has(Engine::gpsimd)) text += "\nThis chip has no gpsimd engine.\n";
  return text;
}

std::string chip_yaml(const ChipSpec& chip) {
  ChipSpec copy = chip;
  std::string text = fmt::format("name: {}\ntitle: {}\n", yaml_quoted(chip.name), yaml_quoted(chip.title));
  std::string section;
  EnergySpec energy = energy_of(chip).value_or(EnergySpec{});
  for (const Parameter& p : with_energy(copy, energy)) {
    if (left_out(chip, p)) continue;
    const auto from = chip.provenance.find(p.path);
    if (section != section_of(p.path)) text += fmt::format("{}:\n", section = section_of(p.path));
    const Provenance unknown{.path = p.path, .unit = p.unit, .source = "not given"};
    text += fmt::format("  {}: {{value: {}{}}}\n", key_of(p.path), value_text(p),
                        provenance_yaml(from == chip.provenance.end() ? unknown : from->second));
  }
  return text;
}

}  // namespace inf::arch
