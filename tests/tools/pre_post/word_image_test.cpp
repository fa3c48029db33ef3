#include "tools/workflow/word_image.h"

#include <doctest/doctest.h>

#include <cmath>

#include "isa/base/error.h"
#include "tools/workflow/resample.h"

using namespace inf;
using namespace inf::workflow;

namespace {

Image flat(int width, int height, std::uint8_t level) {
  return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), level)};
}

// Grey rises along x by `step`, red stands still.
Image ramp(int width, int height, int step) {
  Image image = flat(width, height, 10);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (std::size_t c = 1; c < 3; ++c)
        image.rgb[static_cast<std::size_t>((y * width + x) * 3) + c] = static_cast<std::uint8_t>(x * step);
  return image;
}

std::string error_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TextBox box(float x, float y, float width, float height) {
  return {{Point{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}, 1};
}

}  // namespace

TEST_CASE("bicubic keeps what is flat, keeps ramps and averages when it shrinks") {
  for (const int level : {0, 77, 255})
    CHECK(resample_bicubic(flat(7, 5, static_cast<std::uint8_t>(level)), 128, 32) ==
          flat(128, 32, static_cast<std::uint8_t>(level)));
  CHECK(resample_bicubic(ramp(20, 6, 3), 20, 6) == ramp(20, 6, 3));
  const Image twice = resample_bicubic(ramp(40, 4, 4), 80, 4);
  for (int x = 8; x < 72; ++x) {  // away from the edges a line stays a line
    CAPTURE(x);
    CHECK(std::abs(twice.rgb[static_cast<std::size_t>(x * 3 + 1)] - (2 * x - 1)) <= 1);
    CHECK(twice.rgb[static_cast<std::size_t>(x * 3)] == 10);
  }
  // A checkerboard of single pixels is its mean when four of them become one.
  Image board = flat(64, 64, 0);
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x)
      if ((x + y) % 2 == 0)
        for (std::size_t c = 0; c < 3; ++c) board.rgb[static_cast<std::size_t>((y * 64 + x) * 3) + c] = 255;
  const Image grey = resample_bicubic(board, 16, 16);
  for (int i = 5 * 16 + 5; i < 5 * 16 + 11; ++i) CHECK(std::abs(grey.rgb[static_cast<std::size_t>(i * 3)] - 128) <= 1);
}

TEST_CASE("an enlarged edge overshoots as a = -0.5 does") {
  // Samples 0 0 255 255 doubled: weights of the four taps at a quarter are -9/128, 111/128, 29/128, -3/128.
  Image edge = flat(4, 2, 0);
  for (int y = 0; y < 2; ++y)
    for (int x = 2; x < 4; ++x)
      for (std::size_t c = 0; c < 3; ++c) edge.rgb[static_cast<std::size_t>((y * 4 + x) * 3) + c] = 255;
  const Image twice = resample_bicubic(edge, 8, 2);
  const double inner = (29.0 - 3.0) / 128 * 255, outer = (111.0 - 9.0 + 0.0) / 128 * 255;
  CHECK(twice.rgb[3 * 3] == static_cast<int>(std::floor(inner + 0.5)));
  CHECK(twice.rgb[4 * 3] == static_cast<int>(std::floor(outer + 0.5)));
}

TEST_CASE("a word becomes planes in -1..1") {
  const std::vector<float> tensor = word_tensor(flat(50, 20, 255), {32, 128}, "word.png");
  REQUIRE(tensor.size() == 3 * 32 * 128);
  for (const float v : tensor) CHECK(v == 1.0F);
  CHECK(word_tensor(flat(50, 20, 0), {32, 128}, "word.png").front() == -1.0F);
  const std::vector<float> colours = word_tensor(ramp(128, 32, 1), {32, 128}, "word.png");
  CHECK(colours[5] == doctest::Approx((10 / 255.0 - 0.5) / 0.5));            // red first
  CHECK(colours[32 * 128 + 5] == doctest::Approx((5 / 255.0 - 0.5) / 0.5));  // then green
  CHECK(error_of([] {
          word_tensor(flat(1, 1, 0), {32, 128}, "dot.png");
        }).find("is 1x1 pixels (width x height)") != std::string::npos);
}

TEST_CASE("crops are upright pieces of the page") {
  Image page = flat(60, 40, 200);
  for (int y = 10; y < 20; ++y)
    for (int x = 30; x < 50; ++x)
      for (std::size_t c = 0; c < 3; ++c) page.rgb[static_cast<std::size_t>((y * 60 + x) * 3) + c] = 9;
  CHECK(crop_box(page, box(30, 10, 20, 10), "box 1") == flat(20, 10, 9));
  // Turned by a right angle: the side from the first corner to the second is the top.
  const TextBox turned{{Point{50, 10}, {50, 20}, {30, 20}, {30, 10}}, 1};
  const Image crop = crop_box(page, turned, "box 1");
  CHECK(crop.width == 10);
  CHECK(crop.height == 20);
  // A box that hangs over the edge repeats the edge's pixels.
  CHECK(crop_box(page, box(-5, -5, 12, 12), "box 1") == flat(12, 12, 200));
}

TEST_CASE("a box is trimmed along its own sides") {
  CHECK(trimmed(box(10, 20, 30, 12), 2) == box(12, 22, 26, 8));
  CHECK(trimmed(box(10, 20, 30, 12), 0) == box(10, 20, 30, 12));
  // No more than to its middle line.
  CHECK(trimmed(box(10, 20, 30, 12), 9) == box(19, 26, 12, 0));
}

TEST_CASE("empty crops are refused") {
  const Image page = flat(60, 40, 200);
  const TextBox boxes[] = {box(10, 10, 0.4F, 12), box(10, 10, 12, 1), box(100, 10, 12, 12), box(10, -30, 12, 12)};
  for (const TextBox& empty : boxes)
    CHECK(error_of([&] { crop_box(page, empty, "box 7"); }).find("leaves an empty crop of the 60x40 page") !=
          std::string::npos);
}

TEST_CASE("texts are drawn on the page") {
  const Image page = flat(200, 100, 255);
  const TextBox boxes[] = {box(40, 50, 60, 20)};
  const std::string texts[] = {"word"};
  const Image drawn = draw_texts(page, boxes, texts);
  CHECK(drawn.rgb.size() == page.rgb.size());
  CHECK(drawn != draw_boxes(page, boxes));
}
