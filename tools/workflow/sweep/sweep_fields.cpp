#include "tools/workflow/sweep/sweep_fields.h"

#include <fmt/core.h>

#include "isa/base/error.h"
#include "tools/workflow/sweep/formula.h"
#include "tools/workflow/sweep/keys.h"
#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {
namespace {

constexpr double kMostPoints = 1e7, kMostSeed = 9007199254740992;

constexpr SweepField kFields[] = {
    {"title", "text", 0, 0, "the file's name", "what the sweep asks, for its pages and tables"},
    {"workload", "file", 0, 0, "-", "a workload file or an ONNX model, relative to the sweep file"},
    {"workloads", "list", 0, 0, "-",
     "several of them in place of workload: files, or maps of file and weight; a point is judged by the mean"},
    {"workloads.file", "file", 0, 0, "required", "as workload"},
    {"workloads.weight", "number", 1e-6, 1e6, "1", "of this workload in the mean"},
    {"set", "map", 0, 0, "-", "values of keys in place of what the files say, at every point"},
    {"parameters", "map", 0, 0, "required",
     "keys that the sweep varies: a list of values; {from, to, step}; {from, to, factor}; or {from, to, count} with "
     "scale: linear or log. Keys in bytes take 96KiB, 24MB"},
    {"link", "map", 0, 0, "-", "keys that a formula over other keys gives, at each point"},
    {"constraints", "list", 0, 0, "-", "conditions over keys that a point must meet to be visited"},
    {"objectives", "list", 0, 0, "[latency, usd_per_million]",
     "what points are judged by: latency, throughput, usd_per_million, energy, accuracy (with mode: both)"},
    {"limits", "map", 0, 0, "-",
     "bounds of these metrics: at most, or at least where more is better; latency with its unit, such as 50ms. A point "
     "beyond one stays in the results and never reaches the front"},
    {"strategy", "map", 0, 0, "grid", "the map below, or its kind alone"},
    {"strategy.kind", "one of grid, random, sobol, nsga2", 0, 0, "grid",
     "every point; points drawn at random; points spread evenly; a genetic search for the front (with one objective, "
     "for its least value)"},
    {"strategy.budget", "whole number", 1, kMostPoints, "the whole grid, where it is small",
     "most points that are visited; nsga2 needs it"},
    {"strategy.seed", "whole number", 0, kMostSeed, "1", "of random, sobol and nsga2"},
    {"strategy.population", "whole number", 8, 4096, "32", "nsga2: points of a generation, a multiple of 4"},
    {"strategy.islands", "whole number", 1, 256, "2",
     "nsga2: searches of their own, each with its share of the budget; shards share them out"},
    {"mode", "one of timing, both", 0, 0, "timing", "both computes values too, which accuracy needs"},
    {"timeout", "duration", 0, 0, "300s", "for one workload at one point"},
};

std::string range_text(double low, double high) {
  return low == 0 && high == 0 ? "-" : number_text(low) + ".." + number_text(high);
}

}  // namespace

std::span<const SweepField> sweep_fields() { return kFields; }

const SweepField& sweep_field(std::string_view path) {
  for (const SweepField& field : kFields)
    if (field.path == path) return field;
  throw Error(ErrorKind::internal, "", "the sweep file has no key " + std::string(path));
}

std::string sweep_markdown() {
  std::string text =
      "\n## Sweep files, `configs/sweeps/*.yaml`\n\n`inf-sim sweep` reads them. Described in "
      "`tools/workflow/sweep/sweep_fields.cpp`.\n\n| Key | Type | Range | Default | Meaning |\n|---|---|---|---|---|\n";
  for (const SweepField& field : kFields)
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.path, field.type, range_text(field.low, field.high),
                        field.fallback, field.meaning);
  text +=
      "\n`parameters`, `set`, `link` and formulas name keys of the other files: `chip.` before a key of a chip file (`"
      "chip.tensor.rows`; its section\n`chip` is not said twice: `chip.cores`), `instance.` before a key of a size or "
      "of `runtime` (`instance.vcpu`,\n`instance.runtime.call_overhead_ns`), `compile.` keys as they are, `workload.` "
      "before the other keys of a workload file\n(`workload.model.batch`, `workload.model.symbols.NAME`). `chip` alone "
      "stands for a whole chip file, `instance` alone for an instance size. Not\n`target`, `checks`, `compare` and "
      "`load` of a workload file, nor lists of maps.\n\n"
      "Formulas have + - * / ^, comparisons, && and ||, `a ? b : c`, min, max, abs, sqrt, log2, floor, ceil, rint and "
      "mod. A key in one\nthat the sweep neither varies nor sets has the number of the chip, instance and workload "
      "files.\n\n| Beside those | Meaning |\n|---|---|\n";
  for (const Key& key : sweep_keys())
    if (key.inner.empty() || key.inner.ends_with(".*")) text += fmt::format("| `{}` | {} |\n", key.path, key.meaning);
  return text;
}

}  // namespace inf::workflow::sweep
