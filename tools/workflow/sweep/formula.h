#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace inf::workflow::sweep {

/// An expression over keys: "chip.tensor.rows * chip.tensor.columns <= 16384". Numbers, + - * / ^, comparisons,
/// && and ||, ?:, min, max, sum, avg, abs, sqrt, log2, exp, floor, ceil, rint, mod and more of muParser's.
/// Not for several threads at a time.
class Formula {
 public:
  /// Errors: config without a place, saying what is wrong with the text.
  explicit Formula(const std::string& text);
  ~Formula();
  Formula(Formula&&) noexcept;

  const std::string& text() const { return text_; }
  /// Keys as the text spells them, in the order of the alphabet.
  const std::vector<std::string>& names() const { return names_; }
  /// `values` in the order of names().
  double value(const std::vector<double>& values) const;

  /// Why it compares nothing, or empty where it is a condition.
  std::string not_a_condition() const;
  /// A broken condition with numbers: "FORMULA: 32768 > 16384", or the keys' values where it joins several comparisons.
  std::string broken(const std::vector<double>& values) const;

 private:
  struct Parsed;

  std::string text_;
  std::vector<std::string> names_;
  std::unique_ptr<Parsed> parsed_;
};

/// A number as messages and levels have it: "32768", "0.1".
std::string number_text(double value);

}  // namespace inf::workflow::sweep
