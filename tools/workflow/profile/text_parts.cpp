#include "tools/workflow/profile/text_parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <sstream>

#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

/// Whether a word is a number, or digits of one: "15.8", "(164", "-3".
bool is_number(const std::string& word) {
  const std::size_t first = word.find_first_not_of("(+-");
  return first != std::string::npos && std::isdigit(static_cast<unsigned char>(word[first])) != 0 &&
         word.find_first_not_of("0123456789.", first) == std::string::npos && word.back() != '.';
}

/// What follows a number on its line: its next three digits, or a unit.
bool belongs_to_number(const std::string& word) {
  static const std::set<std::string> units = {
      "%",   "ps",  "ns",  "us",  "ms",  "s",    "B",    "kB",   "MB",   "GB",     "Hz",      "kHz",    "MHz",
      "GHz", "KiB", "MiB", "GiB", "B/s", "kB/s", "MB/s", "GB/s", "TB/s", "flop/s", "Gflop/s", "Tflop/s"};
  const std::string bare = word.substr(0, word.find_last_not_of(".,:;)") + 1);
  const std::size_t digits = std::min(bare.find_first_not_of("0123456789"), bare.size());
  return units.count(bare) > 0 || (digits == 3 && (bare.size() == 3 || bare[3] == '.'));
}

/// The words of a text; a number, its groups of digits and its unit are one.
std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  bool number = false;
  for (std::string word; stream >> word;) {
    const bool joins = number && belongs_to_number(word);
    if (joins)
      words.back() += " " + word;
    else
      words.push_back(word);
    number = is_number(word);
  }
  return words;
}

}  // namespace

std::string wrapped(const std::string& head, const std::string& text, std::size_t width) {
  const std::string blanks(head.size(), ' ');
  std::string result, line = head;
  bool empty = true;
  for (const std::string& word : words_of(text)) {
    if (!empty && line.size() + 1 + word.size() > width) {
      result += line + "\n";
      line = blanks;
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  return result + line + "\n";
}

std::string shortened(const std::string& name, std::size_t width) {
  return name.size() <= width ? name : ".." + name.substr(name.size() - (width - 2));
}

std::string bar(double share, std::size_t width) {
  const auto cells = static_cast<std::size_t>(std::llround(std::clamp(share, 0.0, 1.0) * static_cast<double>(width)));
  if (cells == 0) return share > 0 ? "-" : "";
  return std::string(cells, '#');
}

std::string chart_text(const Chart& chart, std::size_t height, std::size_t indent) {
  std::vector<std::string> labels;
  std::size_t width = 0;
  for (std::size_t line = height; line > 0; --line) {
    labels.push_back(si(chart.top * static_cast<double>(line) / static_cast<double>(height), chart.unit));
    width = std::max(width, labels.back().size());
  }
  std::string text;
  for (std::size_t line = height; line > 0; --line) {
    std::string row = fmt::format("{}{:>{}} |", std::string(indent, ' '), labels[height - line], width);
    for (const double value : chart.columns) {
      const double cells = chart.top > 0 ? value / chart.top * static_cast<double>(height) : 0;
      const double above = cells - static_cast<double>(line - 1);
      row += above >= 0.75 ? '#' : above >= 0.25 ? ':' : line == 1 && value > 0 ? '.' : ' ';
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  const std::string before(indent + width + 1, ' ');
  text += before + "+" + std::string(chart.columns.size(), '-') + "\n";
  const std::size_t gap = chart.columns.size() > chart.left.size() + chart.right.size()
                              ? chart.columns.size() - chart.left.size() - chart.right.size()
                              : 1;
  return text + before + " " + chart.left + std::string(gap, ' ') + chart.right + "\n";
}

}  // namespace inf::workflow
