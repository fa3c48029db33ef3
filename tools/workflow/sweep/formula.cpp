#include "tools/workflow/sweep/formula.h"

#include <fmt/core.h>
#include <muParser.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "isa/base/error.h"

namespace inf::workflow::sweep {
namespace {

constexpr const char* kNameCharacters = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.";

/// A comparison with what holds where it does not.
struct Operator {
  std::string_view text, opposite;
};
constexpr std::array<Operator, 6> kComparisons = {
    {{"<=", ">"}, {">=", "<"}, {"==", "!="}, {"!=", "=="}, {"<", ">="}, {">", "<="}}};

/// An operator outside all brackets.
struct Found {
  std::size_t at;
  const Operator* comparison;  ///< null: && or || or ?, which join conditions
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Without brackets around the whole of it.
std::string_view unwrapped(std::string_view text) {
  for (text = trimmed(text); text.size() > 2 && text.front() == '(' && text.back() == ')';) {
    int depth = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
      if (depth == 0) return text;
    }
    text = trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

std::vector<Found> operators_of(std::string_view text) {
  std::vector<Found> found;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth != 0) continue;
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("&&") || rest.starts_with("||") || rest.starts_with("?")) {
      found.push_back({i, nullptr});
      continue;
    }
    for (const Operator& op : kComparisons)
      if (rest.starts_with(op.text)) {
        found.push_back({i, &op});
        i += op.text.size() - 1;
        break;
      }
  }
  return found;
}

/// A single "=", which muParser would take for an assignment.
bool assigns(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    if (i + 1 < text.size() && text[i + 1] == '=')
      ++i;
    else if (i == 0 || std::string_view("<>!").find(text[i - 1]) == std::string_view::npos)
      return true;
  }
  return false;
}

[[noreturn]] void not_a_formula(const std::string& message) { throw Error(ErrorKind::config, "", message); }

std::string why(const mu::ParserError& error) {
  switch (error.GetCode()) {
    case mu::ecUNEXPECTED_EOF: return "it ends too early";
    case mu::ecEMPTY_EXPRESSION: return "it is empty";
    case mu::ecMISSING_PARENS: return "a bracket is missing";
    case mu::ecTOO_MANY_PARAMS: return fmt::format("'{}' takes fewer values", error.GetToken());
    case mu::ecTOO_FEW_PARAMS: return fmt::format("'{}' takes more values", error.GetToken());
    default:
      return error.GetToken().empty()
                 ? error.GetMsg()
                 : fmt::format("'{}' at character {} is not expected there", error.GetToken(), error.GetPos() + 1);
  }
}

}  // namespace

struct Formula::Parsed {
  std::vector<double> slots;  ///< of the names
  mu::Parser whole;
  std::optional<mu::Parser> left, right;  ///< of a single comparison
  const Operator* comparison = nullptr;
  std::string not_a_condition;

  static mu::Parser parser(const std::string& text) {
    mu::Parser parser;
    parser.DefineNameChars(kNameCharacters);
    parser.ClearConst();
    parser.DefineFun(
        "floor", +[](double v) { return std::floor(v); });
    parser.DefineFun(
        "ceil", +[](double v) { return std::ceil(v); });
    parser.DefineFun(
        "mod", +[](double a, double b) { return std::fmod(a, b); });
    parser.SetExpr(text);
    return parser;
  }
  void define(mu::Parser& parser, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) parser.DefineVar(names[i], &slots[i]);
  }
  void split(std::string_view text, const std::vector<std::string>& names);
  void set(const std::vector<double>& values) { std::copy(values.begin(), values.end(), slots.begin()); }
};

void Formula::Parsed::split(std::string_view text, const std::vector<std::string>& names) {
  text = unwrapped(text);
  const std::vector<Found> found = operators_of(text);
  if (std::any_of(found.begin(), found.end(), [](const Found& f) { return f.comparison == nullptr; })) return;
  if (found.empty())
    not_a_condition = "compares nothing; write a condition such as chip.tensor.rows <= 64";
  else if (found.size() > 1)
    not_a_condition = "compares twice; join two comparisons with &&";
  if (found.size() != 1) return;
  comparison = found[0].comparison;
  left = parser(std::string(text.substr(0, found[0].at)));
  right = parser(std::string(text.substr(found[0].at + comparison->text.size())));
  define(*left, names);
  define(*right, names);
}

Formula::Formula(const std::string& text) : text_(text), parsed_(std::make_unique<Parsed>()) {
  if (assigns(text)) not_a_formula("'=' sets a value; == compares two");
  try {
    Parsed& p = *parsed_;
    p.whole = Parsed::parser(text);
    for (const auto& [name, unused] : p.whole.GetUsedVar()) names_.push_back(name);
    p.slots.assign(names_.size(), 1);
    p.define(p.whole, names_);
    int values = 0;
    p.whole.Eval(values);
    if (values != 1) not_a_formula(fmt::format("it has {} parts, with commas between; one is needed", values));
    p.split(text, names_);
  } catch (const mu::ParserError& error) {
    not_a_formula(why(error));
  }
}

Formula::~Formula() = default;
Formula::Formula(Formula&&) noexcept = default;

double Formula::value(const std::vector<double>& values) const {
  parsed_->set(values);
  try {
    return parsed_->whole.Eval();
  } catch (const mu::ParserError&) {
    return std::nan("");
  }
}

std::string Formula::not_a_condition() const { return parsed_->not_a_condition; }

std::string Formula::broken(const std::vector<double>& values) const {
  parsed_->set(values);
  const Parsed& p = *parsed_;
  if (p.comparison != nullptr)
    return fmt::format("{}: {} {} {}", text_, number_text(p.left->Eval()), p.comparison->opposite,
                       number_text(p.right->Eval()));
  std::string list;
  for (std::size_t i = 0; i < names_.size(); ++i)
    list += fmt::format("{}{} = {}", i == 0 ? "" : ", ", names_[i], number_text(values[i]));
  return fmt::format("{}: does not hold with {}", text_, list);
}

std::string number_text(double value) {
  constexpr double kExact = 9007199254740992;
  if (std::isnan(value)) return "no number";
  if (value == std::floor(value) && std::abs(value) < kExact) return fmt::format("{:.0f}", value + 0.0);
  return fmt::format("{:.12g}", value);
}

}  // namespace inf::workflow::sweep
