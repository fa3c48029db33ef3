#include "tools/workflow/workload_sizes.h"

#include <fmt/core.h>

#include "isa/base/read_number.h"
#include "tools/workflow/workload_fields.h"

namespace inf::workflow {
namespace {

using arch::YamlNode;

std::optional<std::int64_t> size_of_axis(const YamlNode& node, const std::string& path, const WorkloadField& field,
                                         arch::Problems& problems) {
  const auto value = read_number<std::int64_t>(node.text);
  if (value && *value >= static_cast<std::int64_t>(field.low) && *value <= static_cast<std::int64_t>(field.high))
    return value;
  problems.add(node.place, fmt::format("{} = {} is outside {}..{}", path, node.text, field.low, field.high));
  return std::nullopt;
}

/// {batch: 1}
Binding read_binding(const YamlNode& map, const std::string& path, const WorkloadField& field,
                     arch::Problems& problems) {
  Binding binding;
  for (const auto& entry : map.entries) {
    const std::string key = fmt::format("{}.{}", path, entry.key);
    const auto size = size_of_axis(entry.value, key, field, problems);
    if (binding.contains(entry.key)) problems.add(entry.place, key + " is repeated");
    binding[entry.key] = size.value_or(1);
  }
  return binding;
}

void read_symbols(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  const YamlNode* map = model.node_or_null("symbols");
  if (map == nullptr) return;
  if (map->kind != YamlNode::Kind::map) return model.mistake("symbols", "is no map of dimension names to sizes");
  into.symbols = read_binding(*map, "model.symbols", workload_field("model.symbols"), problems);
}

void read_shapes(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  const YamlNode* map = model.node_or_null("shapes");
  if (map == nullptr) return;
  if (map->kind != YamlNode::Kind::map) return model.mistake("shapes", "is no map of input names to lists of sizes");
  for (const auto& entry : map->entries) {
    const std::string path = "model.shapes." + entry.key;
    if (into.shapes.contains(entry.key)) problems.add(entry.place, path + " is repeated");
    std::vector<std::int64_t>& shape = into.shapes[entry.key];
    if (entry.value.kind != YamlNode::Kind::list) problems.add(entry.value.place, path + " is no list of sizes");
    for (std::size_t i = 0; i < entry.value.items.size(); ++i)
      shape.push_back(
          size_of_axis(entry.value.items[i], fmt::format("{}[{}]", path, i), workload_field("model.shapes"), problems)
              .value_or(1));
  }
}

void read_buckets(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  const YamlNode* list = model.node_or_null("buckets");
  if (list == nullptr) return;
  const std::string form = "is no list of maps such as {batch: 8, seq: 128}";
  if (list->kind != YamlNode::Kind::list) return model.mistake("buckets", form);
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = list->items[i];
    const std::string path = fmt::format("model.buckets[{}]", i);
    if (item.kind != YamlNode::Kind::map || item.entries.empty()) {
      problems.add(item.place, path + " " + form);
      continue;
    }
    into.buckets.push_back(
        {read_binding(item, path, workload_field("model.buckets"), problems), problems.where(item.place)});
  }
}

}  // namespace

void read_model_sizes(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  read_symbols(model, into, problems);
  read_shapes(model, into, problems);
  read_buckets(model, into, problems);
}

}  // namespace inf::workflow
