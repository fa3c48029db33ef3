#include "tools/workflow/profile/exact_parts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace inf::workflow {
namespace {

std::int64_t sum(const std::vector<std::int64_t>& v) { return std::accumulate(v.begin(), v.end(), std::int64_t{0}); }

/// The digits of a printed number as a whole number of its last decimal.
std::int64_t digits(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '.' || c == '%' || c == '+'; });
  return std::stoll(text);
}

TEST_CASE("rounded parts add up to the rounded whole") {
  struct Row {
    const char* name;
    std::vector<std::int64_t> parts;
    std::int64_t numerator, denominator;
    std::vector<std::int64_t> want;
  };
  const Row rows[] = {
      {"nothing", {}, 1, 3, {}},
      // each is a third: one of them has to be one more
      {"three thirds", {1, 1, 1}, 1, 3, {1, 0, 0}},
      {"largest remainder", {10, 15, 5}, 1, 10, {1, 2, 0}},
      {"whole numbers stay", {20, 30}, 1, 10, {2, 3}},
      // -1.5 and 0.5 make -1: down is -2 and 0, and the first of two equal remainders takes the one that is missing
      {"below zero", {-15, 5}, 1, 10, {-1, 0}},
      {"half goes up", {5}, 1, 10, {1}},
      // ticks times ticks of another clock leave 64 bits
      {"wide",
       {9'000'000'000'000'000'000, -9'000'000'000'000'000'000},
       1000,
       1000,
       {9'000'000'000'000'000'000, -9'000'000'000'000'000'000}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(round_parts(row.parts, row.numerator, row.denominator) == row.want);
  }
}

TEST_CASE("printed microseconds and shares add up, whatever the parts") {
  std::uint64_t state = 1;
  const auto next = [&](std::int64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state >> 33) % static_cast<std::uint64_t>(below));
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> ticks;
    for (std::int64_t n = next(30) + 1; n > 0; --n) ticks.push_back(next(1'000'000) - (round % 2) * 400'000);
    const std::int64_t whole = sum(ticks);
    const Microseconds us(whole, 5600);
    std::int64_t printed = 0;
    for (const std::string& text : us.texts(ticks)) printed += digits(text);
    CHECK(printed == digits(us.text(whole)));
    if (whole == 0) continue;
    std::int64_t shares = 0;
    for (const std::string& text : share_texts(ticks, whole)) shares += digits(text);
    CHECK(shares == 1000);
  }
}

TEST_CASE("decimals follow the whole") {
  struct Row {
    std::int64_t whole, ticks;
    bool sign;
    const char* want;
  };
  const Row rows[] = {
      {54'526'949, 54'526'949, false, "9 737.0"},
      {54'526'949, -5600, true, "-1.0"},
      {54'526'949, 5600, true, "+1.0"},
      {56'000'000, 0, true, "0.0"},
      {560'000, 5600, false, "1.00"},
      {5600, 28, false, "0.005"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.want);
    CHECK(Microseconds(row.whole, 5600).text(row.ticks, row.sign) == row.want);
  }
}

TEST_CASE("without a whole there are no shares") {
  CHECK(share_texts(std::vector<std::int64_t>{0, 0}, 0) == std::vector<std::string>{"-", "-"});
}

}  // namespace
}  // namespace inf::workflow
