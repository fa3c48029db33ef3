#include "isa/arch/instance_yaml.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/arch/parameters.h"
#include "isa/arch/provenance_reader.h"

namespace inf::arch {
namespace {

std::string price_basis(std::span<const InstanceSpec> sizes, const char* key, Price InstanceSpec::*price) {
  for (const InstanceSpec& size : sizes)
    if ((size.*price).published())
      return fmt::format("{}: {{date: {}, source: {}}}\n", key, yaml_quoted((size.*price).date),
                         yaml_quoted((size.*price).source));
  return {};
}

std::string size_row(InstanceSpec size) {
  std::string text = fmt::format("  - {{name: {}", yaml_quoted(size.name));
  for (const Parameter& p : size_parameters(size)) {
    const auto* number = std::get_if<double*>(&p.target);
    if (number != nullptr && !Price{**number, "", ""}.published()) continue;
    text += fmt::format(", {}: {}", p.path, value_text(p));
  }
  return text + "}\n";
}

}  // namespace

std::string instances_yaml(std::span<const InstanceSpec> sizes, const std::string& chip) {
  InstanceSpec first = sizes.front();
  std::string text = fmt::format("family: {}\nchip: {}\nregion: {}\n", yaml_quoted(first.family), yaml_quoted(chip),
                                 yaml_quoted(first.region));
  text += price_basis(sizes, "on_demand", &InstanceSpec::on_demand);
  text += price_basis(sizes, "reserved", &InstanceSpec::reserved);
  text += "runtime:\n";
  for (const Parameter& p : runtime_parameters(first.runtime)) {
    const auto from = first.provenance.find(p.path);
    const Provenance unknown{.path = p.path, .unit = p.unit, .source = "not given"};
    text += fmt::format("  {}: {{value: {}{}}}\n", key_of(p.path), value_text(p),
                        provenance_yaml(from == first.provenance.end() ? unknown : from->second));
  }
  text += "sizes:\n";
  for (const InstanceSpec& size : sizes) text += size_row(size);
  return text;
}

}  // namespace inf::arch
