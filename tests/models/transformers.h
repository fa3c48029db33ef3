#pragma once
#include "tests/models/exporter.h"

namespace inf::tests {

/// A vision transformer in the layout of timm: patches by a convolution, packed qkv projection, pre-norm blocks.
struct VitSizes {
  std::int64_t height = 16, width = 16, patch_height = 4, patch_width = 4;
  std::int64_t depth = 2, features = 32, heads = 4, mlp_ratio = 4, classes = 10;
  bool class_token = true;
};
inline constexpr VitSizes kVitB16{224, 224, 16, 16, 12, 768, 12, 4, 1000, true};

/// Input "image" [N, 3, H, W]; output "logits" [N, classes].
OnnxBuilder vit(const ExportStyle& style, const VitSizes& sizes = {});
/// The same trunk inside another model: tokens after the final norm, [N, tokens, features].
Exporter::Value vit_tokens(Exporter& out, const VitSizes& sizes, const Exporter::Value& image);

/// An encoder with learned positions, post-norm layers and a padding mask, as BERT has them.
struct BertSizes {
  std::int64_t vocabulary = 50, positions = 16, tokens = 8;
  std::int64_t depth = 2, features = 32, heads = 4, hidden = 64;
  bool pooler = true;
  enum class Mask : std::uint8_t {
    none,
    scaled,       ///< (1 - mask) * lowest
    filled,       ///< lowest where 1 - mask is not 0
    where_scores  ///< the scores themselves are filled with -1e9 where the mask is 0
  } mask = Mask::scaled;
};
inline constexpr BertSizes kBertBase{30522, 512, 128, 12, 768, 12, 3072, true, BertSizes::Mask::scaled};

/// Inputs "input_ids" and, with a mask, "attention_mask", both int64 [N, tokens]; outputs "last_hidden_state" [N,
/// tokens, features] and, with the pooler, "pooler_output" [N, features].
OnnxBuilder bert(const ExportStyle& style, const BertSizes& sizes = {});

/// The recogniser of reference page workloads.md, section 3.
struct ParseqSizes {
  VitSizes encoder{8, 16, 4, 8, 1, 32, 2, 4, 0, false};
  std::int64_t heads = 4, characters = 5, charset = 94;
  enum class Decode : std::uint8_t {
    parallel,   ///< all positions in one pass from [B] alone
    sequential  ///< one pass per position, each reading the tokens before it
  } decode = Decode::parallel;
  int refinements = 0;
  bool where_write = false;  ///< tokens are written by Where instead of ScatterND
};
/// PARSeq-S and PARSeq-tiny: 32 x 128 pixels, patches of 4 x 8.
ParseqSizes parseq_small();
ParseqSizes parseq_tiny();

/// Input "image" [N, 3, H, W]; output "logits" [N, characters + 1, charset + 1].
OnnxBuilder parseq(const ExportStyle& style, const ParseqSizes& sizes = {});

}  // namespace inf::tests
