#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "workloads/weights/weight_choice.h"

namespace inf::workloads {

/// Which blocks a classifier is made of.
enum class CnnFamily : std::uint8_t {
  basic,       ///< residual blocks of two 3x3 convolutions
  bottleneck,  ///< residual blocks of 1x1, 3x3 and 1x1 convolutions
  vgg,         ///< plain 3x3 convolutions with biases, five stages, each followed by a 2x2 max-pool
};

/// A classifier in torchvision's form. Source: He et al., CVPR 2016; Simonyan and Zisserman, ICLR 2015; torchvision's
/// published layer counts.
struct CnnShape {
  std::string_view name;
  CnnFamily family;
  std::array<int, 5> depth;   ///< residual blocks, or convolutions, of each stage; residual nets have four stages
  bool stride_first = false;  ///< bottlenecks that halve do so in their first 1x1, as in 2016; else in the 3x3
  std::int64_t classes = 1000;
};

/// Every built-in classifier, in the order of their sizes.
std::span<const CnnShape> cnn_shapes();
/// The classifier of that name; nullptr when there is none.
const CnnShape* find_cnn(std::string_view name);

/// What to build. Weights depend on `weights` alone, never on the size or the batch.
struct CnnOptions {
  CnnShape shape = cnn_shapes().front();
  std::int64_t batch = 1;
  std::int64_t height = 224, width = 224;  ///< pixels
  WeightChoice weights{WeightChoice::Source::random, 1, {}};
};

/// Errors: usage, with every value that is out of range (batch 1..1024; height and width 32..4096, VGG's a multiple of
/// 224, whose 7x7 average is then of whole windows).
void check(const CnnOptions& options);

}  // namespace inf::workloads
