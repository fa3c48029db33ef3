#include "tools/workflow/report_page/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/workflow/page/page.h"

namespace inf::workflow::page {
namespace {

constexpr std::int64_t kMostChannels = 4, kLeastSide = 8;

/// Colours at equal distances, each lighter than the one before; between them colours are mixed.
constexpr std::array<std::array<int, 3>, 6> kScale = {
    {{{26, 12, 64}}, {{56, 72, 140}}, {{32, 118, 142}}, {{48, 164, 112}}, {{146, 206, 62}}, {{250, 232, 60}}}};
constexpr std::array<std::uint8_t, 3> kNotFinite = {220, 30, 40};

std::array<std::uint8_t, 3> colour(float share) {
  const float place = std::clamp(share, 0.0F, 1.0F) * static_cast<float>(kScale.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(place), kScale.size() - 2);
  const float part = place - static_cast<float>(below);
  std::array<std::uint8_t, 3> rgb{};
  for (std::size_t c = 0; c < rgb.size(); ++c)
    rgb[c] = static_cast<std::uint8_t>(std::lround(static_cast<float>(kScale[below][c]) * (1 - part) +
                                                   static_cast<float>(kScale[below + 1][c]) * part));
  return rgb;
}

Plane plane_of(const NpyArray& output, std::int64_t channel, bool channels_last) {
  const auto& s = output.shape;
  const std::int64_t channels = channels_last ? s[3] : s[1];
  Plane plane{static_cast<int>(channels_last ? s[1] : s[2]), static_cast<int>(channels_last ? s[2] : s[3]), {}};
  const std::int64_t size = std::int64_t{plane.height} * plane.width;
  plane.values.resize(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i)
    plane.values[static_cast<std::size_t>(i)] =
        output.data[static_cast<std::size_t>(channels_last ? i * channels + channel : channel * size + i)];
  return plane;
}

}  // namespace

std::vector<Plane> planes_of(const NpyArray& output) {
  const auto& s = output.shape;
  std::vector<Plane> planes;
  if (s.size() != 4 || s[0] < 1) return planes;
  const bool last = s[3] <= kMostChannels && s[1] >= kLeastSide && s[2] >= kLeastSide;
  const bool first = s[1] <= kMostChannels && s[2] >= kLeastSide && s[3] >= kLeastSide;
  if (!last && !first) return planes;
  for (std::int64_t c = 0; c < (last ? s[3] : s[1]); ++c) planes.push_back(plane_of(output, c, last));
  return planes;
}

int shrink_factor(int height, int width, int most) { return std::max(1, (std::max(height, width) + most - 1) / most); }

Plane shrink(const Plane& plane, int factor, bool largest) {
  Plane small{(plane.height + factor - 1) / factor, (plane.width + factor - 1) / factor, {}};
  for (int y = 0; y < plane.height; y += factor)
    for (int x = 0; x < plane.width; x += factor) {
      float sum = 0, most = 0;
      int count = 0;
      for (int v = y; v < std::min(y + factor, plane.height); ++v)
        for (int u = x; u < std::min(x + factor, plane.width); ++u, ++count) {
          const float value = plane.values[static_cast<std::size_t>(v) * static_cast<std::size_t>(plane.width) +
                                           static_cast<std::size_t>(u)];
          sum += value;
          if (!std::isnan(most) && !(std::fabs(value) <= std::fabs(most))) most = value;  // NaN stays
        }
      small.values.push_back(largest ? most : sum / static_cast<float>(count));
    }
  return small;
}

Image coloured(const Plane& plane, float low, float high) {
  Image image{plane.width, plane.height, {}};
  image.rgb.reserve(3 * plane.values.size());
  const float range = high > low ? high - low : 1;
  for (const float value : plane.values) {
    const auto rgb = std::isfinite(value) ? colour((value - low) / range) : kNotFinite;
    image.rgb.insert(image.rgb.end(), rgb.begin(), rgb.end());
  }
  return image;
}

Image shrink(const Image& image, int factor) {
  if (factor == 1) return image;
  Image small{(image.width + factor - 1) / factor, (image.height + factor - 1) / factor, {}};
  for (int y = 0; y < image.height; y += factor)
    for (int x = 0; x < image.width; x += factor)
      for (int c = 0; c < 3; ++c) {
        int sum = 0, count = 0;
        for (int v = y; v < std::min(y + factor, image.height); ++v)
          for (int u = x; u < std::min(x + factor, image.width); ++u, ++count)
            sum += image.rgb[3 * (static_cast<std::size_t>(v) * static_cast<std::size_t>(image.width) +
                                  static_cast<std::size_t>(u)) +
                             static_cast<std::size_t>(c)];
        small.rgb.push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
      }
  return small;
}

std::string picture_uri(const Image& image, std::size_t most_bytes) {
  for (int factor = 1;; ++factor) {
    const std::string png = encode_png(shrink(image, factor));
    if (png.size() <= most_bytes || std::min(image.width, image.height) / factor < kLeastSide) return png_uri(png);
  }
}

}  // namespace inf::workflow::page
