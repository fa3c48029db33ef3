#include "isa/arch/set_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "isa/arch/energy.h"
#include "isa/arch/read_value.h"
#include "isa/arch/yaml_edit.h"
#include "isa/base/error.h"

namespace inf::arch {
namespace {

constexpr const char* kSource = "set in place of the file's value";

/// Reads one value into the parameter of its path among `list`, which it returns.
const Parameter& read(std::span<const Parameter> list, const SetValue& value, const Place& place, Problems& problems) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const Parameter& p) { return p.path == value.path; });
  if (at == list.end()) throw Error(ErrorKind::internal, value.key, "is no parameter");
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.place = place;
  map.entries.push_back({"value", place, yaml_value(value.text, place)});
  Section entry(map, value.key, problems);
  entry.set_main_key("value");
  read_value(entry, *at);
  return *at;
}

Provenance provenance_of(const Parameter& parameter) {
  Provenance from;
  from.path = parameter.path;
  from.value = value_text(parameter);
  from.unit = parameter.unit;
  from.source = kSource;
  return from;
}

/// A section that was left out comes whole or not at all.
void check_sections(const ChipSpec& chip, std::span<const Parameter> list, const SetValue& value, const Place& place,
                    Problems& problems) {
  const std::string section = section_of(value.path);
  if (!section_optional(section)) return;
  std::string missing;
  for (const Parameter& p : list)
    if (section_of(p.path) == section && !chip.provenance.contains(p.path))
      missing += fmt::format("{}chip.{}", missing.empty() ? "" : ", ", p.path);
  if (!missing.empty())
    problems.add(place,
                 fmt::format("{} needs {} as well: {} has no section `{}`", value.key, missing, chip.name, section));
}

}  // namespace

void set_values(ChipSpec& chip, std::span<const SetValue> values) {
  if (values.empty()) return;
  Problems problems("");
  EnergySpec energy = energy_of(chip).value_or(EnergySpec{});
  std::vector<Parameter> list = parameters(chip);
  for (const Parameter& parameter : energy_parameters(energy)) list.push_back(parameter);
  std::vector<Place> places;
  for (const SetValue& value : values) {
    places.push_back(parse_place(value.place));
    const Parameter& parameter = read(list, value, places.back(), problems);
    chip.provenance[parameter.path] = provenance_of(parameter);
  }
  std::set<std::string> told;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (told.insert(section_of(values[i].path)).second) check_sections(chip, list, values[i], places[i], problems);
  if (problems.empty())
    for (const Conflict& conflict : conflicts(chip)) {
      const auto one = std::find_if(values.begin(), values.end(), [&](const SetValue& value) {
        return std::find(conflict.paths.begin(), conflict.paths.end(), value.path) != conflict.paths.end();
      });
      problems.add(one == values.end() ? places.front() : places[static_cast<std::size_t>(one - values.begin())],
                   conflict.message);
    }
  problems.throw_if_any();
}

void set_values(InstanceSpec& instance, std::span<const SetValue> values) {
  if (values.empty()) return;
  Problems problems("");
  std::vector<Parameter> list = size_parameters(instance);
  for (const Parameter& parameter : runtime_parameters(instance.runtime)) list.push_back(parameter);
  const bool had_on_demand = instance.on_demand.published(), had_reserved = instance.reserved.published();
  for (const SetValue& value : values) {
    const Place place = parse_place(value.place);
    const Parameter& parameter = read(list, value, place, problems);
    if (value.path.starts_with("runtime.")) instance.provenance[parameter.path] = provenance_of(parameter);
  }
  if (!had_on_demand && instance.on_demand.published())
    instance.on_demand.date = "-", instance.on_demand.source = kSource;
  if (!had_reserved && instance.reserved.published()) instance.reserved.date = "-", instance.reserved.source = kSource;
  if (const std::string conflict = runtime_conflict(instance.runtime); problems.empty() && !conflict.empty())
    problems.add(parse_place(values.front().place), "runtime.call_overhead_ns " + conflict);
  problems.throw_if_any();
}

}  // namespace inf::arch
