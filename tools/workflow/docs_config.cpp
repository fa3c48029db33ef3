#include "tools/workflow/docs_config.h"

#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/workload_fields.h"

namespace inf::workflow {
namespace {

constexpr double kWhole = 1e16;  // below it whole numbers are written out

std::string range_text(double low, double high) {
  if (low == 0 && high == 0) return "-";
  const auto text = [](double v) {
    return v == std::floor(v) && std::abs(v) < kWhole ? fmt::format("{:.0f}", v) : fmt::format("{:.15g}", v);
  };
  return text(low) + ".." + text(high);
}

}  // namespace

std::string workload_markdown() {
  std::string text =
      "\n## Workload files, `workloads/*.yaml`\n\n`inf-sim run`, `compile` and `analyze` read them. Paths in a file "
      "are relative to it. `inputs` is one map, or a list with a"
      " map for each model input. Described in `tools/workflow/workload_fields.cpp`.\n\n"
      "| Key | Type | Unit | Range | Default | Meaning |\n|---|---|---|---|---|---|\n";
  for (const WorkloadField& field : workload_fields())
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", field.path, field.type, field.unit,
                        range_text(field.low, field.high), field.fallback, field.meaning);
  return text;
}

}  // namespace inf::workflow
