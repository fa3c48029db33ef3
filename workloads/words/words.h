#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "workloads/words/render.h"

namespace inf::workloads {

/// A picture of a word and what it says.
struct RenderedWord {
  std::string text;
  Grey picture;
};

inline constexpr int kWordCells = 8;  ///< cells of a rendered word's picture; shorter words leave the last ones blank
inline constexpr int kMostWords = 1024;

/// The project's word images: words, numbers and signs of one to eight characters in sizes, weights, slants, contrasts
/// and noise that differ from word to word. The same seed gives the same words; more of them start with the same.
std::vector<RenderedWord> rendered_words(int count, std::uint64_t seed);

}  // namespace inf::workloads
