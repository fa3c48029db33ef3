#include "tools/workflow/boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <tuple>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

std::vector<cv::Point2f> polygon(const TextBox& box) {
  std::vector<cv::Point2f> points;
  for (const Point& p : box.corners) points.emplace_back(p.x, p.y);
  return points;
}

double corner_distance(const TextBox& a, const TextBox& b) {
  double largest = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    largest =
        std::max(largest, std::hypot(double{a.corners[i].x} - b.corners[i].x, double{a.corners[i].y} - b.corners[i].y));
  }
  return largest;
}

double rounded(double value, double step) { return std::round(value / step) * step; }

}  // namespace

double intersection_over_union(const TextBox& a, const TextBox& b) {
  const std::vector<cv::Point2f> pa = polygon(a), pb = polygon(b);
  std::vector<cv::Point2f> shared;
  const double both = cv::intersectConvexConvex(pa, pb, shared);
  const double either = cv::contourArea(pa) + cv::contourArea(pb) - both;
  return either > 0 ? std::clamp(both / either, 0.0, 1.0) : 0.0;
}

BoxMatch match_boxes(std::span<const TextBox> expected, std::span<const TextBox> found, double min_overlap) {
  struct Pair {
    double overlap;
    std::size_t e, f;
  };
  std::vector<Pair> pairs;
  for (std::size_t e = 0; e < expected.size(); ++e) {
    for (std::size_t f = 0; f < found.size(); ++f) {
      const double overlap = intersection_over_union(expected[e], found[f]);
      if (overlap >= min_overlap && overlap > 0) pairs.push_back({overlap, e, f});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tuple(-a.overlap, a.e, a.f) < std::tuple(-b.overlap, b.e, b.f);
  });

  BoxMatch match{expected.size(), found.size()};
  std::vector<bool> used_e(expected.size()), used_f(found.size());
  double sum = 0;
  for (const Pair& pair : pairs) {
    if (used_e[pair.e] || used_f[pair.f]) continue;
    used_e[pair.e] = used_f[pair.f] = true;
    ++match.matched;
    sum += pair.overlap;
    match.min_overlap = std::min(match.min_overlap, pair.overlap);
    match.largest_corner_distance =
        std::max(match.largest_corner_distance, corner_distance(expected[pair.e], found[pair.f]));
  }
  if (match.matched > 0) match.mean_overlap = sum / static_cast<double>(match.matched);
  return match;
}

std::string boxes_json(std::span<const TextBox> boxes) {
  // Numbers go through text so that 0.1 + 0.2 never prints sixteen digits.
  const auto number = [](double value, int digits) {
    return nlohmann::ordered_json::parse(fmt::format("{:.{}f}", rounded(value, std::pow(10.0, -digits)) + 0.0, digits));
  };
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const TextBox& box : boxes) {
    nlohmann::ordered_json corners = nlohmann::ordered_json::array();
    for (const Point& p : box.corners) corners.push_back({number(p.x, 2), number(p.y, 2)});
    list.push_back({{"corners", std::move(corners)}, {"score", number(box.score, 4)}});
  }
  return nlohmann::ordered_json{{"boxes", std::move(list)}}.dump(2) + "\n";
}

Image draw_boxes(const Image& image, std::span<const TextBox> boxes) {
  Image drawn = image;
  cv::Mat page(drawn.height, drawn.width, CV_8UC3, drawn.rgb.data());
  const int thickness = std::max(1, static_cast<int>(std::lround(std::max(drawn.width, drawn.height) / 800.0)));
  constexpr int kSubpixelBits = 4;
  for (const TextBox& box : boxes) {
    std::vector<cv::Point> points;
    for (const Point& p : box.corners) {
      points.emplace_back(static_cast<int>(std::lround(p.x * (1 << kSubpixelBits))),
                          static_cast<int>(std::lround(p.y * (1 << kSubpixelBits))));
    }
    cv::polylines(page, points, true, cv::Scalar(214, 40, 57), thickness, cv::LINE_AA, kSubpixelBits);
  }
  return drawn;
}

Image draw_heat_map(std::span<const float> scores, int height, int width, int channel) {
  if (scores.size() != static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 2 || channel < 0 ||
      channel > 1) {
    throw Error(ErrorKind::internal, "draw_heat_map",
                fmt::format("{} scores do not fill {}x{}x2", scores.size(), height, width));
  }
  cv::Mat grey(height, width, CV_8U);
  for (std::size_t i = 0; i < grey.total(); ++i) {
    grey.data[i] = static_cast<uchar>(
        std::lround(std::clamp(scores[i * 2 + static_cast<std::size_t>(channel)], 0.0F, 1.0F) * 255.0F));
  }
  cv::Mat bgr;
  cv::applyColorMap(grey, bgr, cv::COLORMAP_JET);
  Image image{width, height, std::vector<std::uint8_t>(grey.total() * 3)};
  cv::Mat rgb(height, width, CV_8UC3, image.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

}  // namespace inf::workflow
