#pragma once
#include <filesystem>
#include <string>

#include "workloads/encoder/options.h"

namespace inf::workloads {

/// Names of an encoder's inputs in the ONNX file, int64 [batch, sequence] each.
inline constexpr const char* kInputIds = "input_ids";
inline constexpr const char* kAttentionMask = "attention_mask";  ///< 1: a token, 0: padding
inline constexpr const char* kTokenTypeIds = "token_type_ids";   ///< only of models that tell sentences apart

/// The name of the output that a head gives.
std::string output_name(EncoderHead head);

/// A text encoder as a serialised ONNX model, opset 17. Positions count up from the first one whatever the ids are: a
/// padded sequence has its padding at the end.
/// Errors: usage for options out of range; import for a weight file that does not fit.
std::string encoder_onnx(const EncoderOptions& options);

/// The same written to a file, whole or not at all.
void write_encoder(const EncoderOptions& options, const std::filesystem::path& file);

}  // namespace inf::workloads
