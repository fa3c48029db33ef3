#include <doctest/doctest.h>

#include "tools/workflow/report_page/stretches.h"

using namespace inf::workflow;
using namespace inf::workflow::page;

namespace {

Stretch stretch(std::int64_t from, std::int64_t to, int op) {
  Stretch s{.from = from, .to = to, .op = op};
  s.longest = to - from;
  s.busy = to - from;
  return s;
}

}  // namespace

TEST_CASE("neighbours within the resolution are one") {
  const std::vector<Stretch> row = {stretch(0, 10, 1), stretch(12, 40, 2), stretch(41, 43, 3), stretch(100, 130, 4)};
  struct Row {
    std::int64_t resolution;
    std::size_t count;
    int first;
  };
  for (const Row& want : {Row{0, 4, 1}, Row{39, 3, 1}, Row{40, 3, 2}, Row{43, 2, 2}, Row{130, 1, 4}}) {
    CAPTURE(want.resolution);
    const std::vector<Stretch> out = coarsen(row, want.resolution);
    REQUIRE(out.size() == want.count);
    CHECK(out.front().op == want.first);  // of the longest part
    CHECK(out.front().from == 0);
    CHECK(out.back().to == 130);
    std::int64_t busy = 0, parts = 0;
    for (const Stretch& s : out) busy += s.busy, parts += s.parts;
    CHECK(busy == 70);
    CHECK(parts == 4);
  }
}

TEST_CASE("rows fit together") {
  std::vector<std::vector<Stretch>> rows(2);
  for (int i = 0; i < 1000; ++i) rows[0].push_back(stretch(10 * i, 10 * i + 5, i));
  rows[1].push_back(stretch(0, 10000, 7));
  std::vector<std::vector<Stretch>> all = rows;
  CHECK(fit_rows(all, 1001) == 0);
  CHECK(all[0].size() == 1000);
  const std::int64_t resolution = fit_rows(rows, 200);
  CHECK(resolution == 64);
  CHECK(rows[0].size() + rows[1].size() <= 200);
  CHECK(rows[1].size() == 1);
}
