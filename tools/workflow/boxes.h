#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "tools/workflow/image.h"

namespace inf::workflow {

/// A point of a picture. Units: pixels, x to the right and y down.
struct Point {
  float x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// A piece of text: a rectangle of any angle and the highest region score inside it.
struct TextBox {
  std::array<Point, 4> corners;  ///< clockwise from the one with the smallest x + y
  float score = 0;
  friend bool operator==(const TextBox&, const TextBox&) = default;
};

/// Area of the intersection over area of the union, 0..1.
double intersection_over_union(const TextBox& a, const TextBox& b);

/// How well two lists of boxes agree. Pairs are taken greedily by falling overlap, each box at most once.
struct BoxMatch {
  std::size_t expected = 0, found = 0;       ///< lengths of the two lists
  std::size_t matched = 0;                   ///< pairs whose overlap reaches the threshold
  double mean_overlap = 1, min_overlap = 1;  ///< over the matched pairs; 1 when there are none to match
  double largest_corner_distance = 0;        ///< pixels, over the matched pairs

  bool complete() const { return matched == expected && matched == found; }
};
BoxMatch match_boxes(std::span<const TextBox> expected, std::span<const TextBox> found, double min_overlap);

/// {"boxes": [{"corners": [[x, y], ...], "score": s}, ...]}, coordinates to 0.01 pixel and scores to 0.0001.
std::string boxes_json(std::span<const TextBox> boxes);

/// The picture with the boxes drawn on it in lines that suit its size.
Image draw_boxes(const Image& image, std::span<const TextBox> boxes);

/// One score map as colours from blue (0 and below) to red (1 and above).
/// Shapes: scores [height, width, 2]; channel 0 region, 1 affinity.
Image draw_heat_map(std::span<const float> scores, int height, int width, int channel);

}  // namespace inf::workflow
