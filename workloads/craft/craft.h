#pragma once
#include <filesystem>
#include <string>

#include "workloads/craft/options.h"

namespace inf::workloads {

/// Names of CRAFT's tensors in the ONNX file.
inline constexpr const char* kCraftInput = "image";      ///< [N, 3, H, W], normalised RGB
inline constexpr const char* kCraftScores = "scores";    ///< [N, H/2, W/2, 2]: region score, affinity score
inline constexpr const char* kCraftFeature = "feature";  ///< [N, 32, H/2, W/2]

/// CRAFT (Baek et al., CVPR 2019) as a serialised ONNX model, opset 13, with separate Conv, BatchNormalization, Relu,
/// MaxPool, Resize, Concat and Transpose nodes: 27, 20, 23, 5, 3, 4 and 1 of them. Errors: usage for a size out of
/// range; import for a weight file that does not fit.
std::string craft_onnx(const CraftOptions& options);

/// The same written to a file: under a temporary name beside it first, so that no partial file is left behind.
/// Errors: as craft_onnx, and usage when the file cannot be written.
void write_craft(const CraftOptions& options, const std::filesystem::path& file);

}  // namespace inf::workloads
