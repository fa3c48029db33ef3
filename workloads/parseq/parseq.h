#pragma once
#include <filesystem>
#include <string>

#include "workloads/parseq/options.h"

namespace inf::workloads {

/// Names of PARSeq's tensors in the ONNX file.
inline constexpr const char* kParseqInput = "images";   ///< [batch, 3, height, width], RGB in -1..1
inline constexpr const char* kParseqTokens = "tokens";  ///< mode step only: [batch, prefix] int64, [B] first
inline constexpr const char* kParseqOutput = "logits";  ///< [batch, positions, 95]; mode step: [batch, 1, 95]

/// PARSeq (Bautista and Atienza, ECCV 2022) as a serialised ONNX model, opset 17.
/// Errors: usage for options out of range; import for a weight file that does not fit.
std::string parseq_onnx(const ParseqOptions& options);

/// The same written to a file, whole or not at all.
void write_parseq(const ParseqOptions& options, const std::filesystem::path& file);

}  // namespace inf::workloads
