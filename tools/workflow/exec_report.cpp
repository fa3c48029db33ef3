#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/workflow/exec.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

constexpr int kVersion = 1;  // of the document in docs/json.md
constexpr std::size_t kShownValues = 64;
constexpr std::size_t kPerLine = 8;

std::string values_text(const std::vector<float>& values) {
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kShownValues); i += kPerLine) {
    text += "   ";
    for (std::size_t j = i; j < std::min({values.size(), i + kPerLine, kShownValues}); ++j)
      text += fmt::format(" {:>11.6g}", values[j]);
    text += "\n";
  }
  if (values.size() > kShownValues) text += fmt::format("    ... {} more\n", values.size() - kShownValues);
  return text;
}

}  // namespace

std::string exec_text(const ExecResult& result) {
  std::string text = fmt::format("{} on {}: {} instructions\n", result.program, result.chip,
                                 grouped(static_cast<std::int64_t>(result.instructions)));
  if (result.timed) {
    text +=
        fmt::format("  {} ({} ticks of {:.4g} GHz), {} read and {} written in device memory\n", duration(result.ns),
                    grouped(result.ticks), static_cast<double>(result.tick_mhz) * 1e-3,
                    si(static_cast<double>(result.dram_read), "B"), si(static_cast<double>(result.dram_written), "B"));
    Table table({Table::Align::left, Table::Align::right, Table::Align::right, Table::Align::right});
    table.row({"engine", "busy", "of the run", "instructions"});
    for (const EngineUse& use : result.engines)
      if (use.instructions > 0)
        table.row({use.engine, duration(use.busy_ns), percent(use.utilisation),
                   grouped(static_cast<std::int64_t>(use.instructions))});
    text += table.text();
  }
  for (const ExecOutput& output : result.outputs)
    text += fmt::format("\n{} {} [{}]\n", output.name, name(output.dtype), fmt::join(output.array.shape, ", ")) +
            values_text(output.array.data);
  return text;
}

std::string exec_json(const ExecResult& result) {
  nlohmann::ordered_json json = {{"document", "inf-sim exec"},          {"version", kVersion},
                                 {"program", result.program},           {"chip", result.chip},
                                 {"instructions", result.instructions}, {"macs", result.macs},
                                 {"dram_read_bytes", result.dram_read}, {"dram_written_bytes", result.dram_written}};
  if (result.timed) {
    json["ticks"] = result.ticks;
    json["tick_mhz"] = result.tick_mhz;
    json["engines"] = nlohmann::ordered_json::array();
    for (const EngineUse& use : result.engines)
      json["engines"].push_back({{"engine", use.engine},
                                 {"busy_ns", use.busy_ns},
                                 {"utilisation", use.utilisation},
                                 {"instructions", use.instructions}});
  }
  json["outputs"] = nlohmann::ordered_json::array();
  for (const ExecOutput& output : result.outputs)
    json["outputs"].push_back({{"name", output.name},
                               {"dtype", name(output.dtype)},
                               {"shape", output.array.shape},
                               {"values", output.array.data}});
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
