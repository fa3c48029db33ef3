#include "tools/workflow/read_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

constexpr std::size_t kEnd = 0;

std::size_t arg_max(std::span<const float> row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

double probability(std::span<const float> row, std::size_t of) {
  double sum = 0;
  for (const float logit : row) sum += std::exp(double{logit} - double{row[of]});
  return 1 / sum;
}

}  // namespace

void check_charset(std::string_view charset, std::int64_t classes, const std::string& place) {
  for (std::size_t i = 0; i < charset.size(); ++i)
    if (charset.find(charset[i], i + 1) != std::string_view::npos)
      throw Error(ErrorKind::config, place, fmt::format("the charset holds '{}' twice", charset[i]));
  const auto wanted = static_cast<std::int64_t>(charset.size()) + 1;
  if (charset.empty() || wanted != classes)
    throw Error(ErrorKind::config, place,
                fmt::format("the charset has {} characters, which need a head of {} classes ([E] and one per "
                            "character); the model's head has {}",
                            charset.size(), wanted, classes),
                {fmt::format("give the charset of {} characters that the model was trained with", classes - 1)});
}

ReadText read_text(std::span<const float> logits, std::string_view charset) {
  const std::size_t classes = charset.size() + 1;
  if (!std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); }))
    throw Error(ErrorKind::check_failed, "post-processing text", "the logits hold values that are not finite",
                {"look for overflow: compile with a wider type, or check the weights"});
  ReadText read;
  for (std::size_t p = 0; p + classes <= logits.size(); p += classes) {
    const std::span<const float> row = logits.subspan(p, classes);
    const std::size_t best = arg_max(row);
    read.confidence *= probability(row, best);
    if (best == kEnd) break;
    read.text += charset[best - 1];
  }
  return read;
}

std::size_t read_positions(std::span<const float> logits, std::size_t classes) {
  const std::size_t positions = logits.size() / classes;
  for (std::size_t p = 0; p < positions; ++p)
    if (arg_max(logits.subspan(p * classes, classes)) == kEnd) return p + 1;
  return positions;
}

}  // namespace inf::workflow
