#pragma once
#include <span>

#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "isa/program/program.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/report.h"
#include "tools/workflow/transfer_times.h"

namespace inf::workflow {

/// What the counters of a timed run say about each engine.
std::vector<EngineUse> measure_engines(const arch::ChipSpec& chip, const sim::SimResult& run);

/// ... and about each operator. `estimates` is parallel to image.ops, or empty for a program without a compiler behind
/// it.
std::vector<OperatorUse> measure_operators(const arch::ChipSpec& chip, const isa::ProgramImage& image,
                                           const sim::SimResult& run, const TransferTimes& transfers,
                                           std::span<const compiler::OpEstimate> estimates);

/// Who keeps an operator from being faster: sets busiest, bound and bound_share from its span and busy times.
void find_bound(OperatorUse& op);

/// What one core can draw from device memory: its DMA engines or the memory, whichever is less.
double core_bytes_per_ns(const arch::ChipSpec& chip);

/// Work against traffic, for matmul operands of `dtype`.
Roofline measure_roofline(const arch::ChipSpec& chip, const isa::ProgramImage& image, const sim::SimResult& run,
                          DType dtype);

/// Work and traffic of several programs that run one after the other and take `device_ns` together.
Roofline sum_rooflines(std::span<const Roofline> parts, double device_ns);

/// One call: simulated device time plus the instance's runtime.
Latency measure_latency(const arch::ChipSpec& chip, const isa::ProgramImage& image, const sim::SimResult& run,
                        const arch::InstanceSpec& instance);

/// The same from what it takes: time on the device and bytes of inputs and outputs.
Latency measure_latency(const arch::ChipSpec& chip, Tick device, std::int64_t copied_bytes,
                        const arch::InstanceSpec& instance);

/// Adds a program that a call runs behind the others.
void add_program(const Latency& program, Latency& call);

/// How often it runs per second, as one core's time and traffic say; busy_cores.h simulates the chip. Device memory
/// caps the chip: its cores share the bandwidth; operators on the host cap the instance: its processors share them.
Throughput measure_throughput(const arch::ChipSpec& chip, const Latency& latency, const Roofline& roofline,
                              const arch::InstanceSpec& instance);

/// Calls per second that the instance's processors give to operators on the host which take `host_ns` of each call; 0
/// where nothing runs there.
double host_per_s(double host_ns, const arch::InstanceSpec& instance);

/// A line per way of paying. Source: the rule of AWS's benchmark pages, 1e6 / throughput x price / 3600.
std::vector<CostLine> measure_cost(const Throughput& throughput, const arch::InstanceSpec& instance);

/// Bytes of the tensors that a call copies between host and device.
std::int64_t copied_bytes(const isa::ProgramImage& image);

/// Peak of the tensor engine. Units: TFLOPS, two per multiply-accumulate.
double peak_tflops(const arch::ChipSpec& chip, DType dtype);

}  // namespace inf::workflow
