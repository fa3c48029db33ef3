#include "tools/workflow/sweep/front_table.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tools/workflow/format.h"
#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kLongWord = 14;  // of a heading, beyond which it breaks at '_'

/// A key may say its unit itself: "chip.dma.engines", "chip.memory.bytes_per_ns".
bool says_unit(const Axis& axis) {
  std::string words = axis.unit;
  if (const std::size_t slash = words.find('/'); slash != std::string::npos) words.replace(slash, 1, "_per_");
  return words.empty() || words == "-" || axis.key.ends_with(words);
}

/// The last two parts of a key, each on a line of its own, long ones in pieces, then the unit.
std::vector<std::string> heading(const Axis& axis) {
  std::vector<std::string> parts;
  std::stringstream key(axis.key);
  for (std::string part; std::getline(key, part, '.');) parts.push_back(part);
  if (parts.size() > 2) parts.erase(parts.begin(), parts.end() - 2);
  std::vector<std::string> lines;
  for (const std::string& part : parts) {
    std::stringstream words(part);
    std::string line;
    for (std::string word; std::getline(words, word, '_');) {
      if (!line.empty() && line.size() + 1 + word.size() > kLongWord) {
        lines.push_back(line + "_");
        line = word;
      } else {
        line += (line.empty() ? "" : "_") + word;
      }
    }
    lines.push_back(line);
  }
  if (!says_unit(axis)) lines.push_back(axis.unit);
  return lines;
}

/// "tiles 92 %": the measured value is that near to the best that the bound allows.
std::string nearness(const Sweep& sweep, const Row& row) {
  const Bound* bound = bound_of(row);
  if (bound == nullptr) return {};
  for (const Metric m : sweep.objectives) {
    const double best = bound->best[m], value = row.outcome.metrics[m];
    if (!std::isfinite(best) || !std::isfinite(value) || best <= 0 || value <= 0) continue;
    return fmt::format("{} {:.0f} %", bound->level, 100 * (info(m).more_is_better ? value / best : best / value));
  }
  return bound->level;
}

/// A column with its heading from the bottom up, so that short headings stand right above the figures.
struct Column {
  Table::Align align;
  std::vector<std::string> heading, cells;
};

std::string table_of(const std::vector<Column>& columns, std::size_t rows) {
  std::vector<Table::Align> align;
  std::size_t lines = 1;
  for (const Column& c : columns) {
    align.push_back(c.align);
    lines = std::max(lines, c.heading.size());
  }
  Table table(align);
  for (std::size_t l = 0; l < lines; ++l) {
    std::vector<std::string> cells;
    for (const Column& c : columns) {
      const std::size_t empty = lines - c.heading.size();
      cells.push_back(l < empty ? std::string() : c.heading[l - empty]);
    }
    table.row(std::move(cells));
  }
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::string> cells;
    for (const Column& c : columns) cells.push_back(c.cells[r]);
    table.row(std::move(cells));
  }
  return table.text();
}

std::vector<std::size_t> shown_rows(const Results& results, std::size_t most) {
  const std::size_t all = results.front.size();
  if (all <= most) return results.front;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < most; ++i) rows.push_back(results.front[i * (all - 1) / (most - 1)]);
  return rows;
}

std::vector<Column> columns_of(const Sweep& sweep, const Results& results, const std::vector<std::size_t>& axes,
                               const std::vector<std::size_t>& rows, bool with_bound) {
  Column number{kRight, {"point"}, {}}, key{kLeft, {"key"}, {}}, bound{kLeft, {"bound"}, {}};
  for (const std::size_t r : rows) {
    number.cells.push_back(std::to_string(results.rows[r].number));
    key.cells.push_back(short_key(results.rows[r].key));
    bound.cells.push_back(nearness(sweep, results.rows[r]));
  }
  std::vector<Column> columns = {number, key};
  for (const std::size_t a : axes) {
    const Axis& axis = sweep.space.axes[a];
    Column column{kRight, heading(axis), {}};
    for (const std::size_t r : rows) column.cells.push_back(axis.levels[results.rows[r].point[a]].text);
    columns.push_back(std::move(column));
  }
  for (const Metric m : sweep.objectives) {
    Column column{kRight, {heading(m)}, {}};
    for (const std::size_t r : rows) column.cells.push_back(metric_text(m, results.rows[r].outcome.metrics[m]));
    columns.push_back(std::move(column));
  }
  if (with_bound &&
      std::any_of(bound.cells.begin(), bound.cells.end(), [](const std::string& c) { return !c.empty(); }))
    columns.push_back(std::move(bound));
  return columns;
}

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) width = std::max(width, line.size());
  return width;
}

/// The axis of the list that matters least to any objective; the last of several.
std::size_t least_important(const Results& results, const std::vector<std::size_t>& axes) {
  const auto weight = [&](std::size_t axis) {
    const std::vector<double>& share = results.importance[axis].share;
    return share.empty() ? 0 : *std::max_element(share.begin(), share.end());
  };
  std::size_t least = 0;
  for (std::size_t i = 1; i < axes.size(); ++i)
    if (weight(axes[i]) <= weight(axes[least])) least = i;
  return least;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string all, line;
  const std::string blanks(indent, ' ');
  std::stringstream words(text);
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      all += blanks + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line.empty() ? all : all + blanks + line + "\n";
}

std::string front_table(const Sweep& sweep, const Results& results, std::size_t width, std::size_t most) {
  const std::vector<std::size_t> rows = shown_rows(results, most);
  std::vector<std::size_t> axes;
  std::vector<std::string> common, left_out;
  for (const std::size_t a : varying_axes(sweep, results)) {
    const auto level = [&](std::size_t r) { return results.rows[r].point[a]; };
    const bool same =
        results.front.size() > 1 && std::all_of(results.front.begin(), results.front.end(),
                                                [&](std::size_t r) { return level(r) == level(rows[0]); });
    if (same)
      common.push_back(fmt::format("{} {}", sweep.space.axes[a].key, sweep.space.axes[a].levels[level(rows[0])].text));
    else
      axes.push_back(a);
  }
  std::string text = table_of(columns_of(sweep, results, axes, rows, true), rows.size());
  if (width_of(text) > width) text = table_of(columns_of(sweep, results, axes, rows, false), rows.size());
  while (width_of(text) > width && !axes.empty()) {
    const auto least = axes.begin() + static_cast<std::ptrdiff_t>(least_important(results, axes));
    left_out.push_back(sweep.space.axes[*least].key);
    axes.erase(least);
    text = table_of(columns_of(sweep, results, axes, rows, false), rows.size());
  }
  if (rows.size() < results.front.size())
    text += wrapped(fmt::format("{} of {} points of the front, evenly along it", rows.size(), results.front.size()), 2,
                    width);
  if (!common.empty()) text += wrapped(fmt::format("all of them: {}", fmt::join(common, ", ")), 2, width);
  if (!left_out.empty())
    text += wrapped(fmt::format("no room here for {}: in the CSV, the JSON and the page", fmt::join(left_out, ", ")), 2,
                    width);
  return text;
}

}  // namespace inf::workflow::sweep
