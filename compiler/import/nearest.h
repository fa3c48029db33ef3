#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace inf::compiler::importer {

/// Insertions, deletions and replacements that turn `a` into `b`.
inline std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

/// The word of a non-empty list that is closest to `word`: the longest one it starts with ("Convolution": "Conv"), else
/// the one with the fewest edits; the first one of equals.
inline std::string nearest(const std::string& word, const std::vector<std::string>& list) {
  const auto closer = [&](const std::string& x, const std::string& y) {
    const std::size_t px = word.starts_with(x) ? x.size() : 0, py = word.starts_with(y) ? y.size() : 0;
    return px != py ? px > py : edit_distance(word, x) < edit_distance(word, y);
  };
  return *std::min_element(list.begin(), list.end(), closer);
}

}  // namespace inf::compiler::importer
