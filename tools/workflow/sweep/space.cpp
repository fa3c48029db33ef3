#include "tools/workflow/sweep/space.h"

#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/sweep/expression.h"
#include "tools/workflow/sweep/levels.h"

namespace inf::workflow::sweep {
namespace {

std::vector<double> linked_numbers(const Space& space, const Point& point) {
  constexpr double kParts = 1e9;  // 4096 * 480 / 820 * 820 / 480 is whole again
  std::vector<double> numbers;
  for (const Space::Linked& link : space.linked) {
    double value = link.value->formula.value(link.value->values(point, numbers));
    const double rounded = std::round(value);
    if (link.value->target->type == KeyType::whole && std::abs(value - rounded) * kParts < std::abs(rounded) + 1)
      value = rounded;
    numbers.push_back(value);
  }
  return numbers;
}

}  // namespace

std::vector<double> Space::Expression::values(const Point& point, const std::vector<double>& linked) const {
  std::vector<double> values;
  values.reserve(operands.size());
  for (const Operand& operand : operands) switch (operand.from) {
      case Operand::From::constant: values.push_back(operand.values[0]); break;
      case Operand::From::axis: values.push_back(operand.values[point[operand.index]]); break;
      case Operand::From::linked: values.push_back(linked[operand.index]); break;
    }
  return values;
}

double Space::size() const {
  double size = 1;
  for (const Axis& axis : axes) size *= static_cast<double>(axis.levels.size());
  return size;
}

std::vector<Setting> Space::settings(const Point& point) const {
  std::vector<Setting> settings = fixed;
  for (std::size_t i = 0; i < axes.size(); ++i)
    settings.push_back({axes[i].key, axes[i].levels[point[i]].text, axes[i].place});
  const std::vector<double> numbers = linked_numbers(*this, point);
  for (std::size_t i = 0; i < linked.size(); ++i)
    settings.push_back({linked[i].key, canonical_number(*linked[i].value->target, numbers[i]), linked[i].place});
  return settings;
}

std::optional<std::string> Space::broken(const Point& point) const {
  const std::optional<std::size_t> index = first_broken(*this, point);
  if (!index) return std::nullopt;
  const std::vector<double> numbers = linked_numbers(*this, point);
  if (*index < linked.size()) {
    const Linked& link = linked[*index];
    return fmt::format("{} = {}: {} {}", link.key, link.formula, number_text(numbers[*index]),
                       wrong_number(*link.value->target, numbers[*index]));
  }
  const Expression& holds = *constraints[*index - linked.size()].holds;
  return holds.formula.broken(holds.values(point, numbers));
}

std::optional<std::size_t> first_broken(const Space& space, const Point& point) {
  const std::vector<double> numbers = linked_numbers(space, point);
  for (std::size_t i = 0; i < space.linked.size(); ++i)
    if (!wrong_number(*space.linked[i].value->target, numbers[i]).empty()) return i;
  for (std::size_t i = 0; i < space.constraints.size(); ++i) {
    const Space::Expression& rule = *space.constraints[i].holds;
    const double holds = rule.formula.value(rule.values(point, numbers));
    if (holds == 0 || std::isnan(holds)) return space.linked.size() + i;
  }
  return std::nullopt;
}

Rule rule(const Space& space, std::size_t index) {
  if (index < space.linked.size()) return {space.linked[index].formula, space.linked[index].place};
  const Space::Constraint& constraint = space.constraints[index - space.linked.size()];
  return {constraint.formula, constraint.place};
}

}  // namespace inf::workflow::sweep
