#pragma once
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "sim/kernel/simulate.h"

namespace inf::test {

const arch::ChipSpec& inf2();
const arch::ChipSpec& inf1();

/// fp32 arrays of every graph output, in graph order, then of every kept value, from compiling and simulating the graph
/// with values, timing and hazard checks.
struct ChipRun {
  std::vector<std::vector<float>> outputs;
  sim::SimResult result;
};
/// A graph compiled once, to be run again and again.
class ChipProgram {
 public:
  ChipProgram(const compiler::Graph& graph, const compiler::CompileOptions& compile,
              const arch::ChipSpec& chip = inf2());
  ChipRun run(const std::vector<std::vector<float>>& inputs, sim::SimOptions options = {});

 private:
  const arch::ChipSpec* chip_;
  compiler::CompiledModel model_;
  std::vector<std::string> inputs_, outputs_;
};

ChipRun run_on_chip(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs,
                    const compiler::CompileOptions& compile, sim::SimOptions options = {},
                    const arch::ChipSpec& chip = inf2());
/// The same with operands and stored values of one type.
ChipRun run_on_chip(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs, DType type,
                    sim::SimOptions options = {});

/// Largest |a - b| / (largest |b|), infinity when sizes differ or a value is NaN.
double relative_error(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace inf::test
