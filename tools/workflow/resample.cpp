#include "tools/workflow/resample.h"

#include <algorithm>
#include <cmath>

namespace inf::workflow {
namespace {

constexpr double kReach = 2;  // of the kernel, in samples
constexpr std::size_t kChannels = 3;

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// The samples that make one output sample, and their shares.
struct Taps {
  int first = 0;
  std::vector<double> weights;
};

std::vector<Taps> taps_of(int from, int to) {
  const double step = static_cast<double>(from) / to, widen = std::max(step, 1.0);
  std::vector<Taps> all;
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * step;
    const int low = std::max(0, static_cast<int>(centre - kReach * widen + 0.5));
    const int high = std::min(from, static_cast<int>(centre + kReach * widen + 0.5));
    Taps taps{low, {}};
    double sum = 0;
    for (int k = low; k < high; ++k) {
      taps.weights.push_back(cubic((k + 0.5 - centre) / widen));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights) weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

std::uint8_t grey(double level) { return static_cast<std::uint8_t>(std::clamp(std::floor(level + 0.5), 0.0, 255.0)); }

Image along_x(const Image& image, int width) {
  Image out{
      width, image.height,
      std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(image.height) * kChannels)};
  const std::vector<Taps> taps = taps_of(image.width, width);
  std::uint8_t* to = out.rgb.data();
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* line =
        image.rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) * kChannels;
    for (const Taps& tap : taps) {
      for (std::size_t c = 0; c < kChannels; ++c) {
        double sum = 0;
        for (std::size_t k = 0; k < tap.weights.size(); ++k)
          sum += tap.weights[k] * line[(static_cast<std::size_t>(tap.first) + k) * kChannels + c];
        *to++ = grey(sum);
      }
    }
  }
  return out;
}

Image transposed(const Image& image) {
  Image out{image.height, image.width, std::vector<std::uint8_t>(image.rgb.size())};
  const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      std::copy_n(image.rgb.data() + (y * width + x) * kChannels, kChannels,
                  out.rgb.data() + (x * height + y) * kChannels);
  return out;
}

}  // namespace

Image resample_bicubic(const Image& image, int width, int height) {
  return transposed(along_x(transposed(along_x(image, width)), height));
}

}  // namespace inf::workflow
