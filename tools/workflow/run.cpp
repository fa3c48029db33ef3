#include "tools/workflow/run.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "isa/arch/chip_config.h"
#include "isa/arch/instance.h"
#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/judge.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/model.h"
#include "tools/workflow/reference.h"
#include "tools/workflow/tensor_files.h"
#include "tools/workflow/tensors.h"
#include "tools/workflow/transfer_times.h"

namespace inf::workflow {
namespace {

class StopWatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

const char* name(RunOptions::Mode mode) {
  switch (mode) {
    case RunOptions::Mode::timing: return "timing";
    case RunOptions::Mode::values: return "values";
    case RunOptions::Mode::both: return "both";
  }
  return "";
}

arch::InstanceSpec find_instance(const Workload& workload) {
  const std::vector<arch::InstanceSpec> known = arch::load_instances(workload.instances);
  if (workload.instance.empty()) return known.front();
  std::vector<std::string> names;
  for (const arch::InstanceSpec& instance : known) {
    if (instance.name == workload.instance) return instance;
    names.push_back(instance.name);
  }
  throw Error(ErrorKind::config, workload.instance_place,
              fmt::format("instance = {} is none of {}{}", workload.instance, fmt::join(names, ", "),
                          did_you_mean(workload.instance, names)));
}

std::vector<sim::TensorData> device_inputs(const isa::ProgramImage& image, const std::vector<ModelInput>& inputs) {
  std::vector<sim::TensorData> data;
  for (const isa::TensorEntry& tensor : image.tensors) {
    if (tensor.role != isa::TensorEntry::Role::input) continue;
    const auto input =
        std::find_if(inputs.begin(), inputs.end(), [&](const ModelInput& i) { return i.name == tensor.name; });
    if (input == inputs.end())
      throw Error(ErrorKind::internal, "", fmt::format("the program's input '{}' is none of the model's", tensor.name));
    data.push_back({tensor.name, to_bytes(input->values, tensor.dtype)});
  }
  return data;
}

/// Graph outputs in graph order from the program's, whatever order it keeps them in.
std::vector<NamedArray> model_outputs(const compiler::Graph& graph, const isa::ProgramImage& image,
                                      const sim::SimResult& run) {
  std::vector<NamedArray> outputs;
  for (const compiler::ValueId id : graph.outputs) {
    const compiler::Value& value = graph.value(id);
    const auto data = std::find_if(run.outputs.begin(), run.outputs.end(),
                                   [&](const sim::TensorData& t) { return t.name == value.name; });
    const auto entry = std::find_if(image.tensors.begin(), image.tensors.end(), [&](const isa::TensorEntry& t) {
      return t.name == value.name && t.role == isa::TensorEntry::Role::output;
    });
    if (data == run.outputs.end() || entry == image.tensors.end())
      throw Error(ErrorKind::internal, "", fmt::format("the program has no output '{}'", value.name));
    outputs.push_back({value.name, {value.shape, to_floats(data->bytes, entry->dtype)}});
  }
  return outputs;
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

sim::SimResult simulate(const arch::ChipSpec& chip, compiler::CompiledModel& model,
                        const std::vector<ModelInput>& inputs, const RunOptions& options, sim::Observer& transfers,
                        Progress& progress) {
  sim::SimOptions how;
  how.values = options.mode != RunOptions::Mode::timing;
  how.timing = options.mode != RunOptions::Mode::values;
  how.threads = options.threads;
  const isa::ProgramImage& image = model.source->image();
  const OperatorClock clock(model);
  const arch::Timebase timebase(chip);
  progress.stage("simulate");
  sim::Observer* const observers[] = {&transfers};
  return sim::simulate(chip, *model.source, device_inputs(image, inputs), how, observers, [&](const sim::Progress& p) {
    const std::string op = p.op < 0 || static_cast<std::size_t>(p.op) >= image.ops.size()
                               ? ""
                               : image.ops[static_cast<std::size_t>(p.op)].name;
    progress.update(clock.done(p.op),
                    fmt::format("{} at {:.3f} ms of the chip's time", op, timebase.to_ns(p.now) * 1e-6));
  });
}

void describe(const Workload& workload, const LoadedWorkload& loaded, const arch::ChipSpec& chip,
              const RunOptions& options, Report& report) {
  report.workload = workload.name;
  report.model = loaded.model_title;
  report.chip = chip.name;
  report.chip_title = chip.title;
  report.chip_hash = chip.hash();
  report.dtype = inf::name(workload.compute);
  report.mode = name(options.mode);
  report.notes = loaded.notes;
  report.host.threads = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
}

void measure_time(const Workload& workload, const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                  const compiler::CompiledModel& model, const sim::SimResult& run, const TransferTimes& transfers,
                  Report& report) {
  const isa::ProgramImage& image = model.source->image();
  report.engines = measure_engines(chip, run);
  report.operators = measure_operators(chip, image, run, transfers, model.estimates);
  report.roofline = measure_roofline(chip, image, run, workload.compute);
  report.latency = measure_latency(chip, image, run, instance);
  report.throughput = measure_throughput(chip, *report.latency, *report.roofline, instance);
  report.cost = measure_cost(*report.throughput, instance);
}

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr double kKib = 1024;
  return static_cast<double>(usage.ru_maxrss) * kKib;
}

}  // namespace

RunResult run(const Workload& workload, const RunOptions& options, Progress& progress) {
  const StopWatch all;
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  const arch::InstanceSpec instance = find_instance(workload);
  LoadedWorkload loaded = load(workload);
  RunResult result;
  Report& report = result.report;
  describe(workload, loaded, chip, options, report);

  const StopWatch compiling;
  compiler::CompileOptions compile_options = options.compile;
  compile_options.compute = workload.compute;
  compiler::CompiledModel model = compiler::compile(loaded.graph, chip, compile_options);
  report.host.compile_seconds = compiling.seconds();
  report.ledger = count_ledger(model.graph.ledger);
  report.device_memory_bytes = model.source->image().dram_bytes;

  const StopWatch simulating;
  TransferTimes transfers(model.source->image().ops.size());
  const sim::SimResult simulated = simulate(chip, model, loaded.inputs, options, transfers, progress);
  report.host.simulate_seconds = simulating.seconds();
  report.instructions = simulated.instructions;
  report.kernel_events = simulated.kernel_events;
  if (options.mode != RunOptions::Mode::values)
    measure_time(workload, chip, instance, model, simulated, transfers, report);
  if (options.mode != RunOptions::Mode::timing) {
    result.outputs = model_outputs(loaded.graph, model.source->image(), simulated);
    const StopWatch judging;
    judge(workload, loaded, options.reference, progress, result);
    report.host.reference_seconds = judging.seconds();
  }
  if (workload.checks.any() && report.checks.empty())
    report.notes.push_back("the checks of the workload were not made: they need values and the fp32 reference");
  report.host.seconds = all.seconds();
  report.host.peak_memory_bytes = peak_memory();
  progress.clear();
  return result;
}

std::vector<std::string> write_results(const RunResult& result, const std::filesystem::path& folder,
                                       bool with_outputs) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + failed.message());
  std::vector<std::string> names;
  const auto write = [&](const std::string& name, std::string_view bytes) {
    write_file_atomically(folder / name, bytes);
    names.push_back(name);
  };
  write("report.txt", report_text(result.report));
  write("report.json", report_json(result.report));
  if (result.report.box_count) write("boxes.json", boxes_json(result.boxes));
  if (result.page) write("page_boxes.png", encode_png(*result.page));
  if (!with_outputs) return names;
  std::vector<std::string> tensors;
  for (const NamedArray& output : result.outputs) tensors.push_back(output.name);
  const std::vector<std::string> files = tensor_files(tensors);
  for (std::size_t i = 0; i < files.size(); ++i) write(files[i], npy_bytes(result.outputs[i].array));
  return names;
}

}  // namespace inf::workflow
