#include "tools/workflow/profile/exact_parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

__extension__ using Wide = __int128;  // ticks of a long run times ticks of another clock

Wide floor_div(Wide a, std::int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// `value` in units of 1 / 10^decimals.
std::string fixed(std::int64_t value, int decimals, std::int64_t scale, bool sign) {
  const std::int64_t magnitude = value < 0 ? -value : value;
  const char* before = value < 0 ? "-" : sign && value > 0 ? "+" : "";
  return fmt::format("{}{}.{:0{}}", before, grouped(magnitude / scale), magnitude % scale, decimals);
}

}  // namespace

std::vector<std::int64_t> round_parts(std::span<const std::int64_t> parts, std::int64_t numerator,
                                      std::int64_t denominator) {
  std::vector<std::int64_t> rounded(parts.size());
  std::vector<Wide> rest(parts.size());
  Wide sum = 0, down = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Wide exact = Wide{parts[i]} * numerator;
    rounded[i] = static_cast<std::int64_t>(floor_div(exact, denominator));
    rest[i] = exact - Wide{rounded[i]} * denominator;
    sum += exact;
    down += rounded[i];
  }
  const auto missing = static_cast<std::size_t>(floor_div(2 * sum + denominator, 2 * denominator) - down);
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rest[a] > rest[b]; });
  for (std::size_t i = 0; i < missing; ++i) ++rounded[order[i]];
  return rounded;
}

Microseconds::Microseconds(std::int64_t whole, std::int64_t tick_mhz) : tick_mhz_(std::max<std::int64_t>(1, tick_mhz)) {
  constexpr std::int64_t kTwoDecimals = 10, kOneDecimal = 1000;  // us
  const std::int64_t us = (whole < 0 ? -whole : whole) / tick_mhz_;
  decimals_ = us >= kOneDecimal ? 1 : us >= kTwoDecimals ? 2 : 3;
  units_per_us_ = decimals_ == 1 ? 10 : decimals_ == 2 ? 100 : 1000;
}

std::vector<std::int64_t> Microseconds::units(std::span<const std::int64_t> ticks) const {
  return round_parts(ticks, units_per_us_, tick_mhz_);
}

std::string Microseconds::write(std::int64_t units, bool sign) const {
  return fixed(units, decimals_, units_per_us_, sign);
}

std::vector<std::string> Microseconds::texts(std::span<const std::int64_t> ticks, bool sign) const {
  std::vector<std::string> texts;
  for (const std::int64_t unit : units(ticks)) texts.push_back(write(unit, sign));
  return texts;
}

std::string Microseconds::text(std::int64_t ticks, bool sign) const { return texts({&ticks, 1}, sign).front(); }

std::vector<std::string> share_texts(std::span<const std::int64_t> ticks, std::int64_t whole) {
  if (whole == 0) return std::vector<std::string>(ticks.size(), "-");
  constexpr std::int64_t kPerMille = 1000;
  std::vector<std::int64_t> signed_ticks(ticks.begin(), ticks.end());
  if (whole < 0)
    for (std::int64_t& t : signed_ticks) t = -t;
  std::vector<std::string> texts;
  for (const std::int64_t units : round_parts(signed_ticks, kPerMille, whole < 0 ? -whole : whole))
    texts.push_back(fixed(units, 1, 10, false) + " %");
  return texts;
}

}  // namespace inf::workflow
