#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {
namespace {

/// Lines of RFC 4180, each ended by a line feed.
class Csv {
 public:
  void text(std::string_view cell) {
    if (!first_) text_ += ',';
    first_ = false;
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_ += cell;
      return;
    }
    text_ += '"';
    for (const char c : cell) text_ += c == '"' ? "\"\"" : std::string(1, c);
    text_ += '"';
  }
  /// The shortest digits that read back as the same double; nothing where there is no number.
  void number(double value) { text(std::isnan(value) ? std::string() : fmt::format("{}", value)); }
  void yes_no(bool value) { text(value ? "yes" : "no"); }
  void end_line() {
    text_ += '\n';
    first_ = true;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool first_ = true;
};

void head(const Sweep& sweep, const std::vector<std::string>& keys, Csv& csv) {
  for (const char* name : {"number", "key", "status"}) csv.text(name);
  for (const std::string& key : keys) csv.text(key);
  for (const MetricInfo& m : metrics()) csv.text(m.column);
  csv.text("device_ns");
  if (sweep.workloads.size() > 1)
    for (const SweepWorkload& w : sweep.workloads) {
      csv.text(w.name + ".status");
      for (const MetricInfo& m : metrics()) csv.text(w.name + "." + m.column);
    }
  for (const char* name :
       {"on_front", "within_limits", "bound", "reason", "short_of", "needed", "available", "unit", "knob"})
    csv.text(name);
  csv.end_line();
}

void figures(const CaseOutcome& outcome, Csv& csv) {
  for (const MetricInfo& m : metrics()) csv.number(outcome.metrics[m.metric]);
}

void line(const Sweep& sweep, const std::vector<std::string>& keys, const Row& row, Csv& csv) {
  csv.text(std::to_string(row.number));
  csv.text(row.key);
  csv.text(name(row.outcome.status));
  for (const std::string& key : keys) csv.text(setting(row, key));
  figures(row.outcome, csv);
  csv.number(row.outcome.status == Status::done ? row.outcome.device_ns : std::nan(""));
  if (sweep.workloads.size() > 1)
    for (std::size_t w = 0; w < sweep.workloads.size(); ++w) {
      const CaseOutcome of = w < row.cases.size() ? row.cases[w] : CaseOutcome{};
      csv.text(name(of.status));
      figures(of, csv);
    }
  csv.yes_no(row.on_front);
  csv.yes_no(row.within_limits);
  const Bound* bound = bound_of(row);
  csv.text(bound != nullptr ? bound->level : std::string());
  csv.text(row.outcome.reason);
  if (const auto& s = row.outcome.shortfall) {
    csv.text(s->what);
    csv.number(s->needed);
    csv.number(s->available);
    csv.text(s->unit);
    csv.text(s->knob);
  } else {
    for (int empty = 0; empty < 5; ++empty) csv.text("");
  }
  csv.end_line();
}

}  // namespace

std::string results_csv(const Sweep& sweep, const Results& results) {
  Csv csv;
  const std::vector<std::string> keys = setting_keys(sweep);
  head(sweep, keys, csv);
  for (const Row& row : results.rows) line(sweep, keys, row, csv);
  return csv.take();
}

}  // namespace inf::workflow::sweep
