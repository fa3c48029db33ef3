#include "isa/arch/instance.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <variant>

#include "isa/arch/provenance_reader.h"
#include "isa/arch/yaml_reader.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::arch {
namespace {

/// One key of an instance file.
template <class... Target>
struct Key {
  const char* key;
  std::variant<Target...> target;
  const char* unit;
  double low, high;
  const char* meaning;
};
using SizeKey = Key<int InstanceSpec::*, std::int64_t InstanceSpec::*, Price InstanceSpec::*>;
using RuntimeKey = Key<std::int64_t RuntimeSpec::*, double RuntimeSpec::*>;

const SizeKey kSize[] = {
    {"chips", &InstanceSpec::chips, "chips", 1, 64, "chips of the instance"},
    {"vcpu", &InstanceSpec::vcpu, "vCPU", 1, 1024, "host processors"},
    {"memory_gib", &InstanceSpec::memory_gib, "GiB", 1, 16384, "host memory"},
    {"on_demand", &InstanceSpec::on_demand, "USD/h", 0, 1000, "price without commitment"},
    {"reserved", &InstanceSpec::reserved, "USD/h", 0, 1000, "effective price of a three-year reservation"},
};
const RuntimeKey kRuntime[] = {
    {"call_overhead_ns", &RuntimeSpec::call_overhead_ns, "ns", 0, 1e9,
     "everything of a call beside device time and copies"},
    {"device_start_ns", &RuntimeSpec::device_start_ns, "ns", 0, 1e9,
     "the part that the device spends; more workers do not hide it"},
    {"library_ns", &RuntimeSpec::library_ns, "ns", 0, 1e9, "the part that the runtime library spends"},
    {"copy_ms_per_mb", &RuntimeSpec::copy_ms_per_mb, "ms/MB", 0, 1000, "input and output copies, MB = 10^6 bytes"},
    {"large_copy_bytes", &RuntimeSpec::large_copy_bytes, "bytes", 0, 1e12,
     "bytes of one call above this copy at the large rate"},
    {"large_copy_bytes_per_ns", &RuntimeSpec::large_copy_bytes_per_ns, "bytes/ns", 0.001, 1000, "copy rate above that"},
    {"host_gflops", &RuntimeSpec::host_gflops, "GFLOPS", 0.001, 1e6, "fp32 arithmetic of operators placed on the host"},
    {"host_gb_per_s", &RuntimeSpec::host_gb_per_s, "GB/s", 0.001, 1e5,
     "memory traffic of operators placed on the host"},
    {"host_vcpu", &RuntimeSpec::host_vcpu, "vCPU", 1, 1024, "processors that give host_gflops and host_gb_per_s"},
    {"host_operator_ns", &RuntimeSpec::host_operator_ns, "ns", 0, 1e9, "dispatch of one operator placed on the host"},
    {"workers_per_core", &RuntimeSpec::workers_per_core, "workers", 1, 64,
     "threads that call a copy of the model by turns, where throughput counts"},
    {"call_vcpu", &RuntimeSpec::call_vcpu, "vCPU", 1, 64,
     "processors that a call keeps busy while it is not on the device"},
    {"load_ns", &RuntimeSpec::load_ns, "ns", 0, 1e12,
     "loading a copy of a model, beside its weights' way over the host link"},
};

Price read_price_basis(Section& root, std::string_view key) {
  std::optional<Section> entry = root.section_or_none(std::string(key));
  if (!entry) return {std::numeric_limits<double>::infinity(), "", "not published"};
  Price price{0, entry->text("date"), entry->text("source")};
  entry->finish();
  return price;
}

RuntimeSpec read_runtime(Section& root, std::map<std::string, Provenance>& provenance) {
  Section section = root.section("runtime");
  RuntimeSpec runtime;
  for (const RuntimeKey& key : kRuntime) {
    Section entry = section.section(key.key);
    entry.set_main_key("value");
    if (const auto* whole = std::get_if<std::int64_t RuntimeSpec::*>(&key.target))
      runtime.** whole =
          entry.integer("value", static_cast<std::int64_t>(key.low), static_cast<std::int64_t>(key.high));
    else
      runtime.*std::get<double RuntimeSpec::*>(key.target) = entry.number("value", key.low, key.high);
    const std::string path = section.path_of(key.key);
    provenance[path] = read_provenance(entry, path, key.unit);
    if (entry.has("value")) provenance[path].value = entry.text("value");
    entry.finish();
  }
  if (const std::string conflict = runtime_conflict(runtime); !conflict.empty())
    section.mistake("call_overhead_ns", conflict);
  section.finish();
  return runtime;
}

void read_size(Section& entry, InstanceSpec& spec) {
  spec.name = entry.text("name");
  for (const SizeKey& key : kSize) {
    const auto low = static_cast<std::int64_t>(key.low), high = static_cast<std::int64_t>(key.high);
    if (const auto* count = std::get_if<int InstanceSpec::*>(&key.target))
      spec.** count = static_cast<int>(entry.integer(key.key, low, high));
    else if (const auto* whole = std::get_if<std::int64_t InstanceSpec::*>(&key.target))
      spec.** whole = entry.integer(key.key, low, high);
    else if (Price& price = spec.*std::get<Price InstanceSpec::*>(key.target); price.published())
      price.usd_per_hour = entry.number(key.key, key.low, key.high);
  }
  entry.finish();
}

}  // namespace

std::vector<Parameter> runtime_parameters(RuntimeSpec& runtime) {
  // Paths that live as long as the table.
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> list;
    for (const RuntimeKey& key : kRuntime) list.push_back(std::string("runtime.") + key.key);
    return list;
  }();
  std::vector<Parameter> list;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const RuntimeKey& key = kRuntime[i];
    Parameter::Target target;
    if (const auto* whole = std::get_if<std::int64_t RuntimeSpec::*>(&key.target))
      target = &(runtime.**whole);
    else
      target = &(runtime.*std::get<double RuntimeSpec::*>(key.target));
    list.push_back({paths[i].c_str(), target, key.unit, key.low, key.high, key.meaning});
  }
  return list;
}

std::vector<Parameter> size_parameters(InstanceSpec& size) {
  std::vector<Parameter> list;
  for (const SizeKey& key : kSize) {
    Parameter::Target target;
    if (const auto* count = std::get_if<int InstanceSpec::*>(&key.target))
      target = &(size.**count);
    else if (const auto* whole = std::get_if<std::int64_t InstanceSpec::*>(&key.target))
      target = &(size.**whole);
    else
      target = &(size.*std::get<Price InstanceSpec::*>(key.target)).usd_per_hour;
    list.push_back({key.key, target, key.unit, key.low, key.high, key.meaning});
  }
  return list;
}

std::string runtime_conflict(const RuntimeSpec& runtime) {
  if (runtime.device_start_ns + runtime.library_ns <= runtime.call_overhead_ns) return {};
  return "is less than its parts device_start_ns and library_ns together";
}

double RuntimeSpec::copy_ns(std::int64_t bytes) const {
  // ms per 10^6 bytes is ns per byte.
  const double small = static_cast<double>(std::min(bytes, large_copy_bytes)) * copy_ms_per_mb;
  return small + static_cast<double>(std::max<std::int64_t>(0, bytes - large_copy_bytes)) / large_copy_bytes_per_ns;
}

std::vector<InstanceSpec> parse_instances(const std::string& yaml, const std::filesystem::path& file) {
  const YamlNode tree = parse_yaml(yaml, file.string());
  Problems problems(file.string());
  Section root(tree, "", problems);
  InstanceSpec common;
  common.family = root.text("family");
  common.region = root.text("region");
  const std::string chip = root.text("chip");
  common.chip_file =
      std::filesystem::path(chip).is_absolute() ? std::filesystem::path(chip) : file.parent_path() / chip;
  if (!chip.empty() && !std::filesystem::is_regular_file(common.chip_file))
    root.mistake("chip", fmt::format("is no file; {} was looked for", common.chip_file.lexically_normal().string()));
  common.on_demand = read_price_basis(root, "on_demand");
  common.reserved = read_price_basis(root, "reserved");
  if (!common.on_demand.published() && !common.reserved.published())
    root.mistake("sizes", "have no price: on_demand or reserved must say when and where prices were read");
  common.runtime = read_runtime(root, common.provenance);
  std::vector<InstanceSpec> sizes;
  std::set<std::string> names;
  for (Section& entry : root.sections("sizes")) {
    sizes.push_back(common);
    read_size(entry, sizes.back());
    if (!names.insert(sizes.back().name).second) entry.mistake("name", "is given twice");
  }
  if (sizes.empty()) root.mistake("sizes", "lists no instance size");
  root.finish();
  problems.throw_if_any();
  return sizes;
}

std::vector<InstanceSpec> load_instances(const std::filesystem::path& file) {
  return parse_instances(read_text(file), file);
}

InstanceSpec load_instance(const std::filesystem::path& file, const std::string& size) {
  std::vector<std::string> names;
  for (InstanceSpec& spec : load_instances(file)) {
    if (spec.name == size) return spec;
    names.push_back(spec.name);
  }
  throw Error(
      ErrorKind::config, file.string(),
      fmt::format("no instance size '{}'; it has {}{}", size, fmt::join(names, ", "), did_you_mean(size, names)));
}

std::string instance_markdown() {
  std::string text = "| Key | Unit | Range | Meaning |\n|---|---|---|---|\n";
  const auto row = [&](std::string_view key, std::string_view unit, const std::string& range,
                       std::string_view meaning) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", key, unit, range, meaning);
  };
  row("family", "-", "text", "name of the family");
  row("chip", "-", "file", "the chip file, relative to this file");
  row("region", "-", "text", "region of the prices");
  row("on_demand", "-", "date, source",
      "when and where the on-demand prices were read; left out, with those of the sizes, where none are published");
  row("reserved", "-", "date, source", "when and where the reserved prices were read; left out as on_demand");
  for (const RuntimeKey& key : kRuntime)
    row(std::string("runtime.") + key.key, key.unit, fmt::format("{}..{}", key.low, key.high), key.meaning);
  row("sizes[].name", "-", "text", "name of the instance size");
  for (const SizeKey& key : kSize)
    row(std::string("sizes[].") + key.key, key.unit, fmt::format("{}..{}", key.low, key.high), key.meaning);
  return text;
}

}  // namespace inf::arch
