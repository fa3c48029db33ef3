#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tools/workflow/format.h"
#include "tools/workflow/sweep/describe.h"
#include "tools/workflow/sweep/front_table.h"
#include "tools/workflow/sweep/importance.h"
#include "tools/workflow/sweep/reasons.h"
#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/row.h"
#include "tools/workflow/sweep/scatter.h"

namespace inf::workflow::sweep {
namespace {

constexpr std::size_t kWidth = 100, kNarrow = 80, kFrontRows = 20, kReasons = 8, kPlotHeight = 18;
constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;

std::string points_word(std::size_t count) {
  return fmt::format("{} {}", grouped(static_cast<std::int64_t>(count)), count == 1 ? "point" : "points");
}

std::string head(const Sweep& sweep) {
  std::string asked;
  for (const Metric m : sweep.objectives)
    asked += fmt::format("{}{} ({} is better)", asked.empty() ? "" : ", ", info(m).name,
                         info(m).more_is_better ? "more" : "less");
  for (const Limit& limit : sweep.limits) asked += "; " + limit_text(limit);
  return wrapped(sweep.title.empty() ? sweep.name : sweep.title, 0, kWidth) + wrapped(asked, 2, kWidth);
}

std::string counts(const Results& results) {
  Table table({kLeft, kRight, kRight});
  const auto all = static_cast<double>(results.rows.size());
  const auto row = [&](const std::string& what, std::size_t count) {
    table.row({what, grouped(static_cast<std::int64_t>(count)), percent(static_cast<double>(count) / all)});
  };
  for (const Status status : kStatuses)
    if (results.count(status) > 0) row(name(status), results.count(status));
  const auto beyond =
      static_cast<std::size_t>(std::count_if(results.rows.begin(), results.rows.end(), [](const Row& r) {
        return r.outcome.status == Status::done && !r.within_limits;
      }));
  if (beyond > 0) row("done, beyond a limit", beyond);
  row("on the front", results.front.size());
  return fmt::format("\n{}\n", points_word(results.rows.size())) + table.text();
}

/// Why there is no front.
std::string no_front(const Results& results) {
  if (results.count(Status::done) > 0) return "  every point that is done breaks a limit\n";
  return results.count(Status::missing) == results.rows.size() ? "  nothing is computed yet\n" : "  no point is done\n";
}

std::string bar(double share, std::size_t characters) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(characters) + 0.5);
  return std::string(filled, '#') + std::string(characters - filled, '.');
}

/// Parameters that vary, the one with most effect on the first objective first.
std::vector<std::size_t> by_importance(const Sweep& sweep, const Results& results) {
  std::vector<std::size_t> axes = varying_axes(sweep, results);
  std::stable_sort(axes.begin(), axes.end(), [&](std::size_t a, std::size_t b) {
    return results.importance[a].share.front() > results.importance[b].share.front();
  });
  return axes;
}

std::string importance_note(const Sweep& sweep, const Results& results) {
  double chance = 0;
  for (const Importance& i : results.importance)
    for (const double c : i.chance) chance = std::max(chance, c);
  std::string note = "share of the variance that a parameter explains alone";
  std::string logs;
  for (const Metric m : sweep.objectives)
    if (spans_decades(measured(results.rows, m))) logs += (logs.empty() ? "" : ", ") + std::string(info(m).name);
  if (!logs.empty()) note += "; of logarithms of " + logs;
  if (chance > 0)
    note += fmt::format("; not a whole grid, so first-order and biased: up to {} may be chance", percent(chance));
  return note;
}

std::string importance_section(const Sweep& sweep, const Results& results) {
  constexpr std::size_t kLongestBar = 10, kShare = 8, kColumn = 13, kShortestKey = 24;
  const std::vector<std::size_t> axes = by_importance(sweep, results);
  if (axes.empty() || results.count(Status::done) < 2) return {};
  std::size_t key_width = 0;
  for (const std::size_t a : axes) key_width = std::max(key_width, sweep.space.axes[a].key.size());
  const std::size_t objectives = sweep.objectives.size();
  key_width = std::min(key_width, std::max(kShortestKey, kWidth - 2 - kColumn * objectives));
  const std::size_t room = (kWidth - 2 - key_width) / objectives - 2;
  Table table(std::vector<Table::Align>(1 + objectives, kLeft));
  std::vector<std::string> names = {""};
  for (const Metric m : sweep.objectives) names.push_back(heading(m));
  table.row(names);
  for (const std::size_t a : axes) {
    const std::string& key = sweep.space.axes[a].key;
    std::vector<std::string> cells = {key.size() <= key_width ? key : ".." + key.substr(key.size() - key_width + 2)};
    for (const double share : results.importance[a].share)
      cells.push_back(fmt::format("{} {:>7}", bar(share, std::min(kLongestBar, room - kShare)), percent(share)));
    table.row(std::move(cells));
  }
  return "\nImportance\n" + table.text() + wrapped(importance_note(sweep, results), 2, kWidth);
}

std::string failures_section(const Results& results) {
  const std::vector<ReasonGroup> groups = reason_groups(results);
  if (groups.empty()) return {};
  std::string text = "\nWhy points have no figures\n";
  for (std::size_t g = 0; g < std::min(groups.size(), kReasons); ++g)
    text +=
        wrapped(fmt::format("{}, {}: {}", points_word(groups[g].rows.size()), name(groups[g].status), groups[g].text()),
                2, kWidth);
  if (groups.size() > kReasons)
    text += fmt::format("  and {} further reasons: in the CSV, the JSON and the page\n", groups.size() - kReasons);
  return text;
}

std::string discarded_section(const Results& results) {
  std::map<std::string, std::size_t> levels;
  const Row* example = nullptr;
  for (const Row& row : results.rows) {
    if (row.outcome.status != Status::discarded) continue;
    const Bound* bound = bound_of(row);
    ++levels[bound != nullptr ? bound->level : "a workload's bound"];
    if (example == nullptr || (bound_of(*example) == nullptr && bound != nullptr)) example = &row;
  }
  if (example == nullptr) return {};
  std::string text = "\nDiscarded: they cannot reach the front\n";
  for (const auto& [level, count] : levels) text += fmt::format("  {} by {}\n", points_word(count), level);
  text += wrapped(
      fmt::format("such as point {} ({}): {}", example->number, short_key(example->key), example->outcome.reason), 2,
      kWidth);
  if (const Bound* bound = bound_of(*example); bound != nullptr) text += wrapped(bound->proof, 4, kWidth);
  return text;
}

/// The only line that differs between two equal runs.
std::string host_line(const Results::Host& host) {
  if (host.computed == 0) return "\nHost: nothing was left to compute\n";
  const double rate = host.seconds > 0 ? static_cast<double>(host.computed) / host.seconds : 0;
  return fmt::format("\nHost: {} outcomes computed in {} by {} {}, {:.1f} per second ({:.1f} for each)\n",
                     host.computed, si(host.seconds, "s"), host.jobs, host.jobs == 1 ? "process" : "processes", rate,
                     rate / std::max(1, host.jobs));
}

template <Metric kMetric>
std::string figure_text(double value) {
  return metric_text(kMetric, value);
}

Scatter::Scale scale(const Results& results, Metric m) {
  Scatter::Scale scale{info(m).name, spans_decades(measured(results.rows, m)), nullptr};
  switch (m) {
    case Metric::latency: scale.text = figure_text<Metric::latency>; break;
    case Metric::throughput: scale.text = figure_text<Metric::throughput>; break;
    case Metric::usd_per_million: scale.text = figure_text<Metric::usd_per_million>; break;
    case Metric::energy: scale.text = figure_text<Metric::energy>; break;
    case Metric::accuracy: scale.text = figure_text<Metric::accuracy>; break;
  }
  return scale;
}

std::string plot(const Sweep& sweep, const Results& results) {
  if (sweep.objectives.size() < 2) return {};
  const Metric x = sweep.objectives[0], y = sweep.objectives[1];
  Scatter scatter{scale(results, x), scale(results, y), {}};
  const auto add = [&](const Row& row, char mark) {
    const double at_x = row.outcome.metrics[x], at_y = row.outcome.metrics[y];
    if (std::isfinite(at_x) && std::isfinite(at_y)) scatter.marks.push_back({at_x, at_y, mark});
  };
  for (const Row& row : results.rows)
    if (row.outcome.status == Status::done && !row.on_front) add(row, row.within_limits ? '.' : 'x');
  for (const std::size_t i : results.front) add(results.rows[i], 'O');
  const bool limited =
      std::any_of(scatter.marks.begin(), scatter.marks.end(), [](const auto& m) { return m.mark == 'x'; });
  return "\n" + scatter_text(scatter, kNarrow, kPlotHeight) +
         fmt::format("  O front, . others{}\n", limited ? ", x beyond a limit" : "");
}

}  // namespace

std::string results_text(const Sweep& sweep, const Results& results) {
  if (results.rows.empty()) return head(sweep) + "\nno points\n";
  std::string text = head(sweep) + counts(results) + fmt::format("\nFront: {}\n", points_word(results.front.size()));
  text += results.front.empty() ? no_front(results) : front_table(sweep, results, kWidth, kFrontRows);
  return text + importance_section(sweep, results) + failures_section(results) + discarded_section(results) +
         host_line(results.host);
}

std::string pareto_text(const Sweep& sweep, const Results& results) {
  if (results.front.empty()) return results.rows.empty() ? "  no points\n" : no_front(results);
  return front_table(sweep, results, kNarrow, results.front.size()) + plot(sweep, results);
}

}  // namespace inf::workflow::sweep
