#include "tools/workflow/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace inf::workflow {
namespace {

struct Prefix {
  double factor;
  const char* letter;
};
constexpr std::array kPrefixes = {Prefix{1e12, "T"}, Prefix{1e9, "G"},  Prefix{1e6, "M"},  Prefix{1e3, "k"},
                                  Prefix{1, ""},     Prefix{1e-3, "m"}, Prefix{1e-6, "u"}, Prefix{1e-9, "n"}};
constexpr int kDigits = 4;

std::string four_digits(double value) {
  const double magnitude = std::fabs(value);
  const int before = magnitude < 1 ? 1 : static_cast<int>(std::log10(magnitude)) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, kDigits - before));
}

}  // namespace

std::string si(double value, std::string_view unit) {
  if (value == 0) return fmt::format("0 {}", unit);
  if (!std::isfinite(value)) return fmt::format("{} {}", value, unit);
  // Half a unit of the last digit may carry into the next prefix: 999.99 us is 1.000 ms.
  const double rounded = std::fabs(value) * (1 + 5e-5);
  const auto fits =
      std::find_if(kPrefixes.begin(), kPrefixes.end() - 1, [&](const Prefix& p) { return rounded >= p.factor; });
  return fmt::format("{} {}{}", four_digits(value / fits->factor), fits->letter, unit);
}

std::string duration(double ns) { return si(ns * 1e-9, "s"); }

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), " ");
  return digits;
}

std::string Table::text(int indent) const {
  std::vector<std::size_t> width(align_.size(), 0);
  for (const auto& cells : rows_)
    for (std::size_t i = 0; i < cells.size(); ++i) width[i] = std::max(width[i], cells[i].size());
  std::string text;
  for (const auto& cells : rows_) {
    std::string line(static_cast<std::size_t>(indent), ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += "  ";
      line += align_[i] == Align::left ? fmt::format("{:<{}}", cells[i], width[i])
                                       : fmt::format("{:>{}}", cells[i], width[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace inf::workflow
