#include "tools/workflow/format.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace inf::workflow;

TEST_CASE("numbers carry four digits and an SI prefix") {
  struct Row {
    const char* name;
    double value;
    const char* unit;
    const char* want;
  };
  const Row rows[] = {
      {"zero", 0, "s", "0 s"},
      {"one", 1, "s", "1.000 s"},
      {"milli", 0.0123, "s", "12.30 ms"},
      {"nano", 4.2e-9, "s", "4.200 ns"},
      {"below the smallest prefix", 4e-12, "s", "0.004 ns"},
      {"kilo", 1500, "B", "1.500 kB"},
      {"tera", 2.049e12, "MAC", "2.049 TMAC"},
      {"beyond the largest prefix", 5e15, "B", "5000 TB"},
      {"negative", -0.5, "s", "-500.0 ms"},
      // 999.96 us has five digits; rounded to four it is the next prefix
      {"carry into the next prefix", 999.96e-6, "s", "1.000 ms"},
      {"no carry", 999.9e-6, "s", "999.9 us"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(si(row.value, row.unit) == row.want);
  }
}

TEST_CASE("thousands stand apart") {
  struct Row {
    std::int64_t value;
    const char* want;
  };
  const Row rows[] = {{0, "0"},          {999, "999"},  {1000, "1 000"}, {1234567, "1 234 567"},
                      {-1000, "-1 000"}, {-999, "-999"}};
  for (const Row& row : rows) CHECK(grouped(row.value) == row.want);
}

TEST_CASE("percentages have one digit") {
  CHECK(percent(0.8012) == "80.1 %");
  CHECK(percent(0) == "0.0 %");
}

TEST_CASE("tables line up and end without blanks") {
  Table table({Table::Align::left, Table::Align::right, Table::Align::left});
  table.row({"engine", "busy", ""});
  table.row({"dma", "1.5 ms", "first"});
  table.row({"tensor", "12 ms", ""});
  CHECK(table.text() ==
        "  engine    busy\n"
        "  dma     1.5 ms  first\n"
        "  tensor   12 ms\n");
}
