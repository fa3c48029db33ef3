#pragma once
#include <cstdint>
#include <string>

#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

/// Device memory that a model's program takes. Units: bytes.
struct DeviceMemoryNeed {
  std::int64_t bytes = 0;      ///< high-water mark: weights, inputs, outputs and what does not stay on the chip
  std::int64_t constants = 0;  ///< of these weights, which do not grow with the batch
  std::string largest;         ///< name and shape of the largest tensor that is no weight
  std::int64_t largest_bytes = 0;
};

/// Of a program whose memory is planned.
DeviceMemoryNeed device_memory_need(const TileProgram& program);

/// Of a model, without making its instructions, and whether the chip has it or not. Errors: as compile().
DeviceMemoryNeed device_memory_need(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options);

/// Errors: ShortageError{unsupported} naming the largest tensor when the chip has less than that.
void check_device_memory(const DeviceMemoryNeed& need, const arch::ChipSpec& chip, const std::string& model);

}  // namespace inf::compiler
