#include "sim/kernel/core_run.h"

#include <algorithm>
#include <thread>

#include "sim/kernel/preload.h"

namespace inf::sim {
namespace {

using Role = isa::TensorEntry::Role;

const std::vector<TensorData>& inputs_of(const CoreProgram& program) {
  static const std::vector<TensorData> none;
  return program.inputs ? *program.inputs : none;
}

const TensorData* find(const std::vector<Values>& fed, const std::string& name) {
  for (const Values& values : fed)
    if (values)
      for (const TensorData& data : *values)
        if (data.name == name) return &data;
  return nullptr;
}

}  // namespace

ProgramOnCore::ProgramOnCore(const arch::ChipSpec& chip, const CoreProgram& on_core,
                             std::shared_ptr<const HeldProgram> held, const SimOptions& options, std::string where)
    : program(on_core),
      place(std::move(where)),
      memories(chip, on_core.program->image().dram_bytes),
      fault(place),
      chip_(chip),
      options_(options),
      image_(on_core.program->image()),
      held_(std::move(held)) {}

Call& ProgramOnCore::begin(HostLink& host, int slot, Tick origin, const std::vector<Values>& fed) {
  ++begun;
  call = std::make_unique<Call>(held_ ? SegmentFeed(held_) : SegmentFeed(*program.program));
  Call& c = *call;
  c.state.random.seed = static_cast<std::uint32_t>(options_.rng_seed ^ (options_.rng_seed >> 32));
  for (int e = 0; e < arch::kEngines; ++e)
    c.streams.push_back(
        std::make_unique<InstructionStream>(static_cast<arch::Engine>(e), c.feed, chip_, image_.dram_bytes));
  std::function<void(const Issued&)> report;
  if (observing()) {
    // Hazards first: a race must stop the run before anything is computed from it.
    if (options_.check_hazards) c.observers.push_back(&c.hazards.emplace(chip_, image_));
    c.observers.push_back(&c.counter.emplace(image_.ops.size(), chip_.tensor));
    c.observers.insert(c.observers.end(), program.observers.begin(), program.observers.end());
    if (program.progress)
      report = [this](const Issued& i) { program.progress({i.at, call->sink->instructions(), i.inst.op}); };
  }
  if (options_.values) {
    const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    c.values = std::make_unique<ValueExecutor>(memories, c.state, image_, chip_.psum.bank_bytes,
                                               options_.threads > 0 ? options_.threads : processors);
    write_inputs(host, slot, fed);
  }
  c.sink.emplace(c.values.get(), c.observers, std::move(report), origin);
  run.call_start.push_back(origin);
  return c;
}

void ProgramOnCore::write_inputs(HostLink& host, int slot, const std::vector<Values>& fed) {
  for (const isa::TensorEntry& t : image_.tensors) {
    if (t.role == Role::constant && begun == 1) host.write(slot, t, t.data.bytes().data());
    if (t.role != Role::input) continue;
    const TensorData* brought = find(fed, t.name);
    host.write(slot, t, (brought ? *brought : input_of(t, inputs_of(program))).bytes.data());
  }
  if (begun == 1) preload(image_, chip_, memories);
}

Values ProgramOnCore::finish(HostLink& host, int slot, Tick end) {
  ++ended;
  Call& c = *call;
  if (c.values) c.values->finish();
  for (Observer* o : c.observers) o->finished();
  std::vector<TensorData> outputs;
  for (const isa::TensorEntry& t : image_.tensors) {
    if (t.role != Role::output || !options_.values) continue;
    outputs.push_back({t.name, std::vector<std::byte>(static_cast<std::size_t>(t.bytes))});
    host.read(slot, t, outputs.back().bytes.data());
  }
  const Tick took = end - run.call_start.back();
  instructions += c.sink->instructions();
  run.call_end.push_back(end);
  if (observing()) {
    SimResult& result = run.result;
    result.end = took;
    result.host_in = copy_time(host, Role::input);
    result.host_out = copy_time(host, Role::output);
    result.outputs = feeds_others ? outputs : std::move(outputs);
    result.instructions = c.sink->instructions();
    result.data_dependent = c.sink->data_dependent();
    result.counters = c.counter->take(took);
  }
  call.reset();
  return options_.values && feeds_others ? std::make_shared<const std::vector<TensorData>>(std::move(outputs))
                                         : nullptr;
}

Tick ProgramOnCore::copy_time(const HostLink& host, Role role) const {
  Tick sum;
  for (const isa::TensorEntry& t : image_.tensors)
    if (t.role == role) sum += host.copy_time(t.bytes);
  return sum;
}

}  // namespace inf::sim
