#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "workloads/weights/weight_choice.h"

namespace inf::workloads {

/// How a model's modules are called and what its classification head is made of.
enum class EncoderFamily : std::uint8_t {
  bert,        ///< pooler (tanh), then the classifier
  roberta,     ///< the head's own dense layer (tanh), then out_proj
  electra,     ///< the head's own dense layer (GELU), then out_proj
  distilbert,  ///< pre_classifier (ReLU), then the classifier; no token types
};

/// A text encoder with learned positions and post-norm layers. Source: Devlin et al., NAACL 2019, and the published
/// configurations of each model.
struct EncoderShape {
  std::string_view name;
  EncoderFamily family = EncoderFamily::bert;
  std::int64_t depth = 12, width = 768, heads = 12, hidden = 3072;
  std::int64_t vocabulary = 30522, positions = 512;
  std::int64_t first_position = 0;  ///< of the first token; RoBERTa counts from behind its padding index
  std::int64_t token_types = 2;     ///< rows of their table; 0: none
  bool token_type_input = true;     ///< else every token has type 0
  float epsilon = 1e-12F;
};

/// Every built-in encoder.
std::span<const EncoderShape> encoder_shapes();
/// The encoder of that name; nullptr when there is none.
const EncoderShape* find_encoder(std::string_view name);

/// What the model returns.
enum class EncoderHead : std::uint8_t {
  hidden,          ///< "last_hidden_state" [batch, sequence, width]
  cls,             ///< "sentence_embedding" [batch, width]: the first token's vector
  classification,  ///< "logits" [batch, 2]
};
std::string_view name(EncoderHead head);
/// Errors: usage when `text` is no head's name; `place` is of the text.
EncoderHead parse_encoder_head(const std::string& text, const std::string& place);

/// What to build. Weights depend on `weights` alone, never on sequence, batch or head.
struct EncoderOptions {
  EncoderShape shape = encoder_shapes().front();
  std::int64_t batch = 1;
  std::int64_t sequence = 128;  ///< tokens
  EncoderHead head = EncoderHead::hidden;
  WeightChoice weights{WeightChoice::Source::random, 1, {}};
};

/// Errors: usage, with every value that is out of range (batch 1..1024; sequence 1 up to the model's positions).
void check(const EncoderOptions& options);

}  // namespace inf::workloads
