#include "tools/workflow/random_inputs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace inf::compiler;
using namespace inf::workflow;

TEST_CASE("made-up inputs fit what reads them") {
  const Graph g = parse_graph(R"(
input %x: f32[64]
input %ids: i64[64]
input %moved: i64[8, 8]
input %flags: i64[64]
input %hidden: bool[64]
const %table: f32[50, 2]
const %small: f32[2, 7]
%a: f32[64, 2] = gather(%table, %ids)
%b: i64[64] = reshape(%moved)
%c: f32[2, 64] = gather(%small, %b) axis=1
%d: f32[64, 2] = gather(%table, %b)
%e: f32[64] = cast(%flags) to=f32
%f: f32[64] = where(%hidden, %x, %e)
output %a
output %c
output %d
output %f
)");
  struct Row {
    const char* words;
    float least, most;  // of 64 values, loosely: a range that is missed once in a million seeds
  };
  const Row rows[] = {
      {"normally distributed values", -0.5f, 0.5f},
      {"uniform indices 0 to 49", 15, 35},
      {"uniform indices 0 to 6", 1, 5},  // the smaller of two tables, behind a reshape
      {"ones", 1, 1},
      {"ones", 1, 1},
  };
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(i);
    const std::vector<float> values = random_input(g, g.inputs[i], 1);
    CHECK(random_input_words(g, g.inputs[i]) == rows[i].words);
    REQUIRE(values.size() == 64);
    CHECK(*std::min_element(values.begin(), values.end()) <= rows[i].least);
    CHECK(*std::max_element(values.begin(), values.end()) >= rows[i].most);
    if (i > 0) CHECK(std::all_of(values.begin(), values.end(), [](float v) { return v >= 0 && v == std::trunc(v); }));
    if (i == 1) CHECK(*std::max_element(values.begin(), values.end()) < 50);
    if (i == 2) CHECK(*std::max_element(values.begin(), values.end()) < 7);
    CHECK(values == random_input(g, g.inputs[i], 1));
    CHECK((values == random_input(g, g.inputs[i], 2)) == (i >= 3));
  }
}
