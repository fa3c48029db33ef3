#include "compiler/tiles/resize_plan.h"

#include <doctest/doctest.h>

#include <string>

#include <vector>

using namespace inf::compiler;

TEST_CASE("runs of blends cover every output once with ONNX's weights") {
  struct Want {
    int src0, src1;
    float w0, w1;
  };
  struct Row {
    std::string name;
    Resize resize;
    int in;
    std::vector<Want> want;
  };
  using M = Resize::Mode;
  using C = Resize::Coordinates;
  using R = Resize::Round;
  const Row rows[] = {
      {"x2 half pixel",
       {M::linear, C::half_pixel, R::prefer_floor, {2, 2}},
       3,
       {{0, 0, 1, 0}, {0, 1, .75f, .25f}, {0, 1, .25f, .75f}, {1, 2, .75f, .25f}, {1, 2, .25f, .75f}, {2, 2, 1, 0}}},
      {"align corners",
       {M::linear, C::align_corners, R::prefer_floor, {5 / 3.0f, 1}},
       3,
       {{0, 0, 1, 0}, {0, 1, .5f, .5f}, {1, 1, 1, 0}, {1, 2, .5f, .5f}, {2, 2, 1, 0}}},
      {"nearest asymmetric floor",
       {M::nearest, C::asymmetric, R::floor, {2, 1}},
       2,
       {{0, 0, 1, 0}, {0, 0, 1, 0}, {1, 1, 1, 0}, {1, 1, 1, 0}}},
      // Positions 0.25, 0.75: the half-way rule does not matter; 1.5 of 3 would.
      {"nearest half pixel, ties to the floor",
       {M::nearest, C::half_pixel, R::prefer_floor, {0.5f, 1}},
       4,
       {{0, 0, 1, 0}, {2, 2, 1, 0}}},
      {"nearest half pixel, ties to the ceiling",
       {M::nearest, C::half_pixel, R::prefer_ceil, {0.5f, 1}},
       4,
       {{1, 1, 1, 0}, {3, 3, 1, 0}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<int> seen(row.want.size());
    for (const BlendRun& r : blend_runs(row.resize, 0, row.in, static_cast<std::int64_t>(row.want.size())))
      for (int k = 0; k < r.count; ++k) {
        const auto out = static_cast<std::size_t>(r.first + k * r.step);
        REQUIRE(out < row.want.size());
        ++seen[out];
        CHECK(r.src0 + k * r.src_step == row.want[out].src0);
        CHECK(r.src1 + k * r.src_step == row.want[out].src1);
        CHECK(r.w0 == row.want[out].w0);
        CHECK(r.w1 == row.want[out].w1);
      }
    CHECK(seen == std::vector<int>(row.want.size(), 1));
  }
}

TEST_CASE("a doubling of many rows is four runs") {
  const Resize resize{Resize::Mode::linear, Resize::Coordinates::half_pixel, Resize::Round::prefer_floor, {2, 2}};
  CHECK(blend_runs(resize, 0, 1200, 2400).size() == 4);  // first row, odd rows, even rows, last row
}

TEST_CASE("clip keeps the outputs of a range") {
  const BlendRun run{1, 2, 10, 0, 1, 1, .75f, .25f};  // outputs 1, 3, ... 19
  struct Row {
    std::string name;
    int lo, hi, first, count, src0;
  };
  const Row rows[] = {{"all", 0, 20, 1, 10, 0},
                      {"middle", 4, 9, 5, 2, 2},
                      {"nothing before", 0, 1, 1, 0, 0},
                      {"nothing after", 20, 30, 21, 0, 10}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const BlendRun part = clip(run, row.lo, row.hi);
    CHECK(part.count == row.count);
    if (row.count > 0) CHECK(part.first == row.first);
    if (row.count > 0) CHECK(part.src0 == row.src0);
  }
}
