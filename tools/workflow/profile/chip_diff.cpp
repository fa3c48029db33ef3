#include "tools/workflow/profile/chip_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "isa/arch/parameters.h"
#include "isa/base/read_number.h"
#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr int kVersion = 1;
constexpr std::size_t kValue = 16;

std::optional<double> ratio(const std::string& a, const std::string& b) {
  const std::optional<double> x = read_number<double>(a), y = read_number<double>(b);
  return x && y && *x != 0 ? std::optional(*y / *x) : std::nullopt;
}

struct Side {
  std::string value, mark, source;
};
Side side_of(const arch::ChipSpec& chip, const arch::Parameter& parameter) {
  const auto from = chip.provenance.find(parameter.path);
  if (from == chip.provenance.end()) return {};
  return {arch::value_text(parameter), std::string(arch::name(from->second.mark)), from->second.source};
}

std::string cut(const std::string& value) {
  return value.empty() ? "-" : value.size() <= kValue ? value : value.substr(0, kValue - 2) + "..";
}

std::string letter(const std::string& mark) { return mark.empty() ? "-" : mark; }

}  // namespace

std::vector<ChipDiffRow> chip_diff(const arch::ChipSpec& a, const arch::ChipSpec& b) {
  arch::ChipSpec copy_a = a, copy_b = b;  // parameters point into a chip that may be changed
  const std::vector<arch::Parameter> of_a = arch::parameters(copy_a), of_b = arch::parameters(copy_b);
  std::vector<ChipDiffRow> rows;
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    const Side x = side_of(a, of_a[i]), y = side_of(b, of_b[i]);
    if (x.value.empty() && y.value.empty()) continue;
    rows.push_back(
        {of_a[i].path, of_a[i].unit, x.value, y.value, x.mark, y.mark, x.source, y.source, ratio(x.value, y.value)});
  }
  return rows;
}

std::string chip_diff_text(const arch::ChipSpec& a, const arch::ChipSpec& b, bool all,
                           const std::optional<Dependence>& dependence) {
  std::vector<ChipDiffRow> rows = chip_diff(a, b);
  const std::size_t count = rows.size();
  const auto same = static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const ChipDiffRow& row) { return row.same(); }));
  if (!all) std::erase_if(rows, [](const ChipDiffRow& row) { return row.same(); });
  Table table({kLeft, kRight, kRight, kRight, kLeft, kLeft, kLeft, dependence ? kRight : kLeft,
               dependence ? kRight : kLeft, kLeft, kLeft});
  table.row({"parameter", a.name, b.name, "ratio", "unit", "mark of " + a.name, "of " + b.name,
             dependence ? "elasticity" : "", dependence ? "+10 %" : "", "source for " + a.name,
             "source for " + b.name});
  constexpr std::size_t kSource = 30;
  const auto source = [](const std::string& text) {
    return text.size() <= kSource ? text : text.substr(0, kSource - 2) + "..";
  };
  for (const ChipDiffRow& row : rows)
    table.row({row.path, cut(row.a), cut(row.b), row.ratio ? fmt::format("{:.4g}", *row.ratio) : "-", row.unit,
               letter(row.mark_a), letter(row.mark_b), dependence ? dependence->elasticity_text(row.path) : "",
               dependence ? dependence->ten_percent_text(row.path) : "", source(row.source_a), source(row.source_b)});
  std::string text =
      fmt::format("{}  {}  (hash {})\n{}  {}  (hash {})\n", a.name, a.title, a.hash(), b.name, b.title, b.hash());
  text += fmt::format("{} of {} parameters differ\n", count - same, count);
  if (dependence)
    text += fmt::format("elasticity: change of the latency over change of the parameter, of {}\n", dependence->run);
  return rows.empty() ? text : text + "\n" + table.text(0);
}

std::string chip_diff_json(const arch::ChipSpec& a, const arch::ChipSpec& b, bool all,
                           const std::optional<Dependence>& dependence) {
  using Json = nlohmann::ordered_json;
  const auto chip = [](const arch::ChipSpec& c) {
    return Json{{"chip", c.name}, {"title", c.title}, {"hash", c.hash()}};
  };
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  Json json = {{"document", "inf-sim hw diff"}, {"version", kVersion}, {"a", chip(a)}, {"b", chip(b)}};
  if (dependence) json["run"] = dependence->run;
  json["parameters"] = Json::array();
  for (const ChipDiffRow& row : chip_diff(a, b)) {
    if (row.same() && !all) continue;
    Json entry = {{"path", row.path}, {"unit", row.unit}, {"a", text(row.a)}, {"b", text(row.b)}};
    entry["ratio"] = row.ratio ? figure(*row.ratio) : Json(nullptr);
    entry["mark_a"] = text(row.mark_a);
    entry["mark_b"] = text(row.mark_b);
    entry["source_a"] = text(row.source_a);
    entry["source_b"] = text(row.source_b);
    if (dependence) add_dependence(*dependence, row.path, entry);
    json["parameters"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
