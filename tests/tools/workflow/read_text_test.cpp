#include "tools/workflow/read_text.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow;

namespace {

std::string error_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

// Logits of a charset "ab" whose arg-maxes are these classes, each ahead by `gap`.
std::vector<float> logits_of(const std::vector<std::size_t>& classes, float gap = 3) {
  std::vector<float> logits(classes.size() * 3, 0.0F);
  for (std::size_t p = 0; p < classes.size(); ++p) logits[p * 3 + classes[p]] = gap;
  return logits;
}

}  // namespace

TEST_CASE("reading stops at the first [E]") {
  struct Row {
    const char* name;
    std::vector<std::size_t> classes;
    const char* text;
    std::size_t positions;
  };
  const Row rows[] = {{"a word", {1, 2, 2, 0, 1}, "abb", 4},
                      {"an empty word", {0, 1, 1}, "", 1},
                      {"no [E]: the last position is read too", {2, 1}, "ba", 2},
                      {"[E] at the end", {2, 0}, "b", 2}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<float> logits = logits_of(row.classes);
    CHECK(read_text(logits, "ab").text == row.text);
    CHECK(read_positions(logits, 3) == row.positions);
    // Every position read has the same probability, the one of [E] included.
    const double p = 1 / (1 + 2 * std::exp(-3.0));
    CHECK(read_text(logits, "ab").confidence == doctest::Approx(std::pow(p, static_cast<double>(row.positions))));
  }
}

TEST_CASE("equal logits read as the first class") { CHECK(read_text(std::vector<float>(6, 0.0F), "ab").text.empty()); }

TEST_CASE("a charset must fit the head") {
  struct Row {
    const char* charset;
    std::int64_t classes;
    const char* part;  // empty: fits
  };
  const Row rows[] = {{"ab", 3, ""},
                      {"ab", 95, "the charset has 2 characters, which need a head of 3 classes"},
                      {"abc", 3, "the model's head has 3"},
                      {"", 1, "the charset has 0 characters"},
                      {"aba", 4, "the charset holds 'a' twice"}};
  for (const Row& row : rows) {
    CAPTURE(row.charset);
    const std::string error = error_of([&] { check_charset(row.charset, row.classes, "w.yaml:3:5"); });
    if (*row.part == '\0')
      CHECK(error.empty());
    else
      CHECK(error.find(row.part) != std::string::npos);
  }
}

TEST_CASE("logits that are not finite are no text") {
  std::vector<float> logits = logits_of({1, 0});
  logits[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(error_of([&] { read_text(logits, "ab"); }).find("not finite") != std::string::npos);
}
