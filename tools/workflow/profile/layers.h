#pragma once
#include <span>
#include <string>
#include <vector>

namespace inf::workflow {

/// The part of the model that each operator belongs to, by the steps of its ONNX name, which are the modules around it:
///
///     /encoder/layer.0/attention/self/query/MatMul    /encoder/layer.0    a numbered module that holds modules
///     /layer1/layer1.0/downsample/downsample.0/Conv   /layer1/layer1.0
///     /basenet/slice1/slice1.0/Conv                   /basenet/slice1     else without operator and module
///     /conv1/Conv                                     /conv1              ... or without the operator
///     /Resize_1                                       /Resize_1           ... or the whole name
///
/// `names` are those of one model: which numbered modules hold modules is seen from all of them. Parallel to `names`.
std::vector<std::string> layers_of(std::span<const std::string> names);

}  // namespace inf::workflow
