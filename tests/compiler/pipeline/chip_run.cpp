#include "tests/compiler/pipeline/chip_run.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isa/arch/chip_config.h"
#include "isa/numerics/rows.h"

namespace inf::test {

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

const arch::ChipSpec& inf1() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  return chip;
}

namespace {

const isa::TensorEntry& entry_of(const isa::ProgramSource& source, const std::string& name) {
  const auto& all = source.image().tensors;
  return *std::find_if(all.begin(), all.end(), [&](const isa::TensorEntry& t) {
    return t.name == name && (t.role == isa::TensorEntry::Role::input || t.role == isa::TensorEntry::Role::output);
  });
}

}  // namespace

ChipRun run_on_chip(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs, DType type,
                    sim::SimOptions options) {
  compiler::CompileOptions compile;
  compile.compute = compile.storage = type;
  return run_on_chip(graph, inputs, compile, options);
}

ChipProgram::ChipProgram(const compiler::Graph& graph, const compiler::CompileOptions& compile,
                         const arch::ChipSpec& chip)
    : chip_(&chip), model_(compiler::compile(graph, chip, compile)) {
  for (compiler::ValueId id : graph.inputs) inputs_.push_back(graph.value(id).name);
  for (compiler::ValueId id : graph.outputs) outputs_.push_back(graph.value(id).name);
  outputs_.insert(outputs_.end(), compile.keep.begin(), compile.keep.end());
}

ChipRun ChipProgram::run(const std::vector<std::vector<float>>& inputs, sim::SimOptions options) {
  std::vector<sim::TensorData> data;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const DType dtype = entry_of(*model_.source, inputs_[i]).dtype;
    sim::TensorData t{inputs_[i], std::vector<std::byte>(inputs[i].size() * static_cast<std::size_t>(size_of(dtype)))};
    numerics::narrow(dtype, inputs[i].data(), Pattern::row(static_cast<std::uint32_t>(inputs[i].size())),
                     t.bytes.data());
    data.push_back(std::move(t));
  }
  ChipRun run;
  model_.source->rewind();
  run.result = sim::simulate(*chip_, *model_.source, data, options);
  for (const std::string& name : outputs_)
    for (const sim::TensorData& t : run.result.outputs)
      if (t.name == name) {
        const DType dtype = entry_of(*model_.source, t.name).dtype;
        run.outputs.emplace_back(t.bytes.size() / static_cast<std::size_t>(size_of(dtype)));
        numerics::widen(dtype, t.bytes.data(), Pattern::row(static_cast<std::uint32_t>(run.outputs.back().size())),
                        run.outputs.back().data());
      }
  return run;
}

ChipRun run_on_chip(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs,
                    const compiler::CompileOptions& compile, sim::SimOptions options, const arch::ChipSpec& chip) {
  return ChipProgram(graph, compile, chip).run(inputs, options);
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
