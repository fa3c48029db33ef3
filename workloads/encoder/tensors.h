#pragma once
#include <vector>

#include "workloads/encoder/options.h"
#include "workloads/weights/weight_source.h"

namespace inf::workloads {

inline constexpr std::int64_t kEncoderClasses = 2;

/// Every tensor that the model reads under its name in the published state dict, the head's where it has one. Random
/// form: linear layers keep the scale of their input, so that scores and their softmax say something.
std::vector<ModelTensor> encoder_tensors(const EncoderShape& shape, EncoderHead head);

}  // namespace inf::workloads
