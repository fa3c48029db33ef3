#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow {

/// An fp32 array with its shape, row-major.
struct Tensor {
  compiler::Shape shape;
  std::vector<float> data;
};

/// Called after each node with how many of how many are done.
using ReferenceProgress = std::function<void(std::size_t done, std::size_t total)>;

/// What the model computes in fp32 on the host, one tensor per graph output: the yardstick for the chip's results.
/// Convolutions, pooling, bilinear resizing, matrix products, batch norm, ReLU, concat and softmax run in oneDNN, whose
/// summation order (and so the last bits) depends on the host; everything else runs in the compiler's plain
/// interpreter. Shapes: one array per graph input, in that order, row-major. Memory: a value is freed after its last
/// reader. Errors: usage when the inputs do not match or a constant has no data; internal when oneDNN refuses for lack
/// of memory.
std::vector<Tensor> run_reference(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs,
                                  const ReferenceProgress& progress = {});

}  // namespace inf::workflow
