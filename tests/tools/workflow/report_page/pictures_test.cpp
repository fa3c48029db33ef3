#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tools/workflow/report_page/pictures.h"

using namespace inf::workflow;
using namespace inf::workflow::page;

TEST_CASE("outputs that are pictures of few channels") {
  struct Row {
    const char* name;
    std::vector<std::int64_t> shape;
    std::size_t planes;
    int height, width;
  };
  const Row rows[] = {
      {"channels last", {1, 16, 24, 2}, 2, 16, 24},    {"channels first", {1, 3, 16, 24}, 3, 16, 24},
      {"the first of a batch", {2, 8, 8, 1}, 1, 8, 8}, {"features", {1, 32, 16, 24}, 0, 0, 0},
      {"too small", {1, 7, 24, 2}, 0, 0, 0},           {"logits", {1, 1000}, 0, 0, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::int64_t size = 1;
    for (const std::int64_t d : row.shape) size *= d;
    NpyArray output{row.shape, std::vector<float>(static_cast<std::size_t>(size))};
    for (std::size_t i = 0; i < output.data.size(); ++i) output.data[i] = static_cast<float>(i);
    const std::vector<Plane> planes = planes_of(output);
    REQUIRE(planes.size() == row.planes);
    if (planes.empty()) continue;
    CHECK(planes[0].height == row.height);
    CHECK(planes[0].width == row.width);
    const bool last = row.shape[3] == static_cast<std::int64_t>(row.planes);
    CHECK(planes.back().values[1] ==
          output.data[last ? 2 * row.planes - 1 : (row.planes - 1) * planes[0].values.size() + 1]);
  }
}

TEST_CASE("a plane becomes smaller") {
  const Plane plane{3, 3, {1, 2, 3, 4, -8, 6, 7, 8, 9}};
  CHECK(shrink(plane, 2, false).values == std::vector<float>{-0.25F, 4.5F, 7.5F, 9});
  CHECK(shrink(plane, 2, true).values == std::vector<float>{-8, 6, 8, 9});
  CHECK(shrink(plane, 1, false).values == plane.values);
  CHECK(std::isnan(shrink(Plane{1, 2, {std::numeric_limits<float>::quiet_NaN(), 5}}, 2, true).values[0]));
}

TEST_CASE("colours get lighter with the value") {
  Plane plane{1, 257, {}};
  for (int i = 0; i <= 256; ++i) plane.values.push_back(static_cast<float>(i) / 256);
  const Image image = coloured(plane, 0, 1);
  double before = -1;
  for (int i = 0; i <= 256; ++i) {
    const auto at = static_cast<std::size_t>(3 * i);
    const double light = 0.2126 * image.rgb[at] + 0.7152 * image.rgb[at + 1] + 0.0722 * image.rgb[at + 2];
    CHECK(light >= before - 0.8);  // rounding of three channels
    before = light;
  }
  CHECK(coloured({1, 2, {-5, 7}}, 0, 1).rgb == coloured({1, 2, {0, 1}}, 0, 1).rgb);
  CHECK(coloured({1, 1, {NAN}}, 0, 1).rgb == std::vector<std::uint8_t>{220, 30, 40});
  CHECK(coloured({1, 1, {3}}, 3, 3).rgb == coloured({1, 1, {0}}, 0, 1).rgb);  // no range
}

TEST_CASE("a picture is made to fit") {
  Image noise{64, 48, {}};
  for (std::uint32_t i = 0, x = 1; i < 64 * 48 * 3; ++i)
    noise.rgb.push_back(static_cast<std::uint8_t>((x = x * 1664525 + 1013904223) >> 24));
  const std::string whole = picture_uri(noise, 100'000), small = picture_uri(noise, 2000);
  CHECK(whole.size() > small.size());
  CHECK(small.size() < 2000 * 4 / 3 + 40);
  CHECK(picture_uri(noise, 2000) == small);
  CHECK(shrink_factor(384, 384, 300) == 2);
  CHECK(shrink_factor(300, 200, 300) == 1);
}
