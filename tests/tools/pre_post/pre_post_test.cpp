#include <doctest/doctest.h>

#include <cmath>

#include "tests/workloads/files.h"
#include "tools/workflow/pre_post.h"

using namespace inf;
using namespace inf::workflow;

namespace {

Image grey_image(int width, int height, std::uint8_t value) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, value)};
}

// A rectangle of one value in both score maps; -1 leaves a map alone.
struct Patch {
  int left, top, width, height;
  float region, affinity;
};

constexpr int kSide = 32;  // of the score maps; the canvas has 64

std::vector<float> maps(const std::vector<Patch>& patches) {
  std::vector<float> scores(kSide * kSide * 2, 0.0F);
  for (const Patch& p : patches) {
    for (int y = p.top; y < p.top + p.height; ++y) {
      for (int x = p.left; x < p.left + p.width; ++x) {
        float* at = scores.data() + (y * kSide + x) * 2;
        if (p.region >= 0) at[0] = p.region;
        if (p.affinity >= 0) at[1] = p.affinity;
      }
    }
  }
  return scores;
}

Geometry square_geometry(double ratio) {
  const int side = static_cast<int>(2 * kSide / ratio);
  return {.image = {side, side}, .scaled = {2 * kSide, 2 * kSide}, .canvas = {2 * kSide, 2 * kSide}, .ratio = ratio};
}

TextBox axis_box(float left, float top, float right, float bottom, float score) {
  return {{Point{left, top}, {right, top}, {right, bottom}, {left, bottom}}, score};
}

}  // namespace

TEST_CASE("where a picture lies on the canvas") {
  struct Row {
    const char* name;
    int width, height;
    PreOptions options;
    Extent scaled, canvas;
    double ratio;
  };
  const Row rows[] = {
      {"grows by the magnification", 100, 50, {}, {75, 150}, {96, 160}, 1.5},
      {"stops at the canvas size", 760, 960, {}, {1280, 1013}, {1280, 1024}, 1280.0 / 960},
      {"shrinks to the canvas size", 4000, 2000, {}, {640, 1280}, {640, 1280}, 0.32},
      {"no magnification", 64, 64, {.mag_ratio = 1}, {64, 64}, {64, 64}, 1},
      {"fixed canvas, higher than wide", 760, 960, {.canvas = Extent{768, 768}}, {768, 608}, {768, 768}, 0.8},
      {"fixed canvas, limited by its lower side",
       300,
       300,
       {.canvas = Extent{64, 128}},
       {64, 64},
       {64, 128},
       64.0 / 300},
      {"fixed canvas, larger than the picture may grow",
       100,
       80,
       {.canvas = Extent{2400, 2400}},
       {120, 150},
       {2400, 2400},
       1.5},
      // 961 x (768 / 961) comes out a hair under 768 in binary and must not lose a row
      {"quotient rounded down", 500, 961, {.canvas = Extent{768, 768}}, {768, 399}, {768, 768}, 768.0 / 961},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Prepared p = preprocess(grey_image(row.width, row.height, 255), row.options);
    CHECK(p.geometry.image == Extent{row.height, row.width});
    CHECK(p.geometry.scaled == row.scaled);
    CHECK(p.geometry.canvas == row.canvas);
    CHECK(p.geometry.ratio == doctest::Approx(row.ratio).epsilon(1e-12));
    CHECK(p.geometry.pad_right() == row.canvas.width - row.scaled.width);
    CHECK(p.geometry.pad_bottom() == row.canvas.height - row.scaled.height);
    CHECK(p.tensor.size() ==
          static_cast<std::size_t>(row.canvas.height) * static_cast<std::size_t>(row.canvas.width) * 3);
  }
  const Prepared page = preprocess(grey_image(760, 960, 255), {.canvas = Extent{768, 768}});
  CHECK(page.geometry.text() ==
        "760x960 scaled by 0.8 to 608x768 (width x height), padded by 160 on the right and 0 at the bottom");
}

TEST_CASE("pixels are normalised per channel, and padding is normalised black") {
  Image image = grey_image(32, 32, 0);
  for (std::size_t i = 0; i < image.rgb.size(); i += 3)
    image.rgb[i] = 255, image.rgb[i + 1] = 128, image.rgb[i + 2] = 0;
  const Prepared p = preprocess(image, {.mag_ratio = 1, .canvas = Extent{64, 64}});
  struct Row {
    const char* name;
    int channel, y, x;
    double want;
  };
  const Row rows[] = {
      {"red", 0, 0, 0, (1.0 - 0.485) / 0.229},         {"green", 1, 0, 0, (128.0 / 255 - 0.456) / 0.224},
      {"blue", 2, 31, 31, (0.0 - 0.406) / 0.225},      {"right of the picture", 0, 0, 32, -0.485 / 0.229},
      {"below the picture", 1, 32, 0, -0.456 / 0.224}, {"last", 2, 63, 63, -0.406 / 0.225},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(p.tensor[static_cast<std::size_t>((row.channel * 64 + row.y) * 64 + row.x)] ==
          doctest::Approx(row.want).epsilon(1e-5));
  }
}

TEST_CASE("pre-processing refuses options out of range") {
  struct Row {
    const char* name;
    int width, height;
    PreOptions options;
    const char* want;
  };
  const Row rows[] = {
      {"magnification", 64, 64, {.mag_ratio = 0}, "mag_ratio = 0 is outside"},
      {"magnification is no number", 64, 64, {.mag_ratio = NAN}, "mag_ratio = nan is outside"},
      {"canvas size", 64, 64, {.canvas_size = 16}, "canvas_size = 16 is outside 32..16384"},
      {"fixed canvas", 64, 64, {.canvas = Extent{768, 770}}, "canvas width = 770 is not a multiple of 32"},
      {"a line that scales to nothing", 10000, 2, {}, "has no pixels left"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(test::error_of([&] { preprocess(grey_image(row.width, row.height, 0), row.options); }).find(row.want) !=
          std::string::npos);
  }
}

TEST_CASE("boxes from score maps") {
  struct Row {
    const char* name;
    std::vector<Patch> patches;
    double ratio;
    std::vector<TextBox> want;
  };
  // A bar of 12 x 4 has 48 pixels, so it grows by n = floor(2 sqrt(48 x 4 / 48)) = 4: two pixels to each side.
  const Patch bar{8, 10, 12, 4, 0.9F, -1};
  const TextBox bar_box = axis_box(12, 16, 42, 30, 0.9F);
  const Row rows[] = {
      {"nothing", {}, 1, {}},
      {"a bar", {bar}, 1, {bar_box}},
      {"scaled back", {bar}, 0.5, {axis_box(24, 32, 84, 60, 0.9F)}},
      {"too faint at its best", {{8, 10, 12, 4, 0.6F, -1}}, 1, {}},
      {"bright enough in one pixel",
       {{8, 10, 12, 4, 0.6F, -1}, {9, 11, 1, 1, 0.75F, -1}},
       1,
       {axis_box(12, 16, 42, 30, 0.75F)}},
      {"9 pixels are too few", {{8, 10, 9, 1, 0.9F, -1}}, 1, {}},
      // 5 x 2: n = floor(2 sqrt 2) = 2, one pixel to each side
      {"10 pixels are enough", {{8, 10, 5, 2, 0.9F, -1}}, 1, {axis_box(14, 18, 26, 24, 0.9F)}},
      {"affinity alone is no text", {{8, 10, 12, 4, -1, 0.9F}}, 1, {}},
      {"two words",
       {{2, 10, 8, 4, 0.9F, -1}, {20, 10, 8, 4, 0.8F, -1}},
       1,
       {axis_box(0, 16, 22, 30, 0.9F), axis_box(36, 16, 58, 30, 0.8F)}},
      {"two characters that affinity joins",
       {{8, 10, 5, 4, 0.9F, -1}, {15, 10, 5, 4, 0.8F, -1}, {12, 10, 4, 4, -1, 0.9F}},
       1,
       {bar_box}},
      // the link's own pixels count for the growth, but the box keeps to the text
      {"affinity that runs past the text", {bar, {19, 10, 5, 4, -1, 0.9F}}, 1, {bar_box}},
      // 7 x 6 grows by 4 to 11 x 10 pixels, 10 to 9 steps: not square enough; 6 x 6 is, and lies along the axes
      {"square", {{10, 10, 6, 6, 0.9F, -1}}, 1, {axis_box(16, 16, 34, 34, 0.9F)}},
      {"clipped at the corner", {{0, 0, 12, 4, 0.9F, -1}}, 1, {axis_box(0, 0, 26, 10, 0.9F)}},
      // 5 x 3: n = floor(2 sqrt 3) = 3, and an even kernel reaches one pixel to the left and up, two to the right and
      // down
      {"corner to corner is not joined",
       {{4, 4, 5, 3, 0.9F, -1}, {9, 7, 5, 3, 0.8F, -1}},
       1,
       {axis_box(6, 6, 20, 16, 0.9F), axis_box(16, 12, 30, 22, 0.8F)}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<TextBox> found = find_boxes(maps(row.patches), square_geometry(row.ratio), {});
    REQUIRE(found.size() == row.want.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(found[i].score == row.want[i].score);
      for (std::size_t k = 0; k < 4; ++k) {
        CAPTURE(k);
        CHECK(found[i].corners[k].x == doctest::Approx(row.want[i].corners[k].x).epsilon(1e-4));
        CHECK(found[i].corners[k].y == doctest::Approx(row.want[i].corners[k].y).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("thresholds are the options'") {
  const std::vector<float> scores = maps({{8, 10, 12, 4, 0.5F, -1}});
  struct Row {
    const char* name;
    PostOptions options;
    std::size_t want;
  };
  const Row rows[] = {
      {"defaults", {}, 0},
      {"lower text threshold", {.text_threshold = 0.5F}, 1},
      {"the threshold itself is not above it", {.low_text = 0.5F, .text_threshold = 0.5F}, 0},
      {"more pixels asked", {.text_threshold = 0.5F, .min_area = 49}, 0},
      {"exactly as many", {.text_threshold = 0.5F, .min_area = 48}, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(find_boxes(scores, square_geometry(1), row.options).size() == row.want);
  }
}

TEST_CASE("slanted text gets a slanted box, clockwise from its top left") {
  std::vector<Patch> steps;
  for (int i = 0; i < 16; ++i) steps.push_back({6 + i, 6 + i / 2, 2, 3, 0.9F, -1});
  const std::vector<TextBox> found = find_boxes(maps(steps), square_geometry(1), {});
  REQUIRE(found.size() == 1);
  const auto& c = found[0].corners;
  const double slope = std::atan2(c[1].y - c[0].y, c[1].x - c[0].x);
  CHECK(slope > 0.35);  // atan(1/2) = 0.46
  CHECK(slope < 0.55);
  for (std::size_t k = 1; k < 4; ++k) CHECK(c[0].x + c[0].y <= c[k].x + c[k].y);
  CHECK(c[2].y > c[1].y);  // down the right side next
}

TEST_CASE("score maps that do not fit or are not finite") {
  std::vector<float> scores = maps({});
  CHECK(test::error_of([&] {
          find_boxes(std::span(scores).first(10), square_geometry(1), {});
        }).find("10 scores do not fill 32x32x2") != std::string::npos);
  scores[5] = NAN;
  CHECK(test::error_of([&] { find_boxes(scores, square_geometry(1), {}); }).find("not finite") != std::string::npos);
}
