#pragma once
#include <filesystem>
#include <string>

#include "workloads/cnn/options.h"

namespace inf::workloads {

/// Names of a classifier's tensors in the ONNX file.
inline constexpr const char* kCnnInput = "image";    ///< [batch, 3, height, width], normalised RGB
inline constexpr const char* kCnnOutput = "logits";  ///< [batch, classes]

/// A torchvision classifier in evaluation form as a serialised ONNX model, opset 13: Conv, BatchNormalization, Relu,
/// MaxPool, Add, GlobalAveragePool, Flatten and Gemm nodes under the names that torch.onnx gives them.
/// Errors: usage for options out of range; import for a weight file that does not fit.
std::string cnn_onnx(const CnnOptions& options);

/// The same written to a file, whole or not at all.
void write_cnn(const CnnOptions& options, const std::filesystem::path& file);

}  // namespace inf::workloads
