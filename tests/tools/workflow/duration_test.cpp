#include "tools/workflow/duration.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow;

TEST_CASE("durations with their units") {
  CHECK(parse_duration("50ms", "--slo", 1) == 50e6);
  CHECK(parse_duration("2.5s", "--slo", 1) == 2.5e9);
  CHECK(parse_duration("800us", "--slo", 1) == 800e3);
  CHECK(parse_duration("90ns", "--slo", 1) == 90);
  CHECK(parse_duration("0ms", "--max-wait", 0) == 0);
}

TEST_CASE("what is no duration") {
  struct Row {
    const char *text, *says;
  };
  const Row rows[] = {
      {"fast", "'fast' is no duration"},    {"50", "'50' is no duration"},      {"50 ms", "'50 ms' is no duration"},
      {"ms", "'ms' is no duration"},        {"", "'' is no duration"},          {"nanms", "'nanms' is no duration"},
      {"-5ms", "-5ms is outside 1.000 ns"}, {"0ms", "0ms is outside 1.000 ns"}, {"1e99s", "1e99s is outside"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    try {
      parse_duration(row.text, "--slo", 1);
      FAIL("read");
    } catch (const Error& error) {
      CHECK(error.where() == "--slo");
      CHECK(error.message().starts_with(row.says));
      CHECK(exit_code(error.kind()) == 2);
    }
  }
}
