#include "tools/workflow/pre_post.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

constexpr int kStep = 32;  // five halvings
constexpr int kMaxCanvas = 16384;
constexpr std::array<float, 3> kMean{0.485F, 0.456F, 0.406F}, kDeviation{0.229F, 0.224F, 0.225F};

int round_up(int value) { return (value + kStep - 1) / kStep * kStep; }

void check(const PreOptions& options) {
  std::vector<std::string> notes;
  if (!(options.mag_ratio > 0 && options.mag_ratio <= 100))
    notes.push_back(fmt::format("mag_ratio = {} is outside 0..100", options.mag_ratio));
  if (!options.canvas && (options.canvas_size < kStep || options.canvas_size > kMaxCanvas)) {
    notes.push_back(fmt::format("canvas_size = {} is outside {}..{}", options.canvas_size, kStep, kMaxCanvas));
  }
  if (options.canvas) {
    for (const auto& [name, value] :
         {std::pair{"height", options.canvas->height}, std::pair{"width", options.canvas->width}}) {
      if (value < kStep || value > kMaxCanvas || value % kStep != 0) {
        notes.push_back(
            fmt::format("canvas {} = {} is not a multiple of {} in {}..{}", name, value, kStep, kStep, kMaxCanvas));
      }
    }
  }
  if (!notes.empty()) throw Error(ErrorKind::config, "pre-processing craft", "has options out of range", notes);
}

Geometry place(const Image& image, const PreOptions& options) {
  const double longer = std::max(image.width, image.height);
  const double limit = options.canvas ? std::max(options.canvas->width, options.canvas->height) : options.canvas_size;
  Geometry g{.image = {image.height, image.width}, .ratio = std::min(options.mag_ratio * longer, limit) / longer};
  if (options.canvas) {
    g.ratio = std::min({g.ratio, double{1.0} * options.canvas->width / image.width,
                        double{1.0} * options.canvas->height / image.height});
  }
  // The nudge keeps 960 * (768 / 960) at 768 where the quotient was rounded down.
  const auto scaled = [&](int side) { return static_cast<int>(side * g.ratio + 1e-9); };
  g.scaled = {scaled(image.height), scaled(image.width)};
  g.canvas = options.canvas.value_or(Extent{round_up(g.scaled.height), round_up(g.scaled.width)});
  if (g.scaled.height < 1 || g.scaled.width < 1) {
    throw Error(ErrorKind::import, "pre-processing craft",
                fmt::format("a picture of {}x{} pixels (width x height) scaled by {:.3g} has no pixels left",
                            image.width, image.height, g.ratio),
                {"crop it to a less extreme shape, or use a larger canvas"});
  }
  return g;
}

TextBox to_image(const std::array<cv::Point2f, 4>& box, float score, const Geometry& geometry) {
  std::size_t first = 0;
  for (std::size_t i = 1; i < 4; ++i) {
    if (box[i].x + box[i].y < box[first].x + box[first].y) first = i;
  }
  const auto scale = static_cast<float>(2.0 / geometry.ratio);
  TextBox out{.corners = {}, .score = score};
  for (std::size_t i = 0; i < 4; ++i) {
    const cv::Point2f& p = box[(first + i) % 4];
    out.corners[i] = {p.x * scale, p.y * scale};
  }
  return out;
}

// The smallest rectangle around the set pixels; near-square ones lie along the axes.
std::array<cv::Point2f, 4> rectangle_around(const cv::Mat& mask, cv::Point offset) {
  std::vector<cv::Point> points;
  cv::findNonZero(mask, points);
  for (cv::Point& p : points) p += offset;
  std::array<cv::Point2f, 4> box;
  cv::minAreaRect(points).points(box.data());
  const double w = cv::norm(box[0] - box[1]), h = cv::norm(box[1] - box[2]);
  const double side_ratio = std::max(w, h) / (std::min(w, h) + 1e-5);
  if (std::abs(1 - side_ratio) > 0.1) return box;
  const cv::Rect around = cv::boundingRect(points);
  const auto l = static_cast<float>(around.x), t = static_cast<float>(around.y);
  const auto r = static_cast<float>(around.x + around.width - 1), b = static_cast<float>(around.y + around.height - 1);
  return {cv::Point2f(l, t), {r, t}, {r, b}, {l, b}};
}

struct Maps {
  cv::Mat region, text, link;  // scores, then 0/1 masks
};

// The text pixels of one component, grown by an amount that follows how tall and how full the component is.
std::array<cv::Point2f, 4> box_of(const Maps& maps, const cv::Mat& labels, int label, const cv::Rect& around,
                                  int area) {
  const double fill = static_cast<double>(area) * std::min(around.width, around.height) /
                      (static_cast<double>(around.width) * around.height);
  const int grow = static_cast<int>(std::sqrt(fill) * 2);
  const cv::Rect grown =
      cv::Rect(around.x - grow, around.y - grow, around.width + 2 * grow + 1, around.height + 2 * grow + 1) &
      cv::Rect(0, 0, labels.cols, labels.rows);
  cv::Mat mask = labels(grown) == label;
  mask.setTo(0, maps.link(grown) & (maps.text(grown) == 0));
  cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_RECT, {1 + grow, 1 + grow}));
  return rectangle_around(mask, grown.tl());
}

}  // namespace

std::string Geometry::text() const {
  return fmt::format("{}x{} scaled by {:.4g} to {}x{} (width x height), padded by {} on the right and {} at the bottom",
                     image.width, image.height, ratio, scaled.width, scaled.height, pad_right(), pad_bottom());
}

Prepared preprocess(const Image& image, const PreOptions& options) {
  check(options);
  Prepared out{{}, place(image, options)};
  const Geometry& g = out.geometry;
  const cv::Mat rgb(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  cv::Mat scaled;
  cv::resize(rgb, scaled, {g.scaled.width, g.scaled.height}, 0, 0, cv::INTER_LINEAR);

  const auto plane = static_cast<std::size_t>(g.canvas.height) * static_cast<std::size_t>(g.canvas.width);
  out.tensor.resize(3 * plane);
  for (std::size_t c = 0; c < 3; ++c) {
    const float mean = kMean[c] * 255.0F, deviation = kDeviation[c] * 255.0F;
    float* channel = out.tensor.data() + c * plane;
    std::fill(channel, channel + plane, (0.0F - mean) / deviation);
    for (int y = 0; y < g.scaled.height; ++y) {
      const std::uint8_t* from = scaled.ptr<std::uint8_t>(y) + c;
      float* to = channel + static_cast<std::size_t>(y) * static_cast<std::size_t>(g.canvas.width);
      for (int x = 0; x < g.scaled.width; ++x) to[x] = (static_cast<float>(from[3 * x]) - mean) / deviation;
    }
  }
  return out;
}

std::vector<TextBox> find_boxes(std::span<const float> scores, const Geometry& geometry, const PostOptions& options) {
  const int rows = geometry.canvas.height / 2, cols = geometry.canvas.width / 2;
  if (scores.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * 2) {
    throw Error(ErrorKind::internal, "post-processing craft",
                fmt::format("{} scores do not fill {}x{}x2", scores.size(), rows, cols));
  }
  if (!std::all_of(scores.begin(), scores.end(), [](float s) { return std::isfinite(s); })) {
    throw Error(ErrorKind::check_failed, "post-processing craft", "the score maps hold values that are not finite",
                {"look for overflow: compile with a wider type, or check the weights"});
  }
  const cv::Mat both(rows, cols, CV_32FC2, const_cast<float*>(scores.data()));
  Maps maps;
  cv::Mat affinity;
  cv::extractChannel(both, maps.region, 0);
  cv::extractChannel(both, affinity, 1);
  maps.text = maps.region > options.low_text;
  maps.link = affinity > options.link_threshold;
  cv::Mat labels, stats, centres;
  const int count = cv::connectedComponentsWithStats(maps.text | maps.link, labels, stats, centres, 4, CV_32S);

  std::vector<TextBox> boxes;
  for (int label = 1; label < count; ++label) {
    const int area = stats.at<int>(label, cv::CC_STAT_AREA);
    if (area < options.min_area) continue;
    const cv::Rect around(stats.at<int>(label, cv::CC_STAT_LEFT), stats.at<int>(label, cv::CC_STAT_TOP),
                          stats.at<int>(label, cv::CC_STAT_WIDTH), stats.at<int>(label, cv::CC_STAT_HEIGHT));
    double peak = 0;
    cv::minMaxLoc(maps.region(around), nullptr, &peak, nullptr, nullptr, labels(around) == label);
    if (peak < options.text_threshold) continue;
    boxes.push_back(to_image(box_of(maps, labels, label, around, area), static_cast<float>(peak), geometry));
  }
  return boxes;
}

}  // namespace inf::workflow
