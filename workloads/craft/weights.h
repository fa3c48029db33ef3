#pragma once
#include <vector>

#include "workloads/craft/layers.h"
#include "workloads/craft/options.h"
#include "workloads/weights/weight_file.h"

namespace inf::workloads {

/// The weight, bias and batch-norm tensors of one layer, in the order of the state dict.
std::vector<TensorNeed> tensors_of(const ConvLayer& layer);

/// All of CRAFT's weights from the chosen source.
/// Errors: import, one error that lists every tensor that is missing, wrongly shaped or not finite in a file.
TensorMap craft_weights(const WeightChoice& choice);

/// Weights with He scaling and batch-norm statistics near (0, 1), so that activations stay near 1 through all 27
/// convolutions and a comparison of formats says something. Every value comes from CounterRandom(seed, tensor name).
TensorMap random_craft_weights(std::uint64_t seed);

/// Weights constructed by hand; see demo_weights.cpp for what each channel carries.
TensorMap demo_craft_weights();

}  // namespace inf::workloads
