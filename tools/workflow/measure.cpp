#include "tools/workflow/measure.h"

#include <algorithm>

#include "sim/observers/observer.h"

namespace inf::workflow {
namespace {

constexpr double kFlopsPerMac = 2;
constexpr double kBound = 0.5;  // an engine that is busy at least half of an operator's time bounds it

double ns(const arch::ChipSpec& chip, Tick t) { return arch::Timebase(chip).to_ns(t); }

EngineUse engine_use(const arch::ChipSpec& chip, arch::Engine engine, const sim::EngineCounters& counters, Tick end) {
  EngineUse use;
  use.engine = arch::name(engine);
  use.busy_ns = ns(chip, counters.busy);
  use.utilisation = end.value == 0 ? 0 : use.busy_ns / ns(chip, end);
  use.instructions = counters.instructions;
  for (int r = 0; r < sim::kStallReasons; ++r) {
    const auto reason = static_cast<sim::StallReason>(r);
    const Tick stalled = counters.stalls[static_cast<std::size_t>(r)];
    if (reason != sim::StallReason::datapath && stalled.value > 0)
      use.idle_ns.emplace_back(sim::name(reason), ns(chip, stalled));
  }
  std::stable_sort(use.idle_ns.begin(), use.idle_ns.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return use;
}

OperatorUse operator_use(const arch::ChipSpec& chip, const isa::SourceOp& source, const sim::OpCounters& counters,
                         Tick dma) {
  OperatorUse op;
  op.name = source.name;
  op.kind = source.kind;
  op.nodes = source.nodes;
  op.macs = static_cast<std::uint64_t>(source.macs);
  op.executed_macs = counters.macs;
  op.start_ns = ns(chip, counters.first_start);
  op.end_ns = ns(chip, counters.last_end);
  op.dram_read = counters.dram_read;
  op.dram_written = counters.dram_written;
  for (int e = 0; e < arch::kEngines; ++e) {
    const Tick busy = counters.busy[static_cast<std::size_t>(e)];
    if (busy.value > 0) op.busy_ns.emplace_back(arch::name(static_cast<arch::Engine>(e)), ns(chip, busy));
  }
  if (dma.value > 0) op.busy_ns.emplace_back("dma", ns(chip, dma));
  find_bound(op);
  return op;
}

/// What follows from work, traffic and time.
void relate(Roofline& roof, double device_ns) {
  const double flops = kFlopsPerMac * static_cast<double>(roof.macs);
  const double bytes = static_cast<double>(roof.dram_read + roof.dram_written);
  roof.intensity = bytes > 0 ? flops / bytes : 0;
  roof.attainable_tflops =
      bytes > 0 ? std::min(roof.peak_tflops, roof.intensity * roof.bytes_per_ns * 1e-3) : roof.peak_tflops;
  roof.achieved_tflops = device_ns > 0 ? flops / device_ns * 1e-3 : 0;
}

}  // namespace

void find_bound(OperatorUse& op) {
  const double span = op.end_ns - op.start_ns;
  if (span <= 0) return;
  const auto busiest = std::max_element(op.busy_ns.begin(), op.busy_ns.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  if (busiest == op.busy_ns.end()) return;
  op.bound_share = busiest->second / span;
  op.busiest = busiest->first;
  op.bound = op.bound_share >= kBound ? busiest->first : "waiting";
}

double core_bytes_per_ns(const arch::ChipSpec& chip) {
  return std::min(chip.dma.engines * chip.dma.bytes_per_ns, chip.memory.bytes_per_ns);
}

std::vector<EngineUse> measure_engines(const arch::ChipSpec& chip, const sim::SimResult& run) {
  std::vector<EngineUse> uses;
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<arch::Engine>(e);
    if (chip.has(engine))
      uses.push_back(engine_use(chip, engine, run.counters.engines[static_cast<std::size_t>(e)], run.end));
  }
  EngineUse dma;
  dma.engine = "dma";
  dma.busy_ns = ns(chip, run.counters.dma_busy);
  dma.utilisation = run.end.value == 0 ? 0 : dma.busy_ns / ns(chip, run.end);
  dma.instructions = run.counters.dma_transfers;
  uses.push_back(dma);
  return uses;
}

std::vector<OperatorUse> measure_operators(const arch::ChipSpec& chip, const isa::ProgramImage& image,
                                           const sim::SimResult& run, const TransferTimes& transfers,
                                           std::span<const compiler::OpEstimate> estimates) {
  std::vector<OperatorUse> ops;
  double done = 0;
  const double end = ns(chip, run.end);
  for (std::size_t i = 0; i < image.ops.size() && i < run.counters.ops.size(); ++i) {
    OperatorUse op = operator_use(chip, image.ops[i], run.counters.ops[i], transfers.busy(i));
    op.added_ns = std::max(0.0, op.end_ns - done);
    op.share = end == 0 ? 0 : op.added_ns / end;
    done = std::max(done, op.end_ns);
    if (i < estimates.size()) {
      const compiler::OpEstimate& e = estimates[i];
      op.predicted_ns = std::max({e.tensor_ns, e.scalar_ns, e.vector_ns, e.dma_ns});
      op.decision = e.decision;
    }
    ops.push_back(std::move(op));
  }
  return ops;
}

double peak_tflops(const arch::ChipSpec& chip, DType dtype) {
  const double passes = dtype == DType::fp32 ? std::max(1, chip.tensor.fp32_passes) : 1;
  return kFlopsPerMac * chip.tensor.rows * chip.tensor.columns * static_cast<double>(chip.tensor.clock_mhz) * 1e-6 /
         passes;
}

Roofline measure_roofline(const arch::ChipSpec& chip, const isa::ProgramImage& image, const sim::SimResult& run,
                          DType dtype) {
  Roofline roof;
  for (const isa::SourceOp& op : image.ops) roof.macs += static_cast<std::uint64_t>(op.macs);
  roof.executed_macs = run.counters.macs;
  roof.dram_read = run.counters.dram_read;
  roof.dram_written = run.counters.dram_written;
  roof.peak_tflops = peak_tflops(chip, dtype);
  roof.bytes_per_ns = core_bytes_per_ns(chip);
  relate(roof, ns(chip, run.end));
  return roof;
}

Roofline sum_rooflines(std::span<const Roofline> parts, double device_ns) {
  Roofline sum;
  for (const Roofline& part : parts) {
    sum.macs += part.macs;
    sum.executed_macs += part.executed_macs;
    sum.dram_read += part.dram_read;
    sum.dram_written += part.dram_written;
    sum.peak_tflops = part.peak_tflops;
    sum.bytes_per_ns = part.bytes_per_ns;
  }
  relate(sum, device_ns);
  return sum;
}

std::int64_t copied_bytes(const isa::ProgramImage& image) {
  std::int64_t bytes = 0;
  for (const isa::TensorEntry& tensor : image.tensors)
    if (tensor.role == isa::TensorEntry::Role::input || tensor.role == isa::TensorEntry::Role::output)
      bytes += tensor.bytes;
  return bytes;
}

Latency measure_latency(const arch::ChipSpec& chip, const isa::ProgramImage& image, const sim::SimResult& run,
                        const arch::InstanceSpec& instance) {
  return measure_latency(chip, run.end, copied_bytes(image), instance);
}

Latency measure_latency(const arch::ChipSpec& chip, Tick device, std::int64_t copied_bytes,
                        const arch::InstanceSpec& instance) {
  Latency latency;
  latency.ticks = device.value;
  latency.tick_mhz = arch::Timebase(chip).mhz();
  latency.device_ns = ns(chip, device);
  latency.overhead_ns = static_cast<double>(instance.runtime.call_overhead_ns);
  latency.copied_bytes = copied_bytes;
  latency.copy_ns = instance.runtime.copy_ns(latency.copied_bytes);
  return latency;
}

void add_program(const Latency& program, Latency& call) {
  call.ticks += program.ticks;
  call.tick_mhz = program.tick_mhz;
  call.device_ns += program.device_ns;
  call.overhead_ns += program.overhead_ns;
  call.copy_ns += program.copy_ns;
  call.copied_bytes += program.copied_bytes;
  ++call.calls;
}

Throughput measure_throughput(const arch::ChipSpec& chip, const Latency& latency, const Roofline& roofline,
                              const arch::InstanceSpec& instance) {
  Throughput rate;
  rate.cores = chip.cores;
  rate.chips = instance.chips;
  rate.device_start_ns = static_cast<double>(instance.runtime.device_start_ns) * latency.calls;
  rate.core_per_s = 1e9 / (latency.device_ns + rate.device_start_ns);
  const double by_cores = rate.core_per_s * chip.cores;
  const double bytes = static_cast<double>(roofline.dram_read + roofline.dram_written);
  const double memory = chip.cores > 1 ? chip.memory.shared_bytes_per_ns : chip.memory.bytes_per_ns;
  const double by_memory = bytes > 0 ? memory * 1e9 / bytes : by_cores;
  rate.chip_per_s = std::min(by_cores, by_memory);
  rate.chip_bound = by_cores <= by_memory ? "cores" : "device memory";
  rate.instance_per_s = rate.chip_per_s * instance.chips;
  rate.instance_bound = "chips";
  const double by_host = host_per_s(latency.host_ns, instance);
  if (by_host > 0 && by_host < rate.instance_per_s) rate.instance_per_s = by_host, rate.instance_bound = "host";
  return rate;
}

double host_per_s(double host_ns, const arch::InstanceSpec& instance) {
  if (host_ns <= 0) return 0;
  const double at_once =
      std::max(1.0, static_cast<double>(instance.vcpu) / static_cast<double>(instance.runtime.host_vcpu));
  return 1e9 * at_once / host_ns;
}

std::vector<CostLine> measure_cost(const Throughput& throughput, const arch::InstanceSpec& instance) {
  std::vector<CostLine> lines;
  const auto add = [&](const char* plan, const arch::Price& price) {
    if (!price.published()) return;
    lines.push_back({instance.name, plan, price.usd_per_hour,
                     instance.usd_per_million(throughput.instance_per_s, price), price.date, price.source});
  };
  add("on demand", instance.on_demand);
  add("3-year reserved", instance.reserved);
  return lines;
}

}  // namespace inf::workflow
