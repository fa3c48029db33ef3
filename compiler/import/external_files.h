#pragma once
#include <filesystem>
#include <vector>

namespace inf::compiler {

/// Files in which an ONNX model keeps tensors outside itself, each once and in order; empty for a model that is one
/// file. A location that leaves the model's folder is listed as it stands: reading the model refuses it.
/// Errors: usage when the model cannot be read, import when it is no ONNX file.
std::vector<std::filesystem::path> external_files(const std::filesystem::path& model);

}  // namespace inf::compiler
