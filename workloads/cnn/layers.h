#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "workloads/cnn/options.h"
#include "workloads/weights/weight_source.h"

namespace inf::workloads {

/// One convolution under its name in torchvision's state dict: CONV.weight [out, in, kernel, kernel], and CONV.bias
/// where no batch norm follows.
struct CnnConv {
  std::string conv;
  std::string norm;  ///< empty where no batch norm follows
  std::int64_t in, out, kernel, stride, pad;
  float gain = 1;        ///< random weights: on top of He scaling
  float norm_scale = 1;  ///< random weights: mean of the batch norm's gamma
};

/// A residual block: its convolutions in order, and the one on the shortcut where the shape changes.
struct ResidualBlock {
  std::string name;  ///< "layer1.0"
  std::vector<CnnConv> convolutions;
  std::vector<CnnConv> shortcut;  ///< one or none
};

struct CnnLinear {
  std::string name;
  std::int64_t in, out;
};

/// The layers of a classifier in execution order; what a family does not have is empty.
struct CnnLayers {
  std::vector<CnnConv> stem;                 ///< residual nets: one convolution
  std::vector<ResidualBlock> blocks;         ///< residual nets
  std::vector<std::vector<CnnConv>> stages;  ///< VGG: convolutions between two poolings
  std::vector<CnnLinear> head;
};

CnnLayers cnn_layers(const CnnShape& shape);

/// Every tensor of the state dict but counters. Random form: He scaling and batch-norm statistics near (0, 1), so that
/// activations stay near 1; the last batch norm of a residual block is scaled down, as sums over 50 blocks would double
/// their variance each.
std::vector<ModelTensor> cnn_tensors(const CnnShape& shape);

}  // namespace inf::workloads
