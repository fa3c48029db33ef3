#include <doctest/doctest.h>

#include "tests/workloads/files.h"
#include "tools/workflow/boxes.h"

using namespace inf::workflow;

namespace {

TextBox box(float left, float top, float right, float bottom, float score = 1) {
  return {{Point{left, top}, {right, top}, {right, bottom}, {left, bottom}}, score};
}

const TextBox kDiamond{{Point{0, 5}, {5, 0}, {10, 5}, {5, 10}}, 1};

}  // namespace

TEST_CASE("overlap of two boxes") {
  struct Row {
    const char* name;
    TextBox a, b;
    double want;
  };
  const Row rows[] = {
      {"the same", box(0, 0, 10, 4), box(0, 0, 10, 4), 1},
      {"half of each", box(0, 0, 10, 4), box(5, 0, 15, 4), 20.0 / 60},
      {"one inside the other", box(0, 0, 10, 10), box(2, 2, 7, 7), 0.25},
      {"apart", box(0, 0, 10, 4), box(20, 0, 30, 4), 0},
      {"sharing an edge", box(0, 0, 10, 4), box(10, 0, 20, 4), 0},
      {"a diamond in its square", kDiamond, box(0, 0, 10, 10), 0.5},
      {"no area at all", box(3, 3, 3, 3), box(3, 3, 3, 3), 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(intersection_over_union(row.a, row.b) == doctest::Approx(row.want).epsilon(1e-5));
    CHECK(intersection_over_union(row.b, row.a) == doctest::Approx(row.want).epsilon(1e-5));
  }
}

TEST_CASE("matching two lists of boxes") {
  const TextBox a = box(0, 0, 10, 4), near_a = box(1, 0, 11, 4), b = box(30, 0, 40, 4), far = box(80, 0, 90, 4);
  struct Row {
    const char* name;
    std::vector<TextBox> expected, found;
    std::size_t matched;
    double mean, least;
    bool complete;
  };
  const Row rows[] = {
      {"nothing to find", {}, {}, 0, 1, 1, true},
      {"the same, in another order", {a, b}, {b, a}, 2, 1, 1, true},
      {"one moved", {a, b}, {near_a, b}, 2, (1 + 36.0 / 44) / 2, 36.0 / 44, true},
      {"one missing", {a, b}, {b}, 1, 1, 1, false},
      {"one too many", {a}, {a, far}, 1, 1, 1, false},
      // the better of two candidates wins, and a box is used once
      {"two for one", {a}, {near_a, a}, 1, 1, 1, false},
      {"too far away", {a}, {far}, 0, 1, 1, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const BoxMatch match = match_boxes(row.expected, row.found, 0.5);
    CHECK(match.expected == row.expected.size());
    CHECK(match.found == row.found.size());
    CHECK(match.matched == row.matched);
    CHECK(match.mean_overlap == doctest::Approx(row.mean).epsilon(1e-5));
    CHECK(match.min_overlap == doctest::Approx(row.least).epsilon(1e-5));
    CHECK(match.complete() == row.complete);
  }
  CHECK(match_boxes(std::vector{a}, std::vector{near_a}, 0.5).largest_corner_distance == doctest::Approx(1));
  CHECK(match_boxes(std::vector{a}, std::vector{near_a}, 0.9).matched == 0);
}

TEST_CASE("boxes as JSON") {
  CHECK(boxes_json({}) == "{\n  \"boxes\": []\n}\n");
  const std::vector<TextBox> one{{{Point{0.1F, -0.001F}, {10.126F, 0}, {10, 4.5F}, {0, 4}}, 0.98768F}};
  std::string text;
  for (const char c : boxes_json(one)) {
    if (c != ' ' && c != '\n') text += c;
  }
  CHECK(text == R"({"boxes":[{"corners":[[0.1,0.0],[10.13,0.0],[10.0,4.5],[0.0,4.0]],"score":0.9877}]})");
}

TEST_CASE("drawing changes pixels on the outline and nowhere else") {
  const Image page{200, 100, std::vector<std::uint8_t>(60000, 240)};
  const Image drawn = draw_boxes(page, std::vector{box(20, 20, 180, 80)});
  struct Row {
    const char* name;
    int x, y;
    bool changed;
  };
  const Row rows[] = {
      {"top edge", 100, 20, true}, {"left edge", 20, 50, true}, {"inside", 100, 50, false}, {"outside", 5, 5, false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto at = static_cast<std::size_t>((row.y * 200 + row.x) * 3 + 1);
    CHECK((drawn.rgb[at] != page.rgb[at]) == row.changed);
  }
  CHECK(draw_boxes(page, {}) == page);
}

TEST_CASE("a heat map runs from blue to red") {
  const std::vector<float> scores{0, 1, 1, 0, -5, 7};  // three pixels: region 0, 1, -5; affinity 1, 0, 7
  const Image region = draw_heat_map(scores, 1, 3, 0), affinity = draw_heat_map(scores, 1, 3, 1);
  const auto red_over_blue = [](const Image& image, std::size_t pixel) {
    return image.rgb[pixel * 3] > image.rgb[pixel * 3 + 2];
  };
  CHECK_FALSE(red_over_blue(region, 0));
  CHECK(red_over_blue(region, 1));
  CHECK_FALSE(red_over_blue(region, 2));
  CHECK(red_over_blue(affinity, 0));
  CHECK(red_over_blue(affinity, 2));
  CHECK(inf::test::error_of([&] { draw_heat_map(scores, 2, 2, 0); }).find("do not fill 2x2x2") != std::string::npos);
}
