#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace inf::workloads {

/// One of CRAFT's 27 convolutions with the batch norm that follows it, under the names of the official state dict:
/// NAME.weight [out, in, kernel, kernel] and NAME.bias [out]; for the norm also NORM.running_mean and NORM.running_var.
/// Source: Baek et al., CVPR 2019; names as in the public checkpoint craft_mlt_25k.pth.
struct ConvLayer {
  std::string_view conv;
  std::string_view norm;  ///< empty where no batch norm follows
  std::int64_t in, out, kernel, dilation;

  std::int64_t pad() const { return dilation * (kernel / 2); }
};

/// All convolutions in execution order.
std::span<const ConvLayer> craft_layers();

/// The layer of that name; the name must exist.
const ConvLayer& craft_layer(std::string_view conv);

}  // namespace inf::workloads
