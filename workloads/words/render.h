#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace inf::workloads {

/// An 8-bit grey picture, row-major.
struct Grey {
  int width = 0, height = 0;  ///< pixels
  std::vector<std::uint8_t> pixels;
};

/// How the dot-matrix font is drawn.
struct WordStyle {
  float weight = 0;             ///< dots by which strokes grow to the right
  float slant = 0;              ///< dots to the right per dot upwards
  float ink = 30, paper = 235;  ///< grey levels
  float blur = 0;               ///< pixels: half the side of the box that each pixel averages, beyond its own half
  float noise = 0;              ///< grey levels, standard deviation
  std::uint64_t noise_seed = 0;
};

/// Where text stands in a picture. Units: pixels; the cells are those of the font.
struct Placement {
  float left = 0, top = 0, cell_width = 0, cell_height = 0;
};

/// Draws one line of text over what is there, in the cells that follow each other from `place` on; pixels outside the
/// picture are left out. Characters that the font lacks are blank.
void draw_text(Grey& picture, std::string_view text, const Placement& place, const WordStyle& style);

/// A picture of paper.
Grey blank(int width, int height, const WordStyle& style);

/// Adds the style's noise to every pixel.
void add_noise(Grey& picture, const WordStyle& style);

}  // namespace inf::workloads
