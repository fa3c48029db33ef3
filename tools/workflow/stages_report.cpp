#include <fmt/core.h>

#include "tools/workflow/format.h"
#include "tools/workflow/stages.h"
#include "tools/workflow/weights.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;

std::string bytes_text(std::int64_t bytes) { return si(static_cast<double>(bytes), "B"); }

std::string place_of(const Weights& w) {
  if (w.bytes == 0) return "none";
  if (w.streamed == 0) return bytes_text(w.bytes) + " resident";
  if (w.resident == 0) return bytes_text(w.bytes) + " streamed";
  return fmt::format("{} of {} resident", bytes_text(w.resident), bytes_text(w.bytes));
}

std::string table_text(const StagesUse& use) {
  Table table({kRight, kRight, kRight, kRight, kRight, kRight, kRight, kLeft, kLeft});
  table.row({"stage", "chip", "core", "operators", "time", "busy", "values in", "weights", "from .. to"});
  const bool timed = use.interval_ns > 0;
  for (std::size_t i = 0; i < use.stages.size(); ++i) {
    const StageUse& s = use.stages[i];
    table.row({std::to_string(i + 1), std::to_string(s.chip), std::to_string(s.core), std::to_string(s.operators),
               timed ? duration(s.ns) : "-", timed ? percent(s.utilisation) : "-", bytes_text(s.bytes_in),
               place_of(s.weights), s.first == s.last ? s.first : s.first + " .. " + s.last});
  }
  return "\nStages (one program each; time of a call while all stages work)\n" + table.text();
}

std::string chain_text(const StagesUse& use) {
  Table table({kLeft, kRight, kLeft});
  const double cores = static_cast<double>(use.stages.size());
  table.row({"fill", duration(use.fill_ns), "the first call through all stages"});
  table.row({"interval", duration(use.interval_ns),
             fmt::format("steady state, {} on {} core{}", si(1e9 / use.interval_ns, "/s"), use.stages.size(),
                         use.stages.size() == 1 ? "" : "s")});
  table.row(
      {"balance", percent(use.balance), fmt::format("mean stage against the slowest, {}", duration(use.slowest_ns))});
  table.row({"bubbles", percent(use.bubbles), "of all cores' time, waiting for other stages"});
  table.row({"links", bytes_text(use.link_bytes), "between chips, over all simulated calls, each hop counted"});
  table.row(
      {"data-parallel", si(1e9 / use.copies_interval_ns, "/s"),
       fmt::format("{:.0f} copies of the whole model in place of stages, {} each: the pipeline gives {:.2f} times "
                   "as much",
                   cores, duration(use.copies_latency_ns), use.copies_interval_ns / use.interval_ns)});
  return "\nPipeline\n" + table.text();
}

}  // namespace

std::string stages_text(const StagesUse& use) {
  std::string text = table_text(use);
  if (use.interval_ns > 0) text += chain_text(use);
  return text + fmt::format("  rule of thumb: {} cores, 4 x round(weights / 2e7) (AWS, NeuronCore Pipeline page)\n",
                            use.advised_cores);
}

}  // namespace inf::workflow
