#include "tools/workflow/program_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "tools/workflow/device_tensors.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {
namespace {

/// Inputs in the program's bytes.
std::vector<sim::TensorData> program_inputs(const isa::ProgramImage& image, const NamedValues& values) {
  std::vector<ModelInput> inputs;
  for (const isa::TensorEntry& tensor : image.tensors)
    if (const auto at = values.find(tensor.name); tensor.role == isa::TensorEntry::Role::input && at != values.end())
      inputs.push_back({tensor.name, at->second.shape, at->second.data});
  return device_inputs(image, inputs);
}

/// How far a run is, by the compiler's estimate of what each operator takes.
class OperatorClock {
 public:
  explicit OperatorClock(const compiler::CompiledModel& model) {
    double sum = 0;
    for (const compiler::OpEstimate& e : model.estimates)
      before_.push_back(sum), sum += std::max({e.tensor_ns, e.scalar_ns, e.vector_ns, e.dma_ns});
    for (double& b : before_) b = sum > 0 ? b / sum : 0;
  }
  double done(std::int32_t op) const {
    return op < 0 || static_cast<std::size_t>(op) >= before_.size() ? 0 : before_[static_cast<std::size_t>(op)];
  }

 private:
  std::vector<double> before_;
};

}  // namespace

ProgramRun run_program(const arch::ChipSpec& chip, compiler::CompiledModel& model, const NamedValues& values,
                       const RunOptions& options, Progress& progress) {
  sim::SimOptions how;
  how.values = options.mode != RunOptions::Mode::timing;
  how.timing = options.mode != RunOptions::Mode::values;
  how.threads = options.threads;
  const isa::ProgramImage& image = model.source->image();
  const OperatorClock clock(model);
  const arch::Timebase timebase(chip);
  ProgramRun run{{}, TransferTimes(image.ops.size())};
  progress.stage("simulate");
  std::vector<sim::Observer*> observers = {&run.transfers};
  std::optional<ProgramWatch> watch = watch_program(how.timing ? options.record : nullptr, *model.source, chip);
  if (watch)
    for (sim::Observer* o : watch->observers()) observers.push_back(o);
  const std::vector<sim::TensorData> data = how.values ? program_inputs(image, values) : std::vector<sim::TensorData>{};
  run.result = sim::simulate(chip, *model.source, data, how, observers, [&](const sim::Progress& p) {
    const std::string op = p.op < 0 || static_cast<std::size_t>(p.op) >= image.ops.size()
                               ? ""
                               : image.ops[static_cast<std::size_t>(p.op)].name;
    progress.update(clock.done(p.op),
                    fmt::format("{} at {:.3f} ms of the chip's time", op, timebase.to_ns(p.now) * 1e-6));
  });
  if (watch) {
    RecordedRun& record = *options.record;
    RecordedProgram program = watch->take(run.result, record.end_ns);
    program.engines = measure_engines(chip, run.result);
    program.operators = measure_operators(chip, image, run.result, run.transfers, model.estimates);
    record.programs.push_back(std::move(program));
    record.end_ns += timebase.to_ns(run.result.end);
  }
  return run;
}

void take_outputs(const compiler::Graph& graph, const isa::ProgramImage& image, const sim::SimResult& run,
                  NamedValues& values) {
  for (const compiler::ValueId id : graph.outputs) {
    const compiler::Value& value = graph.value(id);
    values[value.name] = {value.shape, output_values(image, run, value.name)};
  }
}

}  // namespace inf::workflow
