#pragma once
#include <vector>

#include "workloads/parseq/options.h"
#include "workloads/weights/weight_file.h"

namespace inf::workloads {

/// Token ids: [E] first, then the charset, then [B] and [P], which the head cannot give.
inline constexpr std::int64_t kCharsetSize = 94;
inline constexpr std::int64_t kEndToken = 0, kBeginToken = kCharsetSize + 1, kPadToken = kCharsetSize + 2;
inline constexpr std::int64_t kHeadClasses = kCharsetSize + 1, kTokens = kCharsetSize + 3;

/// Every tensor of PARSeq under its name in the official state dict, in the order of the model.
std::vector<TensorNeed> parseq_tensors(const ParseqShape& shape, std::int64_t positions);

/// All weights from the chosen source.
/// Errors: import, one error that lists what is wrong in a file: a head of another charset first, then every tensor
/// that is missing, wrongly shaped or not finite. usage for demo weights of a shape that has none.
TensorMap parseq_weights(const ParseqOptions& options);

/// Weights from CounterRandom(seed, tensor name): linear layers keep the scale of their input, position codes are as
/// large as what they are added to, so that every position of the image and of the label matters to the result.
TensorMap random_parseq_weights(const ParseqShape& shape, std::int64_t positions, std::uint64_t seed);

/// Weights that read the project's own word images; see demo_weights.cpp for what each number carries.
/// Errors: usage for a shape other than S and tiny.
TensorMap demo_parseq_weights(const ParseqShape& shape, std::int64_t positions);

}  // namespace inf::workloads
