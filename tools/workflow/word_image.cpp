#include "tools/workflow/word_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "isa/base/error.h"
#include "tools/workflow/resample.h"

namespace inf::workflow {
namespace {

constexpr int kLeastSide = 2;  // pixels

cv::Mat view(Image& image) { return {image.height, image.width, CV_8UC3, image.rgb.data()}; }

float distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// The box's sides cut at the page's edges. Units: pixels.
bool touches_page(const Image& page, const TextBox& box) {
  const auto span = [&](auto coordinate, int limit) {
    float low = coordinate(box.corners[0]), high = low;
    for (const Point& p : box.corners) low = std::min(low, coordinate(p)), high = std::max(high, coordinate(p));
    return std::min(high, static_cast<float>(limit)) - std::max(low, 0.0F);
  };
  return span([](const Point& p) { return p.x; }, page.width) >= kLeastSide &&
         span([](const Point& p) { return p.y; }, page.height) >= kLeastSide;
}

}  // namespace

std::vector<float> word_tensor(const Image& word, Extent size, const std::string& place) {
  if (word.width < kLeastSide || word.height < kLeastSide)
    throw Error(ErrorKind::import, place,
                fmt::format("the word image is {}x{} pixels (width x height); at least {} are needed on each side",
                            word.width, word.height, kLeastSide),
                {"crop a piece that can hold a word"});
  const Image scaled = resample_bicubic(word, size.width, size.height);
  const std::size_t plane = scaled.rgb.size() / 3;
  std::vector<float> tensor(scaled.rgb.size());
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      tensor[c * plane + i] = (static_cast<float>(scaled.rgb[3 * i + c]) / 255.0F - 0.5F) / 0.5F;
  return tensor;
}

TextBox trimmed(const TextBox& box, float pixels) {
  // Each corner moves along both of its sides, by the trim or half the side.
  const auto along = [&](const Point& from, const Point& to) {
    const float length = distance(from, to), step = std::min(pixels, length / 2);
    return length > 0 ? Point{(to.x - from.x) / length * step, (to.y - from.y) / length * step} : Point{};
  };
  TextBox out = box;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point a = along(box.corners[i], box.corners[(i + 1) % 4]),
                b = along(box.corners[i], box.corners[(i + 3) % 4]);
    out.corners[i] = {box.corners[i].x + a.x + b.x, box.corners[i].y + a.y + b.y};
  }
  return out;
}

Image crop_box(const Image& page, const TextBox& box, const std::string& place) {
  const Point &a = box.corners[0], &b = box.corners[1], &d = box.corners[3];
  const int width = static_cast<int>(std::lround(distance(a, b))),
            height = static_cast<int>(std::lround(distance(a, d)));
  if (width < kLeastSide || height < kLeastSide || !touches_page(page, box))
    throw Error(ErrorKind::import, place,
                fmt::format("the box at ({:.1f}, {:.1f}) is {}x{} pixels (width x height) and leaves an empty crop of "
                            "the {}x{} page; at least {} pixels are needed on each side",
                            a.x, a.y, width, height, page.width, page.height, kLeastSide),
                {"raise post.craft.text_threshold, or give a page with larger text"});
  const cv::Point2f from[] = {{a.x, a.y}, {b.x, b.y}, {d.x, d.y}};
  const cv::Point2f to[] = {{0, 0}, {static_cast<float>(width), 0}, {0, static_cast<float>(height)}};
  Image crop{width, height,
             std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
  Image source = page;
  cv::Mat out = view(crop);
  cv::warpAffine(view(source), out, cv::getAffineTransform(from, to), out.size(), cv::INTER_LINEAR,
                 cv::BORDER_REPLICATE);
  return crop;
}

Image draw_texts(const Image& page, std::span<const TextBox> boxes, std::span<const std::string> texts) {
  Image drawn = draw_boxes(page, boxes);
  cv::Mat picture = view(drawn);
  constexpr double kScale = 0.5;
  constexpr int kAbove = 4;  // pixels
  for (std::size_t i = 0; i < boxes.size() && i < texts.size(); ++i) {
    const Point& corner = boxes[i].corners[0];
    const cv::Point at(static_cast<int>(std::lround(corner.x)), static_cast<int>(std::lround(corner.y)) - kAbove);
    cv::putText(picture, texts[i], at, cv::FONT_HERSHEY_SIMPLEX, kScale, cv::Scalar(20, 90, 200), 1, cv::LINE_AA);
  }
  return drawn;
}

}  // namespace inf::workflow
