#pragma once
#include "tests/compiler/import/build_onnx.h"

namespace inf::tests {

/// How an exporter wrote a network. The channel counts are divided by `divide` (at least 2 remain), so that tests run
/// quickly.
struct NetOptions {
  int opset = 11;
  std::int64_t height = 64, width = 64, divide = 16;
  bool batch_norms = true;    ///< false: the exporter has folded them already
  bool dynamic_sizes = true;  ///< Shape/Gather/Concat chains in front of each Resize; false: constant sizes
};

/// CRAFT with all of its 27 convolutions, as an exporter writes it.
OnnxBuilder craft(const NetOptions& options = {});
/// A ResNet: stem, one basic block, one block with a projection, global pooling, flatten, gemm.
OnnxBuilder resnet(const NetOptions& options = {});
/// A U-Net of two levels with transposed convolutions, skip concatenations and a sigmoid.
OnnxBuilder unet(const NetOptions& options = {});

}  // namespace inf::tests
