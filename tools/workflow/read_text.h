#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inf::workflow {

/// What a reader's logits say.
struct ReadText {
  std::string text;
  double confidence = 1;  ///< product of the probabilities of its characters and of the [E] that ends it
  friend bool operator==(const ReadText&, const ReadText&) = default;
};

/// Errors: config at `place` when the charset is empty, holds a character twice, or does not fit a head of `classes`:
/// [E] and one class per character.
void check_charset(std::string_view charset, std::int64_t classes, const std::string& place);

/// Greedy reading: softmax and arg-max at each position, cut at the first [E].
/// Shapes: logits [positions, 1 + charset]; class 0 is [E]. Errors: check_failed when a logit is not finite.
ReadText read_text(std::span<const float> logits, std::string_view charset);

/// How many positions the reading uses: up to its [E], that one included.
std::size_t read_positions(std::span<const float> logits, std::size_t classes);

}  // namespace inf::workflow
