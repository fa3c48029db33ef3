#pragma once
#include <filesystem>

#include "workloads/weights/tensor_map.h"

namespace inf::workloads {

/// Reads every tensor of a safetensors file: 8 bytes of header length (little endian), a JSON header with dtype, shape
/// and data_offsets per tensor, then the data. F16, BF16, F32 and F64 are widened to fp32; tensors of other types
/// (counters such as num_batches_tracked) are left out. Errors: import, with the file and what is wrong, when the file
/// cannot be read, is truncated, has a header that is not such JSON, or holds a tensor whose offsets, shape and type
/// disagree.
TensorMap read_safetensors(const std::filesystem::path& file);

}  // namespace inf::workloads
