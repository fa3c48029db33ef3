#pragma once
#include <string>
#include <vector>

namespace inf::workflow {

/// File names NAME.npy for tensors, in their order and all different. What is neither letter, digit, '-' nor '_' in a
/// tensor's name becomes '_', so that no name leads out of its folder; where two come out alike, the later one gets a
/// number: x.npy, x_2.npy.
std::vector<std::string> tensor_files(const std::vector<std::string>& tensors);

}  // namespace inf::workflow
