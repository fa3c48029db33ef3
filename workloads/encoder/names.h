#pragma once
#include <cstdint>
#include <string>

#include "workloads/encoder/options.h"

namespace inf::workloads {

/// Names of one layer's modules in the state dict; each but the norms has .weight [out, in] and .bias [out].
struct LayerNames {
  std::string query, key, value, joined, attention_norm, up, down, output_norm;
};
LayerNames layer_names(EncoderFamily family, std::int64_t layer);

/// The classification head: a dense layer [width, width], a function, and the classifier [2, width].
struct HeadNames {
  std::string dense, classifier;
};
HeadNames head_names(EncoderFamily family);

/// "encoder.layer.0.output" is the module /encoder/layer.0/output of an exported model.
std::string module_scope(const std::string& name);

}  // namespace inf::workloads
