#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace inf::workflow {

/// `parts` x numerator / denominator as whole numbers that add up to the rounded sum: each is rounded down, and those
/// with the largest remainders, earlier ones first, take what is missing. Parts may be negative.
std::vector<std::int64_t> round_parts(std::span<const std::int64_t> parts, std::int64_t numerator,
                                      std::int64_t denominator);

/// How ticks are printed as microseconds: as many decimals as the whole needs, so that printed parts add up to the
/// printed whole.
class Microseconds {
 public:
  /// `whole` decides on the decimals: 1 from a millisecond on, 2 from 10 us on, else 3.
  Microseconds(std::int64_t whole, std::int64_t tick_mhz);
  /// Parts that add up to their printed sum. `sign` writes a '+' before what is above 0.
  std::vector<std::string> texts(std::span<const std::int64_t> ticks, bool sign = false) const;
  std::string text(std::int64_t ticks, bool sign = false) const;
  /// The same in two steps: units of the last decimal, and their text.
  std::vector<std::int64_t> units(std::span<const std::int64_t> ticks) const;
  std::string write(std::int64_t units, bool sign = false) const;

 private:
  int decimals_;
  std::int64_t units_per_us_;
  std::int64_t tick_mhz_;
};

/// Shares of `whole` in percent with one decimal, "12.3 %", that add up to the share of their sum. All "-" where
/// `whole` is 0.
std::vector<std::string> share_texts(std::span<const std::int64_t> ticks, std::int64_t whole);

}  // namespace inf::workflow
