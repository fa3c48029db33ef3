#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "workloads/weights/weight_choice.h"

namespace inf::workloads {

/// Sizes of a PARSeq. Source: Bautista and Atienza, ECCV 2022; values of the official code.
struct ParseqShape {
  std::string_view name = "S";
  std::int64_t width = 384;  ///< d, features of a token
  std::int64_t encoder_depth = 12, encoder_heads = 6, decoder_heads = 12;
  std::int64_t mlp_ratio = 4;
  std::int64_t image_height = 32, image_width = 128;  ///< pixels
  std::int64_t patch_height = 4, patch_width = 8;     ///< pixels

  std::int64_t patch_rows() const { return image_height / patch_height; }
  std::int64_t patch_columns() const { return image_width / patch_width; }
  std::int64_t patches() const { return patch_rows() * patch_columns(); }
};
ParseqShape parseq_small();  ///< PARSeq-S
ParseqShape parseq_tiny();   ///< PARSeq-tiny

/// Errors: usage when `text` is neither S nor tiny; `place` is of the text.
ParseqShape parse_parseq_variant(const std::string& text, const std::string& place);

/// How the decoder is unrolled.
enum class ParseqMode : std::uint8_t {
  nar,          ///< all positions in one pass over the content [B]
  fixed,        ///< "static": one pass, 51 positions, batch 1, no refinement
  ar,           ///< autoregressive: one ONNX Loop over the positions with key and value caches of fixed size
  ar_unrolled,  ///< autoregressive without Loop: a copy of the step for each position, caches that grow
  step,         ///< one step of the autoregressive decoding, given the tokens so far
};
std::string_view name(ParseqMode mode);
std::span<const std::string_view> parseq_mode_names();
/// Errors: usage when `text` is no mode's name; `place` is of the text.
ParseqMode parse_parseq_mode(const std::string& text, const std::string& place);

inline constexpr std::int64_t kCaseCharacters = 50;  ///< longest label of the static rewrite

/// What to build.
struct ParseqOptions {
  ParseqShape shape = parseq_small();
  std::int64_t characters = 25;  ///< longest label; the decoder has one position more, for [E]
  ParseqMode mode = ParseqMode::ar;
  std::int64_t refine = 1;  ///< refinement passes over the whole label after nar or ar
  std::int64_t batch = 1;   ///< word images per call
  std::int64_t prefix = 1;  ///< step only: how many tokens are decided, [B] included
  bool early_end = true;    ///< ar only: leave the loop when every word has its [E]
  WeightChoice weights{WeightChoice::Source::random, 1, {}};

  std::int64_t positions() const { return characters + 1; }
};

/// Errors: usage, with every value that is out of range or does not go with the mode.
void check(const ParseqOptions& options);

}  // namespace inf::workloads
