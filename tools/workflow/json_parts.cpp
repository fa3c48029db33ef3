#include "tools/workflow/json_parts.h"

#include <cmath>

namespace inf::workflow {

using Json = nlohmann::ordered_json;

Json figure(double value) {
  constexpr int kDigits = 6;
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0;
  const double scale = std::pow(10.0, kDigits - 1 - std::floor(std::log10(std::fabs(value))));
  const double rounded = std::round(value * scale) / scale;
  return std::floor(rounded) == rounded && std::fabs(rounded) < 1e15 ? Json(static_cast<std::int64_t>(rounded))
                                                                     : Json(rounded);
}

Json ledger_json(const std::vector<LedgerRow>& rows) {
  Json list = Json::array();
  for (const LedgerRow& row : rows)
    list.push_back({{"type", row.type},
                    {"nodes", row.total()},
                    {"compiled", row.compiled},
                    {"fused", row.fused},
                    {"folded", row.folded},
                    {"host", row.host},
                    {"refused", row.refused}});
  return list;
}

Json nodes_json(const std::vector<compiler::LedgerEntry>& entries) {
  Json list = Json::array();
  for (const compiler::LedgerEntry& node : entries)
    list.push_back({{"node", node.node},
                    {"type", node.onnx_type},
                    {"fate", name(node.fate)},
                    {"into", node.into},
                    {"macs", node.macs}});
  return list;
}

Json energy_json(const Energy& energy) {
  return {{"call_j", figure(energy.total_j())},
          {"static_j", figure(energy.static_j)},
          {"mac_j", figure(energy.mac_j)},
          {"dram_j", figure(energy.dram_j)},
          {"host_j", figure(energy.host_j)}};
}

}  // namespace inf::workflow
