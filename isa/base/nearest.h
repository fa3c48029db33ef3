#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace inf {

/// The known name closest to `word` by edit distance, or empty when none is close enough to be meant (a third of the
/// word's letters, at least two). A name that goes on where `word` ends counts as one edit away.
template <class Names>
std::string nearest(std::string_view word, const Names& names) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& entry : names) {
    const std::string_view name = entry;
    std::vector<std::size_t> row(name.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= name.size(); ++j) {
        const std::size_t swap = diagonal + (word[i - 1] == name[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, swap});
      }
    }
    constexpr std::size_t kShortestStem = 3;
    const std::size_t distance =
        word.size() >= kShortestStem && name.starts_with(word) ? std::min<std::size_t>(1, row.back()) : row.back();
    if (distance < best_distance) best_distance = distance, best = name;
  }
  return best;
}

/// "; did you mean 'rows'?" or nothing.
template <class Names>
std::string did_you_mean(std::string_view word, const Names& names) {
  const std::string near = nearest(word, names);
  return near.empty() ? std::string() : "; did you mean '" + near + "'?";
}

}  // namespace inf
