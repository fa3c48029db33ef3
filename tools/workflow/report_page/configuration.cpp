#include <filesystem>

#include "isa/arch/chip_config.h"
#include "isa/arch/instance.h"
#include "isa/arch/parameters.h"
#include "tools/workflow/content_key.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/report_page/parts.h"

namespace inf::workflow::page {
namespace {

using Json = nlohmann::ordered_json;

Json parameters_json(const std::vector<arch::Parameter>& parameters,
                     const std::map<std::string, arch::Provenance>& provenance) {
  Json list = Json::array();
  for (const arch::Parameter& parameter : parameters) {
    const auto from = provenance.find(parameter.path);
    if (from == provenance.end()) continue;
    Json json = {{"path", parameter.path},        {"value", arch::value_text(parameter)},
                 {"unit", parameter.unit},        {"mark", arch::name(from->second.mark)},
                 {"source", from->second.source}, {"meaning", parameter.meaning}};
    if (from->second.range) json["range"] = {figure(from->second.range->low), figure(from->second.range->high)};
    list.push_back(std::move(json));
  }
  return list;
}

Json price_json(const arch::Price& price) {
  if (!price.published()) return nullptr;
  return {{"usd_per_hour", figure(price.usd_per_hour)}, {"date", price.date}, {"source", price.source}};
}

Json instance_json(arch::InstanceSpec instance) {
  return {{"name", instance.name},
          {"region", instance.region},
          {"chips", instance.chips},
          {"vcpu", instance.vcpu},
          {"memory_gib", instance.memory_gib},
          {"on_demand", price_json(instance.on_demand)},
          {"reserved", price_json(instance.reserved)},
          {"parameters", parameters_json(arch::runtime_parameters(instance.runtime), instance.provenance)}};
}

Json file_json(const char* what, const std::filesystem::path& file) {
  ContentKey key;
  key.add_file(file);
  return {{"what", what}, {"name", file.filename().string()}, {"hash", key.text()}};
}

/// What the run depends on, by content. Where files lie does not show.
Json files_json(const Workload& workload) {
  Json list = Json::array();
  if (!workload.file.empty() && std::filesystem::is_regular_file(workload.file))
    list.push_back(file_json("workload", workload.file));
  ContentKey model;
  add_model(workload, model);
  list.push_back({{"what", "model with weights and precision"}, {"name", workload.name}, {"hash", model.text()}});
  for (const InputSource& input : workload.inputs) {
    if (!input.image.empty()) list.push_back(file_json("input", input.image));
    if (const auto* npy = std::get_if<std::filesystem::path>(&input.npy_or_seed))
      list.push_back(file_json("input", *npy));
  }
  list.push_back(file_json("chip", workload.chip));
  if (!workload.instances.empty()) list.push_back(file_json("instances", workload.instances));
  list.push_back({{"what", "inf-sim"}, {"name", "this program"}, {"hash", program_version()}});
  return list;
}

Json options_json(const Workload& workload) {
  Json json = Json::object();
  for (const auto& [name, value] : run_settings(workload)) json[name] = value;
  return json;
}

}  // namespace

Json configuration(const PageSource& source) {
  const Workload& workload = source.workload;
  arch::ChipSpec chip = arch::load_chip(workload.chip);
  Json json = {{"chip", {{"name", chip.name}, {"title", chip.title}, {"hash", chip.hash()}}},
               {"parameters", parameters_json(arch::parameters(chip), chip.provenance)},
               {"options", options_json(workload)}};
  if (!workload.instances.empty()) json["instance"] = instance_json(find_instance(workload));
  json["files"] = files_json(workload);
  return json;
}

}  // namespace inf::workflow::page
