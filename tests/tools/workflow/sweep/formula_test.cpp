#include "tools/workflow/sweep/formula.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow::sweep;

TEST_CASE("values") {
  struct Row {
    const char* text;
    double want;  ///< with 7 for each name
  };
  const Row rows[] = {
      {"2 + 3 * 4", 14},
      {"chip.tensor.rows * 2", 14},
      {"chip.tensor.rows-1", 6},
      {"a / b ^ 2", 1.0 / 7},
      {"min(a, 3) + max(a, 9)", 12},
      {"floor(a / 2) + ceil(a / 2)", 7},
      {"mod(a, 4)", 3},
      {"rint(2.6)", 3},
      {"a > 3 ? 1 : 2", 1},
      {"a == 7 && b != 7", 0},
      {"a == 7 || b != 7", 1},
      {"1e3 * a", 7000},
      {"log2(1024)", 10},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Formula formula(row.text);
    CHECK(formula.value(std::vector<double>(formula.names().size(), 7)) == row.want);
  }
  CHECK(Formula("b.c + a.b * b.c").names() == std::vector<std::string>{"a.b", "b.c"});
}

TEST_CASE("what a broken condition says") {
  struct Row {
    const char *text, *says;
  };
  const Row rows[] = {
      {"a * 4096 <= 16384", "a * 4096 <= 16384: 28672 > 16384"},
      {"a >= 8", "a >= 8: 7 < 8"},
      {"a < 7", "a < 7: 7 >= 7"},
      {"a > 7", "a > 7: 7 <= 7"},
      {"a == 8", "a == 8: 7 != 8"},
      {"a != 7", "a != 7: 7 == 7"},
      {"(a / 2 < 3)", "(a / 2 < 3): 3.5 >= 3"},
      {"a < (b < c)", "a < (b < c): 7 >= 0"},
      {"a < 3 && x.y > 2", "a < 3 && x.y > 2: does not hold with a = 7, x.y = 7"},
      {"a / 0 < 3", "a / 0 < 3: inf >= 3"},
      {"sqrt(-a) < 3", "sqrt(-a) < 3: no number >= 3"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Formula formula(row.text);
    CHECK(formula.not_a_condition().empty());
    CHECK(formula.broken(std::vector<double>(formula.names().size(), 7)) == row.says);
  }
}

TEST_CASE("what is no condition") {
  CHECK(Formula("a + 1").not_a_condition() == "compares nothing; write a condition such as chip.tensor.rows <= 64");
  CHECK(Formula("1 < a < 3").not_a_condition() == "compares twice; join two comparisons with &&");
}

TEST_CASE("what is no formula") {
  struct Row {
    const char *text, *says;
  };
  const Row rows[] = {
      {"", "it is empty"},
      {"a <", "it ends too early"},
      {"(a", "a bracket is missing"},
      {"a)", "')' at character 2 is not expected there"},
      {"a b", "'b' at character 3 is not expected there"},
      {"3a", "'a' at character 2 is not expected there"},
      {"a = 5", "'=' sets a value; == compares two"},
      {"a, b", "it has 2 parts, with commas between; one is needed"},
      {"sqrt(1, 2)", "'sqrt' takes fewer values"},
      {"mod(1)", "'mod' takes more values"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    try {
      const Formula formula{row.text};
      FAIL("parsed");
    } catch (const Error& error) {
      CHECK(error.message() == row.says);
    }
  }
}
