#pragma once
#include "isa/numerics/tile.h"

namespace inf::numerics::reference {

/// The tensor engine's product, one element at a time: the executable form of the numerics contract.
/// Shapes: stationary [K part, M free], moving [K part, N free], psum [M part, N free]; psum is fp32, or int32 for int8
/// inputs.
void matmul(const ConstTile& stationary, const ConstTile& moving, const Tile& psum, bool accumulate);

}  // namespace inf::numerics::reference
