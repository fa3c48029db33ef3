#include "tools/workflow/sweep/rules.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/error.h"
#include "tools/workflow/sweep/expression.h"

namespace inf::workflow::sweep {
namespace {

/// Turns formulas into expressions over a space.
class Binder {
 public:
  Binder(const FileValues& files, Space& space, arch::Problems& problems)
      : files_(files), space_(space), problems_(problems) {}

  /// Null where the text has a mistake.
  std::shared_ptr<const Space::Expression> bind(const RuleText& rule, Formula formula) {
    auto expression = std::make_shared<Space::Expression>(Space::Expression{std::move(formula), {}, nullptr});
    if (!rule.key.empty()) expression->target = find_key(rule.key);
    for (const std::string& name : expression->formula.names())
      if (auto operand = find(rule, name))
        expression->operands.push_back(std::move(*operand));
      else
        return nullptr;
    return expression;
  }

 private:
  std::optional<Operand> find(const RuleText& rule, const std::string& name) {
    const auto wrong = [&](const std::string& what) {
      problems_.add(rule.place, fmt::format("'{}': {}", rule.formula, what));
      return std::nullopt;
    };
    const Key* key = find_key(name);
    if (key == nullptr) return wrong(unknown_key(name));
    if (key->type != KeyType::whole && key->type != KeyType::number)
      return wrong(fmt::format("{} is a {}; a formula takes numbers", name, inf::workflow::sweep::name(key->type)));
    const std::string path = canonical_path(name);
    for (std::size_t i = 0; i < space_.axes.size(); ++i)
      if (space_.axes[i].key == path) return of_axis(i);
    for (const Setting& setting : space_.fixed)
      if (setting.key == path) return Operand{Operand::From::constant, 0, {std::stod(setting.text)}};
    for (std::size_t i = 0; i < space_.linked.size(); ++i)
      if (space_.linked[i].key == path) return Operand{Operand::From::linked, i, {}};
    try {
      return files_.operand(*key, path);
    } catch (const Error& error) {
      const std::string where = error.where().empty() ? "" : error.where() + ": ";
      return wrong(
          fmt::format("{} has no number: {}{}; give it under `set` or `parameters`", name, where, error.message()));
    }
  }

  Operand of_axis(std::size_t index) const {
    Operand operand{Operand::From::axis, index, {}};
    for (const Level& level : space_.axes[index].levels) operand.values.push_back(level.number.value_or(0));
    return operand;
  }

  const FileValues& files_;
  Space& space_;
  arch::Problems& problems_;
};

/// A rule whose formula parses.
struct Parsed {
  const RuleText* rule;
  Formula formula;
};

std::vector<Parsed> parse(const std::vector<RuleText>& rules, arch::Problems& problems) {
  std::vector<Parsed> parsed;
  for (const RuleText& rule : rules) {
    try {
      Formula formula(rule.formula);
      if (const std::string why = formula.not_a_condition(); rule.key.empty() && !why.empty())
        problems.add(rule.place, fmt::format("'{}' {}", rule.formula, why));
      else
        parsed.push_back({&rule, std::move(formula)});
    } catch (const Error& error) {
      problems.add(rule.place, fmt::format("'{}' is no formula: {}", rule.formula, error.message()));
    }
  }
  return parsed;
}

/// Depth first over the links that a link uses.
class LinkOrder {
 public:
  explicit LinkOrder(const std::vector<Parsed>& links) : links_(links), state_(links.size(), State::unseen) {}

  /// Indices, each after what it uses. Circles go to the problems.
  std::vector<std::size_t> order(arch::Problems& problems) {
    for (std::size_t i = 0; i < links_.size(); ++i) visit(i, problems);
    return order_;
  }

 private:
  enum class State : std::uint8_t { unseen, open, done };

  void visit(std::size_t i, arch::Problems& problems) {
    if (state_[i] == State::done) return;
    if (state_[i] == State::open) {
      std::vector<std::string> circle;
      for (auto at = std::find(path_.begin(), path_.end(), i); at != path_.end(); ++at)
        circle.push_back(links_[*at].rule->key);
      circle.push_back(links_[i].rule->key);
      problems.add(links_[i].rule->place, fmt::format("links go in a circle: {}", fmt::join(circle, " uses ")));
      return;
    }
    state_[i] = State::open;
    path_.push_back(i);
    for (const std::string& name : links_[i].formula.names())
      for (std::size_t j = 0; j < links_.size(); ++j)
        if (find_key(name) != nullptr && links_[j].rule->key == canonical_path(name)) visit(j, problems);
    path_.pop_back();
    state_[i] = State::done;
    order_.push_back(i);
  }

  const std::vector<Parsed>& links_;
  std::vector<State> state_;
  std::vector<std::size_t> path_, order_;
};

}  // namespace

void add_rules(const std::vector<RuleText>& links, const std::vector<RuleText>& constraints, const FileValues& files,
               Space& space, arch::Problems& problems) {
  const auto place = [&](const RuleText& rule) {
    return fmt::format("{}:{}:{}", problems.file(), rule.place.line, rule.place.column);
  };
  Binder binder(files, space, problems);
  std::vector<Parsed> parsed = parse(links, problems);
  for (const std::size_t i : LinkOrder(parsed).order(problems)) {
    const RuleText& rule = *parsed[i].rule;
    auto value = binder.bind(rule, std::move(parsed[i].formula));
    if (value) space.linked.push_back({rule.key, rule.formula, place(rule), std::move(value)});
  }
  for (Parsed& constraint : parse(constraints, problems)) {
    const RuleText& rule = *constraint.rule;
    auto holds = binder.bind(rule, std::move(constraint.formula));
    if (holds) space.constraints.push_back({rule.formula, place(rule), std::move(holds)});
  }
}

}  // namespace inf::workflow::sweep
