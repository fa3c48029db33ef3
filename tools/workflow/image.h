#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace inf::workflow {

/// An 8-bit RGB picture, row-major, 3 bytes a pixel.
struct Image {
  int width = 0, height = 0;  ///< pixels
  std::vector<std::uint8_t> rgb;

  friend bool operator==(const Image&, const Image&) = default;
};

/// Reads a PNG, JPEG or any other format that OpenCV knows, as RGB; greyscale is repeated over the channels and
/// transparency dropped. Errors: import, naming the file, when it cannot be read, is empty, is no image, or is narrower
/// or lower than 2 pixels.
Image read_image(const std::filesystem::path& file);

/// The picture as the bytes of a PNG file; equal pictures give equal bytes.
std::string encode_png(const Image& image);

}  // namespace inf::workflow
