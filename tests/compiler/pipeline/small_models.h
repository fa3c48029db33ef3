#pragma once
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::test {

/// A model of each kind that real ones are of, small enough to be simulated with values in a moment.
struct SmallModel {
  std::string name;
  compiler::Graph graph;
  std::vector<std::vector<float>> inputs;
};

/// Like CRAFT, ResNet, BERT and PARSeq, in this order; the first is the one like CRAFT.
const std::vector<SmallModel>& small_models();

}  // namespace inf::test
