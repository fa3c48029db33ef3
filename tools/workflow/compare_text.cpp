#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tools/workflow/compare.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;

bool one_mode(const Comparison& comparison) {
  return std::all_of(comparison.points.begin(), comparison.points.end(),
                     [&](const ComparePoint& p) { return p.spread == comparison.points.front().spread; });
}

std::string bound_text(const ComparePoint& point) {
  const std::string share = fmt::format("{:.0f} %", point.bound_share * 100);
  return point.bound == "waiting" ? fmt::format("waiting, {} {}", point.device.busiest, share)
                                  : fmt::format("{} {}", point.bound, share);
}

std::string usd(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

/// Reasons that points share, each said once.
class Footnotes {
 public:
  /// "[1]"
  std::string mark(const std::string& reason) {
    const auto known = std::find(reasons_.begin(), reasons_.end(), reason);
    const auto index = known - reasons_.begin();
    if (known == reasons_.end()) reasons_.push_back(reason);
    return fmt::format("[{}]", index + 1);
  }
  std::string text() const {
    std::string text;
    for (std::size_t i = 0; i < reasons_.size(); ++i) text += fmt::format("  [{}] {}\n", i + 1, reasons_[i]);
    return text;
  }

 private:
  std::vector<std::string> reasons_;
};

std::string points_text(const Comparison& comparison) {
  Footnotes notes;
  const bool modes = !one_mode(comparison);
  Table table({kLeft, kRight, kLeft, kRight, kRight, kRight, kRight, kRight, kRight, kLeft, kLeft});
  table.row({"instance", "batch", modes ? "mode" : "", "latency", "throughput", "at latency", "on demand", "reserved",
             "cores", "bound", ""});
  std::string instance;
  for (const ComparePoint& p : comparison.points) {
    const std::string title = p.instance == instance ? "" : p.instance;
    instance = p.instance;
    const std::string mode = modes ? std::string(name(p.spread)) : "";
    if (!p.feasible()) {
      table.row({title, std::to_string(p.batch), mode, "-", "-", "-", "-", "-", "-",
                 "cannot be " + notes.mark(p.refused), ""});
      continue;
    }
    table.row({title, std::to_string(p.batch), mode, duration(p.light.p50_ns), si(p.full.per_s, "/s"),
               duration(p.full.p50_ns), usd(p.full.usd_on_demand), usd(p.full.usd_reserved),
               percent(p.full.core_utilisation), bound_text(p),
               p.device.resident_bytes > 0 ? si(static_cast<double>(p.device.resident_bytes), "B") + " in SBUF"
                                           : std::string()});
  }
  return table.text() + notes.text();
}

std::string best_text(const Comparison& comparison) {
  const std::vector<Choice> choices = best(comparison);
  const std::string limit =
      comparison.slo_ns ? fmt::format(" within {} (P99)", duration(*comparison.slo_ns)) : std::string();
  if (choices.empty()) return fmt::format("\nBest{}\n  none: every call takes longer\n", limit);
  Table table({kLeft, kLeft, kLeft, kLeft});
  for (const Choice& c : choices)
    table.row({c.objective, c.figure, c.point->instance,
               fmt::format("batch {}{}, {} worker{} for each copy", c.point->batch,
                           c.point->spread == Spread::pipeline ? ", pipeline" : "", c.at->workers,
                           c.at->workers == 1 ? "" : "s")});
  return fmt::format("\nBest{}\n", limit) + table.text();
}

}  // namespace

std::vector<Choice> best(const Comparison& comparison) {
  struct Objective {
    const char* name;
    double (*badness)(const OperatingPoint&);
    std::string (*figure)(const OperatingPoint&);
  };
  const Objective objectives[] = {
      {"latency", [](const OperatingPoint& at) { return at.p99_ns; },
       [](const OperatingPoint& at) { return duration(at.p50_ns); }},
      {"throughput", [](const OperatingPoint& at) { return -at.per_s; },
       [](const OperatingPoint& at) { return si(at.per_s, "/s"); }},
      {"cost on demand", [](const OperatingPoint& at) { return at.usd_on_demand; },
       [](const OperatingPoint& at) { return usd(at.usd_on_demand) + " USD per million"; }},
      {"cost reserved", [](const OperatingPoint& at) { return at.usd_reserved; },
       [](const OperatingPoint& at) { return usd(at.usd_reserved) + " USD per million"; }},
  };
  std::vector<Choice> choices;
  for (const Objective& objective : objectives) {
    Choice choice{objective.name};
    for (const ComparePoint& point : comparison.points)
      for (const OperatingPoint* at : {&point.light, &point.full}) {
        if (!point.feasible() || (comparison.slo_ns && at->p99_ns > *comparison.slo_ns)) continue;
        if (choice.at == nullptr || objective.badness(*at) < objective.badness(*choice.at))
          choice.point = &point, choice.at = at;
      }
    if (choice.at == nullptr || std::isinf(objective.badness(*choice.at))) continue;
    choice.figure = objective.figure(*choice.at);
    choices.push_back(choice);
  }
  return choices;
}

std::string compare_text(const Comparison& comparison) {
  std::string text = fmt::format("{}, {}\n", comparison.workload, workflow::text(comparison.precision));
  text +=
      "  latency: P50 of a call with one worker for each core and every core at work; throughput: with workers enough "
      "to keep the cores busy,\n  where a call takes the time under `at latency`; USD per million samples at that "
      "throughput; cores: at work; bound: what is busiest on a core; last: weights that stay\n\n";
  text += points_text(comparison) + best_text(comparison);
  if (!comparison.crossovers.empty()) text += "\nCrossover\n";
  for (const std::string& sentence : comparison.crossovers) text += "  " + sentence + "\n";
  return text;
}

}  // namespace inf::workflow
