#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tools/workflow/format.h"
#include "tools/workflow/profile/diff.h"
#include "tools/workflow/profile/exact_parts.h"
#include "tools/workflow/profile/text_parts.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kWidth = 116, kNames = 36, kValues = 40;

/// Rows of a table as they are printed: A's and B's times add up to the runs', and so do the changes between them.
struct Columns {
  std::vector<std::string> a, b, change, share;
};

Columns columns_of(const Diff& diff, const std::vector<DiffRow>& rows) {
  const Microseconds us(std::max(diff.a, diff.b), diff.tick_mhz);
  std::vector<std::int64_t> a, b, change;
  for (const DiffRow& row : rows) a.push_back(row.a), b.push_back(row.b), change.push_back(row.change());
  Columns columns{{}, {}, {}, share_texts(change, diff.change())};
  a = us.units(a), b = us.units(b);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    columns.a.push_back(us.write(a[i]));
    columns.b.push_back(us.write(b[i]));
    columns.change.push_back(us.write(b[i] - a[i], true));
  }
  return columns;
}

/// The first `top` rows, one for the others, and the sum.
template <class Row>
std::vector<DiffRow> closed_rows(const Diff& diff, const std::vector<Row>& rows, std::size_t top) {
  std::vector<DiffRow> list(rows.begin(), rows.end());
  if (list.size() > top + 1) {
    DiffRow rest{std::to_string(list.size() - top) + " others"};
    for (std::size_t i = top; i < list.size(); ++i) rest.a += list[i].a, rest.b += list[i].b;
    list.resize(top);
    list.push_back(rest);
  }
  if (list.empty()) list.push_back({"not recorded", diff.a, diff.b});
  return list;
}

std::string rows_text(const Diff& diff, const std::string& title, const std::vector<DiffRow>& rows, std::size_t top) {
  if (rows.empty()) return "";
  const std::vector<DiffRow> list = closed_rows(diff, rows, top);
  const Columns c = columns_of(diff, list);
  Table table({kLeft, kRight, kRight, kRight, kRight, kRight});
  table.row({title, "A us", "B us", "change us", "of it", "ticks"});
  for (std::size_t i = 0; i < list.size(); ++i)
    table.row({shortened(list[i].name, kNames), c.a[i], c.b[i], c.change[i], c.share[i], grouped(list[i].change())});
  const Columns sum = columns_of(diff, {{"all", diff.a, diff.b}});
  table.row({"all", sum.a[0], sum.b[0], sum.change[0], sum.share[0], grouped(diff.change())});
  return fmt::format("\nBy {}\n", title) + table.text();
}

/// "dma data -12.3 us"
std::string cause_text(const Diff& diff, const DiffOperator& op) {
  if (op.causes.empty() || op.causes.front().change() == 0) return "";
  const Microseconds us(std::max(diff.a, diff.b), diff.tick_mhz);
  return fmt::format("{} {}", op.causes.front().name, us.text(op.causes.front().change(), true));
}

std::string operators_text(const Diff& diff, std::size_t top) {
  const std::vector<DiffRow> list = closed_rows(diff, diff.operators, top);
  const Columns c = columns_of(diff, list);
  Table table({kLeft, kRight, kRight, kRight, kRight, kRight, kLeft, kLeft});
  table.row({"operator", "A us", "B us", "change us", "of it", "ticks", diff.path ? "most of that" : "", ""});
  for (std::size_t i = 0; i < list.size(); ++i) {
    const DiffOperator* op =
        i < diff.operators.size() && diff.operators[i].name == list[i].name ? &diff.operators[i] : nullptr;
    table.row({shortened(list[i].name, kNames), c.a[i], c.b[i], c.change[i], c.share[i], grouped(list[i].change()),
               op == nullptr ? "" : cause_text(diff, *op),
               op == nullptr || op->match == DiffOperator::Match::same ? "" : std::string(name(op->match))});
  }
  const Columns sum = columns_of(diff, {{"all", diff.a, diff.b}});
  table.row({"all", sum.a[0], sum.b[0], sum.change[0], sum.share[0], grouped(diff.change()), "", ""});
  return fmt::format("\nBy operator (matched by ONNX nodes{})\n",
                     diff.path ? "" : "; a run has no critical path: by how much later the run ended") +
         table.text();
}

std::string cut(const std::string& value) {
  return value.empty() ? "-" : value.size() <= kValues ? value : value.substr(0, kValues - 2) + "..";
}

std::string settings_text(const Diff& diff) {
  if (diff.settings.empty()) return "\nSettings: the same\n";
  Table table({kLeft, kLeft, kLeft});
  table.row({"setting", "A", "B"});
  for (const DiffText& s : diff.settings) table.row({s.name, cut(s.a), cut(s.b)});
  return "\nSettings that differ\n" + table.text();
}

std::string metrics_text(const Diff& diff) {
  Table table({kLeft, kRight, kRight, kRight, kLeft});
  table.row({"metric", "A", "B", "B / A", "unit"});
  const auto number = [](double v) {
    constexpr double kWhole = 1e4, kMost = 1e15;
    const bool whole = std::floor(v) == v || std::fabs(v) >= kWhole;
    return whole && std::fabs(v) < kMost ? grouped(std::llround(v)) : fmt::format("{:.5g}", v);
  };
  bool any = false;
  for (const DiffMetric& m : diff.metrics) {
    if (m.a == m.b) continue;
    any = true;
    table.row({m.name, number(m.a), number(m.b), m.a == 0 ? "-" : fmt::format("{:.4g}", m.b / m.a), m.unit});
  }
  if (!any) return diff.metrics.empty() ? "" : "\nMetrics: the same\n";
  return "\nMetrics that differ\n" + table.text();
}

}  // namespace

std::string diff_text(const Diff& diff, const Profile& a, const Profile& b, const std::string& name_a,
                      const std::string& name_b, std::size_t top) {
  const Columns whole = columns_of(diff, {{"all", diff.a, diff.b}});
  Table head({kLeft, kRight, kLeft, kLeft});
  head.row({"A", whole.a[0] + " us", fmt::format("{} on {}, {}", a.model, a.chip_title, a.precision), name_a});
  head.row({"B", whole.b[0] + " us", fmt::format("{} on {}, {}", b.model, b.chip_title, b.precision), name_b});
  std::string text = head.text(0) + "\n" + wrapped("", diff.sentence, kWidth);
  if (a.path.empty() != b.path.empty())
    text += wrapped("",
                    fmt::format("{} was recorded by operator, {} by instruction: both are compared by operator, "
                                "without causes. Record {} again with --profile-level instruction.",
                                a.path.empty() ? "A" : "B", a.path.empty() ? "B" : "A", a.path.empty() ? "A" : "B"),
                    kWidth);
  text += fmt::format("Ticks are those of {} MHz. What is longer in B counts as above 0; each table adds up.\n",
                      grouped(diff.tick_mhz));
  text += rows_text(diff, "engine", diff.engines, top) + rows_text(diff, "cause", diff.causes, top);
  text += rows_text(diff, "layer", diff.layers, top) + operators_text(diff, top);
  return text + settings_text(diff) + metrics_text(diff);
}

}  // namespace inf::workflow
