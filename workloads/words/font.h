#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace inf::workloads {

/// The 94 printable ASCII characters that PARSeq reads, in the order of its tokens.
inline constexpr std::string_view kCharset =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
static_assert(kCharset.size() == 94);

inline constexpr int kGlyphWidth = 5, kGlyphHeight = 7;  ///< dots
inline constexpr int kCellWidth = 6, kCellHeight = 9;    ///< dots; the glyph stands in the middle of its cell

/// A character of the project's dot-matrix font: seven rows from the top, bit 4 is the leftmost dot.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

/// The glyph of a character of kCharset; blank for any other.
const Glyph& glyph(char c);

}  // namespace inf::workloads
