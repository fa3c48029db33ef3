#include "isa/arch/parameters.h"
#include "isa/base/overload.h"
#include "tools/workflow/profile/build_profile.h"

namespace inf::workflow {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

void add_size(std::int64_t height, std::int64_t width, Settings& settings) {
  settings.emplace_back("height", std::to_string(height));
  settings.emplace_back("width", std::to_string(width));
}

void add_model(const ModelChoice& model, Settings& settings) {
  const auto batch = [&](std::int64_t n) { settings.emplace_back("batch", std::to_string(n)); };
  std::visit(Overload{[&](const BuiltinCraft& m) {
                        batch(m.batch);
                        if (m.size) add_size(m.size->height, m.size->width, settings);
                      },
                      [&](const BuiltinParseq& m) {
                        batch(m.batch);
                        settings.emplace_back("variant", m.shape.name);
                        settings.emplace_back("characters", std::to_string(m.characters));
                        settings.emplace_back("refine", std::to_string(m.refine));
                      },
                      [&](const BuiltinCnn& m) {
                        batch(m.options.batch);
                        add_size(m.options.height, m.options.width, settings);
                      },
                      [&](const BuiltinEncoder& m) {
                        batch(m.options.batch);
                        settings.emplace_back("sequence", std::to_string(m.options.sequence));
                        settings.emplace_back("head", workloads::name(m.options.head));
                      },
                      [&](const OnnxModel& m) {
                        if (m.options.batch) batch(*m.options.batch);
                        for (const auto& [symbol, size] : m.options.symbols)
                          settings.emplace_back("bind." + symbol, std::to_string(size));
                      }},
             model);
}

}  // namespace

Settings run_settings(const Workload& workload) {
  Settings settings;
  add_model(workload.model, settings);
  settings.emplace_back("precision", text(workload.precision));
  settings.emplace_back("host_operators",
                        workload.host_operators == compiler::HostOperators::allow ? "allow" : "forbid");
  settings.emplace_back("weights", workload.weights == compiler::WeightChoice::stream ? "stream" : "automatic");
  if (!workload.instance.empty()) settings.emplace_back("instance", workload.instance);
  if (workload.cores) settings.emplace_back("cores", std::to_string(*workload.cores));
  return settings;
}

Settings chip_settings(const arch::ChipSpec& chip) {
  Settings settings;
  arch::ChipSpec copy = chip;  // parameters point into a chip that may be changed
  for (const arch::Parameter& parameter : arch::parameters(copy))
    if (chip.provenance.contains(parameter.path))
      settings.emplace_back(kChipSetting + std::string(parameter.path), arch::value_text(parameter));
  return settings;
}

}  // namespace inf::workflow
