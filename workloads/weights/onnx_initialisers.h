#pragma once
#include <filesystem>

#include "workloads/weights/tensor_map.h"

namespace inf::workloads {

/// Reads the float initialisers (FLOAT, FLOAT16, BFLOAT16, DOUBLE; inline or external data) of an ONNX model, by name.
/// Errors: import, with the file and the tensor, when the file is no ONNX model or a tensor's data does not fill its
/// shape.
TensorMap read_onnx_initialisers(const std::filesystem::path& file);

}  // namespace inf::workloads
