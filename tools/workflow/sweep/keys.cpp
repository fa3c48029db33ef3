#include "tools/workflow/sweep/keys.h"

#include <fmt/core.h>

#include "isa/arch/energy.h"
#include "isa/arch/instance.h"
#include "isa/arch/parameters.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/overload.h"
#include "tools/workflow/workload_fields.h"

namespace inf::workflow::sweep {
namespace {

using List = std::vector<Key>;

KeyType type_of(const arch::Parameter& parameter) {
  return std::visit(Overload{
                        [](const bool*) { return KeyType::boolean; },
                        [](const std::string*) { return KeyType::text; },
                        [](const std::vector<DType>*) { return KeyType::dtypes; },
                        [](const double*) { return KeyType::number; },
                        [](const auto*) { return KeyType::whole; },
                    },
                    parameter.target);
}

void add(const std::vector<arch::Parameter>& parameters, KeyFile file, const std::string& prefix, List& list) {
  for (const arch::Parameter& p : parameters) {
    // The section `chip` of a chip file needs no second "chip".
    const std::string path = std::string_view(p.path).starts_with(prefix) ? p.path : prefix + p.path;
    list.push_back({path, file, p.path, type_of(p), p.unit, p.low, p.high, p.meaning});
  }
}

/// Sections of a workload file that a point's outcome does not depend on, or that have a key of their own here.
constexpr std::string_view kLeftOut[] = {"target", "checks", "compare", "load"};

bool left_out(std::string_view path) {
  for (const std::string_view section : kLeftOut)
    if (path.starts_with(section) && path.substr(section.size()).starts_with('.')) return true;
  return false;
}

/// The key for a field of a workload file; its path is empty where a sweep cannot set it.
Key workload_key(const WorkloadField& field) {
  Key key{std::string(field.path),
          KeyFile::workload,
          std::string(field.path),
          KeyType::text,
          std::string(field.unit),
          field.low,
          field.high,
          std::string(field.meaning)};
  if (!key.path.starts_with("compile.")) key.path = "workload." + key.path;
  if (field.type == "whole number") {
    key.type = KeyType::whole;
  } else if (field.type == "number") {
    key.type = KeyType::number;
  } else if (field.type == "list") {
    key.type = field.high > field.low ? KeyType::wholes : KeyType::texts;
  } else if (field.path == "model.symbols" || field.path == "model.shapes") {
    key.type = field.path == "model.symbols" ? KeyType::whole : KeyType::wholes;
    key.path += ".*";
    key.inner += ".*";
  } else if (field.type != "text") {
    key.path.clear();
  }
  return key;
}

List all_keys() {
  List list;
  list.push_back({"chip", KeyFile::chip, "", KeyType::text, "-", 0, 0,
                  "whole chip files: names of files in configs/chips, or paths"});
  arch::ChipSpec chip;
  add(arch::parameters(chip), KeyFile::chip, "chip.", list);
  arch::EnergySpec energy;
  add(arch::energy_parameters(energy), KeyFile::chip, "chip.", list);
  list.push_back({"instance", KeyFile::instance, "", KeyType::text, "-", 0, 0,
                  "instance sizes, such as inf2.xlarge; the chip is then the one of its file unless `chip` is given"});
  arch::InstanceSpec instance;
  add(arch::size_parameters(instance), KeyFile::instance, "instance.", list);
  add(arch::runtime_parameters(instance.runtime), KeyFile::instance, "instance.", list);
  for (const WorkloadField& field : workload_fields())
    if (Key key = workload_key(field); !left_out(field.path) && !key.path.empty()) list.push_back(std::move(key));
  return list;
}

/// Other spellings of keys.
std::string spelled(std::string_view path) {
  constexpr std::string_view kLong = "workload.compile.", kChip = "chip.chip.";
  if (path.starts_with(kLong)) return std::string(path.substr(std::string_view("workload.").size()));
  if (path.starts_with(kChip)) return std::string(path.substr(std::string_view("chip.").size()));
  if (path == "workload.target.chip") return "chip";
  if (path == "workload.target.instance") return "instance";
  return std::string(path);
}

/// The part before the "*", or nothing.
std::string_view open_stem(const Key& key) {
  const std::string_view path = key.path;
  return path.ends_with(".*") ? path.substr(0, path.size() - 1) : std::string_view();
}

/// What is left of a dotted path without its first parts; empty when that is all of it.
std::string_view without_parts(std::string_view path, int parts) {
  for (; parts > 0; --parts) {
    const std::size_t dot = path.find('.');
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return path;
}

}  // namespace

const std::vector<Key>& sweep_keys() {
  static const List keys = all_keys();
  return keys;
}

const Key* find_key(std::string_view path) {
  const std::string wanted = spelled(path);
  for (const Key& key : sweep_keys()) {
    if (key.path == wanted && open_stem(key).empty()) return &key;
    const std::string_view stem = open_stem(key);
    if (!stem.empty() && wanted.size() > stem.size() && wanted.starts_with(stem)) return &key;
  }
  return nullptr;
}

std::string canonical_path(std::string_view path) {
  if (find_key(path) == nullptr) throw Error(ErrorKind::internal, std::string(path), "is no key of a sweep");
  return spelled(path);
}

std::string unknown_key(std::string_view path) {
  const std::string wanted = spelled(path);
  constexpr std::string_view kWorkload = "workload.";
  if (wanted.starts_with(kWorkload) && left_out(std::string_view(wanted).substr(kWorkload.size())))
    return fmt::format("{} cannot be swept: it changes nothing of what a point is judged by{}", path,
                       wanted.starts_with("workload.target.") ? "; `chip` and `instance` name files and sizes" : "");
  // The whole path, else a path that lacks its first parts: "tensor.row", "row".
  for (int parts = 0; parts < 3; ++parts) {
    std::vector<std::string_view> names;
    for (const Key& key : sweep_keys()) names.push_back(without_parts(key.path, parts));
    const std::string near = nearest(wanted, names);
    for (std::size_t i = 0; i < names.size() && !near.empty(); ++i)
      if (names[i] == near) return fmt::format("unknown key {}; did you mean '{}'?", path, sweep_keys()[i].path);
  }
  return fmt::format("unknown key {}", path);
}

const char* name(KeyType type) {
  switch (type) {
    case KeyType::whole: return "whole number";
    case KeyType::number: return "number";
    case KeyType::boolean: return "true or false";
    case KeyType::text: return "text";
    case KeyType::dtypes: return "list of dtypes";
    case KeyType::wholes: return "list of whole numbers";
    case KeyType::texts: return "list of names";
  }
  return "";
}

}  // namespace inf::workflow::sweep
