#pragma once
#include "isa/numerics/matmul.h"
#include "isa/table/instructions.h"
#include "sim/machine/memories.h"

namespace inf::sim {

/// The two halves of a matmul, for whoever keeps the weights apart from the array.
std::shared_ptr<const numerics::Stationary> load_weights(const isa::LoadStationary& inst, Memories& memory);
void multiply(const isa::Matmul& inst, const numerics::Stationary& weights, Memories& memory);

}  // namespace inf::sim
