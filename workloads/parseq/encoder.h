#pragma once
#include <string>

#include "workloads/parseq/layers.h"

namespace inf::workloads {

/// The vision transformer without class token: [batch, 3, height, width] -> [batch, patches, d], the memory.
std::string write_encoder(Layers& layers, const std::string& images);

}  // namespace inf::workloads
