#include "tools/workflow/layer_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "compiler/ir/access.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/base/error.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/device_tensors.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{4} << 30;

/// Names of what the nodes make, but for what is an output anyway.
std::vector<std::string> made_values(const compiler::Graph& graph) {
  std::vector<std::string> names;
  std::int64_t bytes = 0;
  for (const compiler::Node& node : graph.nodes)
    compiler::each_output(node, [&](compiler::ValueId id) {
      bytes += compiler::elements(graph.value(id).shape) * static_cast<std::int64_t>(sizeof(float));
      if (std::count(graph.outputs.begin(), graph.outputs.end(), id) == 0) names.push_back(graph.value(id).name);
    });
  if (bytes > kMostBytes)
    throw Error(ErrorKind::unsupported, "--layer-errors",
                fmt::format("the values of all operators take {}, {} are the most", si(static_cast<double>(bytes), "B"),
                            si(static_cast<double>(kMostBytes), "B")),
                {"use a smaller input or batch"});
  return names;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

LayerErrors run_layers(const LoadedWorkload& loaded, const compiler::Graph& graph, const arch::ChipSpec& chip,
                       const std::vector<NamedArray>& outputs, int threads, const LayerOptions& options,
                       Progress& progress) {
  progress.stage("values of every operator");
  compiler::CompileOptions keeping;
  keeping.compute = options.precision.compute;
  keeping.storage = options.precision.storage;
  keeping.keep = made_values(graph);
  compiler::CompiledModel model = compiler::compile(loaded.graph, chip, keeping);
  const isa::ProgramImage& image = model.source->image();
  sim::SimOptions how;
  how.timing = false;
  how.threads = threads;
  LayerValues simulated(graph.values.size());
  {
    const sim::SimResult run = sim::simulate(chip, *model.source, device_inputs(image, loaded.inputs), how);
    for (const compiler::Node& node : graph.nodes)
      compiler::each_output(node, [&](compiler::ValueId id) {
        simulated[static_cast<std::size_t>(id)] = output_values(image, run, graph.value(id).name);
      });
  }
  for (const NamedArray& output : outputs)
    for (const compiler::ValueId id : graph.outputs)
      if (const std::vector<float>& values = simulated[static_cast<std::size_t>(id)];
          graph.value(id).name == output.name && !values.empty() && !same_bits(values, output.array.data))
        throw Error(ErrorKind::internal, "layer errors",
                    fmt::format("keeping values changed the output '{}'", output.name));

  progress.stage("errors of every operator");
  std::vector<std::vector<float>> inputs;
  for (const ModelInput& input : loaded.inputs) inputs.push_back(input.values);
  return layer_errors(graph, inputs, simulated, options, [&](std::size_t done, std::size_t total) {
    progress.update(static_cast<double>(done) / static_cast<double>(total));
  });
}

}  // namespace inf::workflow
