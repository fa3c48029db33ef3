#include "tests/compiler/pipeline/chip_run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "isa/arch/chip_config.h"

namespace inf::test {

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

ChipRun run_on_chip(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs, DType compute,
                    sim::SimOptions options) {
  compiler::CompileOptions compile_options;
  compile_options.compute = compute;
  compiler::CompiledModel model = compiler::compile(graph, inf2(), compile_options);
  std::vector<sim::TensorData> data;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    sim::TensorData t{graph.value(graph.inputs[i]).name, std::vector<std::byte>(inputs[i].size() * 4)};
    std::memcpy(t.bytes.data(), inputs[i].data(), t.bytes.size());
    data.push_back(std::move(t));
  }
  ChipRun run;
  run.result = sim::simulate(inf2(), *model.source, data, options);
  for (compiler::ValueId id : graph.outputs)
    for (const sim::TensorData& t : run.result.outputs)
      if (t.name == graph.value(id).name) {
        run.outputs.emplace_back(t.bytes.size() / 4);
        std::memcpy(run.outputs.back().data(), t.bytes.data(), t.bytes.size());
      }
  return run;
}

double relative_error(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size() || a.empty()) return std::numeric_limits<double>::infinity();
  double worst = 0, largest = 1e-30;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
  }
  return worst / largest;
}

}  // namespace inf::test
