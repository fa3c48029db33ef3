#include <fmt/core.h>

#include <array>
#include <cmath>

#include "isa/base/read_number.h"
#include "tools/workflow/sweep/formula.h"
#include "tools/workflow/sweep/levels.h"

namespace inf::workflow::sweep {
namespace {

constexpr std::array<std::string_view, 2> kScales = {"linear", "log"};
constexpr double kEndSlack = 1e-9;  // so that a range of 0.1, 0.2 ... 0.3 ends at 0.3

/// How a range gets from one end to the other.
struct Steps {
  double from = 0, to = 0;
  std::optional<double> step, factor;
  std::optional<std::int64_t> count;
  bool logarithmic = false;
};

/// 0.30000000000000004 as one would write it.
double tidy(double value) { return read_number<double>(fmt::format("{:.12g}", value)).value_or(value); }

/// One value more than allowed where there are too many.
std::vector<double> values_of(const Steps& steps, bool whole) {
  std::vector<double> values;
  if (steps.count) {
    const auto last = static_cast<double>(*steps.count - 1);
    for (std::int64_t i = 0; i < *steps.count; ++i) {
      const double part = last == 0 ? 0 : static_cast<double>(i) / last;
      const double value = steps.logarithmic ? steps.from * std::pow(steps.to / steps.from, part)
                                             : steps.from + (steps.to - steps.from) * part;
      values.push_back(whole ? std::round(value) : tidy(value));
    }
    return values;
  }
  const double slack = steps.step ? *steps.step * kEndSlack : steps.to * kEndSlack;
  double value = steps.from;
  while (value <= steps.to + slack && values.size() <= kMostLevels) {
    values.push_back(tidy(value));
    value = steps.step ? steps.from + *steps.step * static_cast<double>(values.size()) : value * *steps.factor;
  }
  return values;
}

/// What is wrong with the range as a whole, or nothing.
std::string wrong_steps(const Steps& steps) {
  if (static_cast<int>(steps.step.has_value()) + steps.factor.has_value() + steps.count.has_value() != 1)
    return "needs one of step, factor and count";
  if (steps.from > steps.to)
    return fmt::format("goes from {} down to {}; from is the lesser end", number_text(steps.from),
                       number_text(steps.to));
  if (steps.count && *steps.count > 1 && steps.from == steps.to)
    return fmt::format("has {} values from {} to the same", *steps.count, number_text(steps.from));
  if ((steps.factor || steps.logarithmic) && steps.from <= 0)
    return fmt::format("starts at {}, which no factor moves; use step, or count with scale: linear",
                       number_text(steps.from));
  return "";
}

}  // namespace

std::vector<Level> LevelReader::range(const Key& key, const std::string& path, const arch::YamlNode& node) {
  if (key.type != KeyType::whole && key.type != KeyType::number)
    return wrong(node.place, fmt::format("{} takes a {}; a range is for numbers", path, name(key.type))),
           std::vector<Level>();
  arch::Section section(node, path, problems_);
  Steps steps;
  bool complete = true;
  const auto end = [&](const char* which) {
    const arch::YamlNode* at = section.node_or_null(which);
    if (at == nullptr) wrong(node.place, fmt::format("{} has no `{}`; a range has two ends", path, which));
    const std::optional<Level> read = at == nullptr ? std::nullopt : level(key, fmt::format("{}.{}", path, which), *at);
    complete = complete && read;
    return read ? *read->number : 0;
  };
  steps.from = end("from"), steps.to = end("to");
  const auto above = [&](const char* which, double least) -> std::optional<double> {
    const arch::YamlNode* at = section.node_or_null(which);
    if (at == nullptr) return std::nullopt;
    const std::optional<double> value = read_number<double>(at->text);
    if (value && *value > least) return value;
    section.mistake(which, fmt::format("is no number above {}", number_text(least)));
    complete = false;
    return std::nullopt;
  };
  steps.step = above("step", 0), steps.factor = above("factor", 1);
  if (section.has("count")) steps.count = section.integer("count", 1, static_cast<std::int64_t>(kMostLevels));
  steps.logarithmic = section.choice_or("scale", 0, kScales) == 1;
  if (section.has("scale") && !steps.count) section.mistake("scale", "goes with count");
  section.finish();
  if (!complete) return {};
  const std::string what = wrong_steps(steps);
  if (!what.empty()) return wrong(node.place, fmt::format("{} {}", path, what)), std::vector<Level>();

  std::vector<Level> levels;
  for (const double value : values_of(steps, key.type == KeyType::whole)) {
    if (const std::string bad = wrong_number(key, value); !bad.empty())
      return wrong(node.place, fmt::format("{} = {} in this range {}", path, number_text(value), bad)), levels;
    std::string text = canonical_number(key, value);
    if (!levels.empty() && levels.back().text == text)
      return wrong(node.place, fmt::format("{} takes {} twice in this range; ask for fewer values", path, text)),
             levels;
    levels.push_back({std::move(text), value});
  }
  if (levels.size() > kMostLevels)
    wrong(node.place, fmt::format("{} has more than {} values in this range", path, kMostLevels)), levels.clear();
  return levels;
}

}  // namespace inf::workflow::sweep
