#include "workloads/words/render.h"

#include <algorithm>
#include <cmath>

#include "workloads/weights/random.h"
#include "workloads/words/font.h"

namespace inf::workloads {
namespace {

constexpr int kSamples = 3;  // per pixel and direction
constexpr float kGlyphLeft = 0.5F * (kCellWidth - kGlyphWidth), kGlyphTop = 0.5F * (kCellHeight - kGlyphHeight);

// Whether ink covers a point of a cell. Units: dots from the cell's top left.
bool inked(const Glyph& dots, float x, float y, const WordStyle& style) {
  const float row = y - kGlyphTop;
  if (row < 0 || row >= kGlyphHeight) return false;
  const auto line = dots[static_cast<std::size_t>(row)];
  const float column = x - kGlyphLeft - style.slant * (0.5F * kGlyphHeight - row);
  const auto dot = [&](float at) {
    const int i = static_cast<int>(std::floor(at));
    return i >= 0 && i < kGlyphWidth && ((line >> (kGlyphWidth - 1 - i)) & 1) != 0;
  };
  // A stroke of this weight reaches `weight` dots to the right of each dot, half of it as a shift to the left.
  return dot(column + 0.5F * style.weight) || dot(column - 0.5F * style.weight);
}

std::uint8_t grey(float level) { return static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0F, 255.0F))); }

// Share of a pixel's surrounding that is ink.
float coverage(std::string_view text, const Placement& place, const WordStyle& style, int px, int py) {
  int hits = 0;
  const float reach = 0.5F + style.blur;
  for (int j = 0; j < kSamples; ++j) {
    for (int i = 0; i < kSamples; ++i) {
      const auto offset = [&](int k) {
        return reach * (2 * (static_cast<float>(k) + 0.5F) / static_cast<float>(kSamples) - 1);
      };
      const float x = (static_cast<float>(px) + 0.5F + offset(i) - place.left) / place.cell_width;
      const float y = (static_cast<float>(py) + 0.5F + offset(j) - place.top) / place.cell_height;
      if (x < 0 || y < 0 || y >= 1 || x >= static_cast<float>(text.size())) continue;
      const auto cell = static_cast<std::size_t>(x);
      hits += inked(glyph(text[cell]), (x - static_cast<float>(cell)) * kCellWidth, y * kCellHeight, style);
    }
  }
  return static_cast<float>(hits) / static_cast<float>(kSamples * kSamples);
}

}  // namespace

void draw_text(Grey& picture, std::string_view text, const Placement& place, const WordStyle& style) {
  const float reach = 1 + style.blur;
  const auto clip = [](float v, int limit) { return std::clamp(static_cast<int>(std::floor(v)), 0, limit); };
  const int x0 = clip(place.left - reach, picture.width), y0 = clip(place.top - reach, picture.height);
  const int x1 = clip(place.left + place.cell_width * static_cast<float>(text.size()) + reach + 1, picture.width);
  const int y1 = clip(place.top + place.cell_height + reach + 1, picture.height);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const float ink = coverage(text, place, style, x, y);
      if (ink == 0) continue;
      std::uint8_t& pixel = picture.pixels[static_cast<std::size_t>(y * picture.width + x)];
      pixel = grey(static_cast<float>(pixel) + ink * (style.ink - static_cast<float>(pixel)));
    }
  }
}

Grey blank(int width, int height, const WordStyle& style) {
  return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), grey(style.paper))};
}

void add_noise(Grey& picture, const WordStyle& style) {
  if (style.noise == 0) return;
  const CounterRandom random(style.noise_seed, "paper");
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    picture.pixels[i] = grey(static_cast<float>(picture.pixels[i]) + style.noise * random.normal(i));
}

}  // namespace inf::workloads
