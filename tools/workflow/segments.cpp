#include "tools/workflow/segments.h"

#include <algorithm>

#include "compiler/analysis/cost.h"
#include "tools/workflow/host_time.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {
namespace {

using compiler::CompiledSegment;
using compiler::Graph;
using compiler::Place;

std::int64_t bytes_of(const Graph& graph, const std::vector<compiler::ValueId>& ids) {
  std::int64_t sum = 0;
  for (const compiler::ValueId id : ids) sum += compiler::bytes(graph.value(id));
  return sum;
}

/// Bytes that a program's inputs or outputs take on the chip.
std::int64_t bytes_of(const isa::ProgramImage& image, isa::TensorEntry::Role role) {
  std::int64_t sum = 0;
  for (const isa::TensorEntry& tensor : image.tensors)
    if (tensor.role == role) sum += tensor.bytes;
  return sum;
}

void add(const std::vector<EngineUse>& from, std::vector<EngineUse>& sum) {
  if (sum.empty()) {
    sum = from;
    return;
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    EngineUse& into = sum[i];
    into.busy_ns += from[i].busy_ns;
    into.instructions += from[i].instructions;
    for (const auto& [reason, ns] : from[i].idle_ns) {
      const auto at = std::find_if(into.idle_ns.begin(), into.idle_ns.end(),
                                   [&, name = reason](const auto& known) { return known.first == name; });
      if (at == into.idle_ns.end())
        into.idle_ns.emplace_back(reason, ns);
      else
        at->second += ns;
    }
  }
}

void add(std::vector<OperatorUse> from, double before_ns, std::vector<OperatorUse>& all) {
  for (OperatorUse& op : from) {
    op.start_ns += before_ns;
    op.end_ns += before_ns;
    all.push_back(std::move(op));
  }
}

/// Shares of a sum that is known only at the end.
void share(double device_ns, Report& report) {
  for (EngineUse& use : report.engines) {
    use.utilisation = device_ns > 0 ? use.busy_ns / device_ns : 0;
    std::stable_sort(use.idle_ns.begin(), use.idle_ns.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
  }
  for (OperatorUse& op : report.operators) op.share = device_ns > 0 ? op.added_ns / device_ns : 0;
}

void record_host(const Graph& graph, double ns, RecordedRun& record) {
  record.host.push_back({graph.nodes.empty() ? "" : graph.nodes.front().name, record.end_ns, ns});
  record.end_ns += ns;
}

/// What the nodes of a host segment take, those of one name together as SegmentUse::nodes has them.
std::vector<double> node_times(const Graph& graph, const arch::RuntimeSpec& runtime) {
  std::vector<double> times;
  const std::vector<double> each = host_node_ns(graph, runtime);
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (i == 0 || graph.nodes[i].name != graph.nodes[i - 1].name) times.push_back(0);
    times.back() += each[i];
  }
  return times;
}

}  // namespace

void run_on_host(const Graph& graph, NamedValues& values, Progress& progress) {
  progress.stage("host operators");
  std::vector<std::vector<float>> inputs;
  for (const compiler::ValueId id : graph.inputs) inputs.push_back(values.at(graph.value(id).name).data);
  std::vector<Tensor> outputs = run_reference(graph, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) values[graph.value(graph.outputs[i]).name] = std::move(outputs[i]);
}

PlacedRun run_segments(compiler::PlacedModel& model, const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                       const std::vector<ModelInput>& inputs, const RunOptions& options, Progress& progress) {
  PlacedRun run;
  const bool computes = options.mode != RunOptions::Mode::timing;
  for (const ModelInput& input : inputs) run.values[input.name] = {input.shape, input.values};
  for (CompiledSegment& segment : model.segments) {
    SegmentRun done;
    if (segment.place == Place::host) {
      done.host_ns = host_ns(segment.graph, instance.runtime);
      if (options.record) record_host(segment.graph, done.host_ns, *options.record);
      if (computes) run_on_host(segment.graph, run.values, progress);
    } else {
      done.program = run_program(chip, segment.model, run.values, options, progress);
      if (computes) take_outputs(segment.graph, segment.model.source->image(), done.program->result, run.values);
    }
    run.segments.push_back(std::move(done));
  }
  return run;
}

std::vector<SegmentUse> measure_segments(const compiler::PlacedModel& model, const PlacedRun& run,
                                         const arch::ChipSpec& chip, const arch::InstanceSpec& instance, bool timed) {
  std::vector<SegmentUse> uses;
  for (std::size_t i = 0; i < model.segments.size(); ++i) {
    const CompiledSegment& segment = model.segments[i];
    SegmentUse use;
    use.place = compiler::name(segment.place);
    use.operators = segment.graph.nodes.size();
    for (const compiler::Node& node : segment.graph.nodes)
      if (use.nodes.empty() || use.nodes.back() != node.name) use.nodes.push_back(node.name);
    if (segment.place == Place::host) {
      if (timed) use.node_ns = node_times(segment.graph, instance.runtime);
      use.bytes_in = bytes_of(segment.graph, segment.graph.inputs);
      use.bytes_out = bytes_of(segment.graph, segment.graph.outputs);
      use.ns = run.segments[i].host_ns;
    } else {
      const isa::ProgramImage& image = segment.model.source->image();
      use.bytes_in = bytes_of(image, isa::TensorEntry::Role::input);
      use.bytes_out = bytes_of(image, isa::TensorEntry::Role::output);
      use.ns = arch::Timebase(chip).to_ns(run.segments[i].program->result.end);
      use.runtime_ns = static_cast<double>(instance.runtime.call_overhead_ns);
      use.copy_ns = instance.runtime.copy_ns(use.bytes_in + use.bytes_out);
    }
    if (!timed) use.ns = use.runtime_ns = use.copy_ns = 0;
    uses.push_back(std::move(use));
  }
  return uses;
}

void measure_placed(const compiler::PlacedModel& model, const PlacedRun& run, const arch::ChipSpec& chip,
                    const arch::InstanceSpec& instance, DType compute, Report& report) {
  Latency latency;
  latency.calls = 0;
  std::vector<Roofline> parts;
  for (std::size_t i = 0; i < model.segments.size(); ++i) {
    const SegmentRun& segment = run.segments[i];
    latency.host_ns += segment.host_ns;
    if (!segment.program) continue;
    const compiler::CompiledModel& compiled = model.segments[i].model;
    const isa::ProgramImage& image = compiled.source->image();
    const sim::SimResult& result = segment.program->result;
    const Latency one = measure_latency(chip, image, result, instance);
    add(measure_engines(chip, result), report.engines);
    add(measure_operators(chip, image, result, segment.program->transfers, compiled.estimates), latency.device_ns,
        report.operators);
    parts.push_back(measure_roofline(chip, image, result, compute));
    add_program(one, latency);
  }
  share(latency.device_ns, report);
  report.roofline = sum_rooflines(parts, latency.device_ns);
  report.latency = latency;
  report.throughput = measure_throughput(chip, latency, *report.roofline, instance);
  report.cost = measure_cost(*report.throughput, instance);
  if (const auto spec = arch::energy_of(chip)) report.energy = measure_energy(*spec, *report.roofline, latency);
}

}  // namespace inf::workflow
