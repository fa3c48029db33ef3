#pragma once
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "sim/kernel/simulate.h"

namespace inf::test {

const arch::ChipSpec& inf2();

/// fp32 arrays of every graph output, in graph order, from compiling and simulating the graph with values, timing and
/// hazard checks.
struct ChipRun {
  std::vector<std::vector<float>> outputs;
  sim::SimResult result;
};
ChipRun run_on_chip(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs, DType compute,
                    sim::SimOptions options = {});

/// Largest |a - b| / (largest |b|), infinity when sizes differ or a value is NaN.
double relative_error(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace inf::test
