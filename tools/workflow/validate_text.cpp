#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/format.h"
#include "tools/workflow/validate.h"
#include "tools/workflow/validate_words.h"

namespace inf::workflow {
namespace {

using Align = Table::Align;

std::string rows_of_group(const Validation& v, const std::string& group) {
  Table table(
      {Align::left, Align::left, Align::right, Align::right, Align::right, Align::right, Align::left, Align::left});
  table.row({"measurement", "simulated as", "cores", "published", "simulated", "error", "bound", "explained by"});
  for (const ValidationRow& row : v.rows) {
    if (row.measurement.group != group || !row.not_run.empty()) continue;
    table.row({row.measurement.id, row.what, std::to_string(row.cores), duration(row.published_ns),
               duration(row.simulated_ns), error_words(row.error()), row.bound, breakdown_words(row)});
  }
  return table.text();
}

std::string calls(const Validation& v) {
  Table table({Align::left, Align::right, Align::right, Align::right});
  table.row({"measurement", "published", "simulated", "error"});
  bool any = false;
  for (const ValidationRow& row : v.rows) {
    if (!row.simulated_call_ns || !row.published_call_ns) continue;
    any = true;
    table.row({row.measurement.id, duration(*row.published_call_ns), duration(*row.simulated_call_ns),
               error_words(*row.simulated_call_ns / *row.published_call_ns - 1)});
  }
  return any ? "\nWhole calls: device, runtime and copies\n" + table.text() : "";
}

std::string summaries(const Validation& v) {
  Table table({Align::left, Align::right, Align::right, Align::right, Align::right, Align::right, Align::left});
  table.row({"group", "rows", "not run", "median", "worst", "rank corr.", "worst row"});
  const auto add = [&](const ErrorSummary& s) {
    table.row({s.group, std::to_string(s.rows), std::to_string(s.not_run), percent(s.median), percent(s.worst),
               fmt::format("{:.3f}", s.rank_correlation), s.worst_row});
  };
  for (const ErrorSummary& s : v.groups) add(s);
  if (v.groups.size() > 1) add(v.all);
  return table.text();
}

}  // namespace

std::string error_words(double error) { return fmt::format("{:+.1f} %", 100 * error); }

std::string breakdown_words(const ValidationRow& row) {
  std::string words;
  for (const auto& [engine, share] : row.busy)
    if (share >= 0.005) words += fmt::format("{}{} {:.0f} %", words.empty() ? "" : ", ", engine, 100 * share);
  words += fmt::format("; {} moved", si(static_cast<double>(row.dram_bytes), "B"));
  if (row.streamed_bytes > 0)
    words += fmt::format(", {} of weights streamed", si(static_cast<double>(row.streamed_bytes), "B"));
  if (row.resident_bytes > 0) words += fmt::format(", {} stay", si(static_cast<double>(row.resident_bytes), "B"));
  if (row.tflops > 0) words += fmt::format("; {:.1f} TFLOPS", row.tflops);
  return words;
}

std::string validation_text(const Validation& v) {
  std::string text = fmt::format("{}: simulated against published device times\n", v.file);
  for (const ErrorSummary& group : v.groups)
    if (group.rows > 0) text += fmt::format("\n{}\n", group.group) + rows_of_group(v, group.group);
  text += calls(v);
  text += "\nErrors of device times, absolute\n" + summaries(v);
  Table not_run({Align::left, Align::left});
  bool any = false;
  for (const ValidationRow& row : v.rows)
    if (!row.not_run.empty()) any = true, not_run.row({row.measurement.id, row.not_run});
  if (any) text += "\nNot run\n" + not_run.text();
  return text;
}

}  // namespace inf::workflow
