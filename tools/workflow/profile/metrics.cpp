#include "tools/workflow/profile/metrics.h"

#include <fmt/core.h>

#include <algorithm>

namespace inf::workflow {
namespace {

using Facts = const MetricFacts&;
using Value = std::optional<double>;
using Rows = std::vector<MetricRow>;

constexpr double kFlopsPerMac = 2;
constexpr double kPercent = 100;

template <class T>
double number(T n) {
  return static_cast<double>(n);
}
/// Nothing where there is nothing to divide by.
Value ratio(double a, double b) { return b > 0 ? Value(a / b) : std::nullopt; }
Value percent(double part, double whole) { return whole > 0 ? Value(kPercent * part / whole) : std::nullopt; }

double model_flops(Facts f) { return kFlopsPerMac * number(f.macs); }
double transpose_flops(Facts f) { return kFlopsPerMac * number(f.fine.transpose_macs); }
double hardware_flops(Facts f) { return kFlopsPerMac * number(f.executed_macs) + transpose_flops(f); }
double peak_flops(Facts f) {  // per second
  return kFlopsPerMac * f.chip.tensor.rows * f.chip.tensor.columns * number(f.chip.tensor.clock_mhz) * 1e6;
}
double hbm_bytes(Facts f) { return number(f.hbm_read + f.hbm_written); }
double hbm_bandwidth(Facts f) { return f.chip.memory.bytes_per_ns * 1e9; }  // bytes per second

Rows time_rows() {
  return {
      {"total_time", "ns",
       "time of one call on the device, from its start until everything is done and visible; operators on the host "
       "between programs included",
       false, [](Facts f) -> Value { return f.ns(f.ticks); }},
      {"total_exec_time", "ns",
       "from the first instruction on a datapath to the last one's result, summed over programs: without the "
       "instructions that only set up (nop, registers, loops, branches, triggers of transfers)",
       true, [](Facts f) -> Value { return f.ns(f.fine.executing); }},
      {"total_active_time", "ns", "time in which any engine's datapath or any transfer works", true,
       [](Facts f) -> Value { return f.ns(f.fine.active); }},
      {"total_active_time_percent", "%", "total_active_time / total_time", true,
       [](Facts f) { return percent(number(f.fine.active), number(f.ticks)); }},
      {"host_time", "ns", "of total_time, in which operators on the host run", false,
       [](Facts f) -> Value { return f.ns(f.host_ticks); }},
      {"neuroncore_cycle_count", "cycles", "total_time x the base clock, which is the scalar engine's", false,
       [](Facts f) -> Value { return f.ns(f.ticks) * number(f.chip.scalar.clock_mhz) * 1e-3; }},
      {"instruction_count", "instructions", "issued by all engines, each pass of a loop counted", false,
       [](Facts f) -> Value {
         double sum = 0;
         for (const std::uint64_t n : f.instructions) sum += number(n);
         return sum;
       }},
  };
}

Rows flop_rows() {
  return {
      {"model_flops", "flop",
       "what the model asks for: 2 for each multiply-accumulate of its matrix products and convolutions, without "
       "padding and repetition",
       false, [](Facts f) -> Value { return model_flops(f); }},
      {"hardware_flops", "flop",
       "what the array did: 2 x rows x columns x moving elements of every matmul, and as much for transposes", true,
       [](Facts f) -> Value { return hardware_flops(f); }},
      {"transpose_flops", "flop", "of hardware_flops, those of transposes through the array", true,
       [](Facts f) -> Value { return transpose_flops(f); }},
      {"mfu_estimated_percent", "%",
       "model_flops / (peak x total_time); peak is 2 x tensor.rows x tensor.columns x tensor.clock_mhz, whatever the "
       "type of the operands",
       false, [](Facts f) { return percent(model_flops(f), peak_flops(f) * f.seconds()); }},
      {"hfu_estimated_percent", "%", "hardware_flops / (peak x total_time), peak as for mfu_estimated_percent", true,
       [](Facts f) { return percent(hardware_flops(f), peak_flops(f) * f.seconds()); }},
      {"mfu_active_percent", "%",
       "model_flops / (peak x tensor_engine_active_time): how much of the array's own time is useful work", false,
       [](Facts f) { return percent(model_flops(f), peak_flops(f) * f.ns(f.busy[0]) * 1e-9); }},
      {"mfu_max_achievable_estimated_percent", "%",
       "the model_flops of a byte of device memory traffic over those that the array could do in its time: "
       "(model_flops / (hbm_read_bytes + hbm_write_bytes)) / peak_flops_bandwidth_ratio; over 100 the array is the "
       "limit",
       false, [](Facts f) { return percent(model_flops(f), hbm_bytes(f) * peak_flops(f) / hbm_bandwidth(f)); }},
      {"mm_arithmetic_intensity", "flop/byte",
       "(hardware_flops - transpose_flops) / (hbm_read_bytes + hbm_write_bytes)", false,
       [](Facts f) { return ratio(kFlopsPerMac * number(f.executed_macs), hbm_bytes(f)); }},
      {"peak_flops_bandwidth_ratio", "flop/byte",
       "peak of the array / memory.bytes_per_ns: with less intensity, device memory is the limit", false,
       [](Facts f) { return ratio(peak_flops(f), hbm_bandwidth(f)); }},
      {"matmul_instruction_count", "instructions", "matmul instructions", false,
       [](Facts f) -> Value { return number(f.count(isa::Opcode::matmul)); }},
      {"load_stationary_instruction_count", "instructions",
       "load_stationary instructions: changes of the array's weights", false,
       [](Facts f) -> Value { return number(f.count(isa::Opcode::load_stationary)); }},
      {"weight_switch_time", "ns",
       "of tensor_engine_active_time, in which the array changes to other weights (tensor.weight_switch)", true,
       [](Facts f) -> Value { return f.ns(f.fine.weight_switch); }},
      {"activate_instruction_count", "instructions", "activation instructions of the scalar engine", false,
       [](Facts f) -> Value { return number(f.count(isa::Opcode::activation)); }},
      {"activate_instruction_time", "ns", "summed over the activation instructions", true,
       [](Facts f) -> Value {
         return f.ns(f.fine.opcode_duration[static_cast<std::size_t>(arch::Engine::scalar)]
                                           [static_cast<std::size_t>(isa::Opcode::activation)]);
       }},
  };
}

/// Four rows for each engine.
Rows engine_rows() {
  Rows rows;
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<arch::Engine>(e);
    const auto i = static_cast<std::size_t>(e);
    const std::string name = fmt::format("{}_engine_", arch::name(engine)),
                      of = fmt::format("the {} engine", arch::name(engine));
    const auto add = [&](const char* what, const char* unit, std::string definition, bool recorded,
                         std::function<Value(Facts)> value) {
      rows.push_back({name + what, unit, std::move(definition), recorded,
                      [=](Facts f) { return f.chip.has(engine) ? value(f) : std::nullopt; }});
    };
    add("active_time", "ns",
        "time in which the datapath of " + of + " works; waits for semaphores and ports are none of it", false,
        [i](Facts f) -> Value { return f.ns(f.busy[i]); });
    add("active_time_percent", "%", name + "active_time / total_time", false,
        [i](Facts f) { return percent(number(f.busy[i]), number(f.ticks)); });
    add("instruction_time", "ns", "summed over the instructions of " + of + "; instructions that overlap count each",
        true, [i](Facts f) -> Value { return f.ns(f.fine.duration[i]); });
    add("instruction_count", "instructions", "issued by " + of, false,
        [i](Facts f) -> Value { return number(f.instructions[i]); });
  }
  return rows;
}

Rows dma_rows() {
  Rows rows = {
      {"dma_active_time", "ns", "time in which any transfer is served", false,
       [](Facts f) -> Value { return f.ns(f.dma_busy); }},
      {"dma_active_time_percent", "%", "dma_active_time / total_time", false,
       [](Facts f) { return percent(number(f.dma_busy), number(f.ticks)); }},
      {"dma_packet_time", "ns", "summed over packets; a packet is what one DMA engine does of one transfer", true,
       [](Facts f) -> Value { return f.ns(f.fine.packet_ticks); }},
      {"dma_packet_count", "packets", "rows of DmaPacketAggregated", true,
       [](Facts f) -> Value { return number(f.fine.packets); }},
      {"dma_descriptor_count", "descriptors", "runs of bytes that are contiguous on both sides of their transfer", true,
       [](Facts f) -> Value { return number(f.fine.descriptors); }},
      {"dma_transfer_time", "ns", "summed over transfers, from the first byte to the last", true,
       [](Facts f) -> Value { return f.ns(f.fine.transfer_ticks); }},
      {"dma_transfer_count", "transfers", "data movements that an instruction triggered", false,
       [](Facts f) -> Value { return number(f.transfers); }},
      {"dma_transfer_total_bytes", "bytes", "written at the destinations of all transfers", false,
       [](Facts f) -> Value { return number(f.transfer_bytes); }},
      {"dma_transfer_average_bytes", "bytes", "dma_transfer_total_bytes / dma_transfer_count", false,
       [](Facts f) { return ratio(number(f.transfer_bytes), number(f.transfers)); }},
      {"dma_queue_count", "queues", "queues that carried a transfer", false,
       [](Facts f) -> Value { return number(f.queues); }},
  };
  struct Kind {
    const char* name;
    const char* what;
    std::vector<DescriptorSource> sources;
  };
  using enum DescriptorSource;
  for (const Kind& kind :
       {Kind{"static_dma_", "transfers whose descriptors are part of the program", {static_}},
        Kind{"dynamic_dma_", "transfers whose descriptors are built at run time", {software, hardware}},
        Kind{"software_dynamic_dma_", "transfers whose descriptors gpsimd builds at run time", {software}},
        Kind{"hardware_dynamic_dma_",
             "transfers with an address from a register of an engine other than gpsimd",
             {hardware}}}) {
    const auto sum = [sources = kind.sources](std::int64_t TransferFacts::*part) {
      return [=](Facts f) -> Value {
        std::int64_t all = 0;
        for (const DescriptorSource s : sources) all += f.fine.transfers[static_cast<std::size_t>(s)].*part;
        return number(all);
      };
    };
    rows.push_back(
        {std::string(kind.name) + "transfer_count", "transfers", kind.what, true, sum(&TransferFacts::count)});
    rows.push_back({std::string(kind.name) + "transfer_total_bytes", "bytes", std::string("written by ") + kind.what,
                    true, sum(&TransferFacts::bytes)});
  }
  return rows;
}

Rows memory_rows() {
  return {
      {"hbm_read_bytes", "bytes", "read from device memory (HBM or DRAM) by transfers", false,
       [](Facts f) -> Value { return number(f.hbm_read); }},
      {"hbm_write_bytes", "bytes", "written to device memory by transfers", false,
       [](Facts f) -> Value { return number(f.hbm_written); }},
      {"mbu_estimated_percent", "%", "(hbm_read_bytes + hbm_write_bytes) / (memory.bytes_per_ns x total_time)", false,
       [](Facts f) { return percent(hbm_bytes(f), hbm_bandwidth(f) * f.seconds()); }},
      {"mbu_min_read_util_percent", "%",
       "inputs_and_weights_size_bytes / (memory.bytes_per_ns x total_time): the bandwidth that reading everything once "
       "needs",
       false, [](Facts f) { return percent(number(f.inputs_and_weights), hbm_bandwidth(f) * f.seconds()); }},
      {"inputs_and_weights_size_bytes", "bytes", "of the programs' input tensors and constants, each once", false,
       [](Facts f) -> Value { return number(f.inputs_and_weights); }},
      {"input_queue_bytes", "bytes", "that transfers read from the programs' input tensors", true,
       [](Facts f) -> Value { return number(f.fine.input_bytes); }},
      {"output_queue_bytes", "bytes", "that transfers write to the programs' output tensors", true,
       [](Facts f) -> Value { return number(f.fine.output_bytes); }},
      {"weight_queue_bytes", "bytes",
       "that transfers read from constants in device memory; weights that stay in SBUF from call to call are none of "
       "it",
       true, [](Facts f) -> Value { return number(f.fine.weight_bytes); }},
      {"spill_save_bytes", "bytes",
       "that transfers write to device memory beside the outputs: values that did not stay in SBUF", true,
       [](Facts f) -> Value { return number(f.fine.spill_save); }},
      {"spill_reload_bytes", "bytes",
       "that transfers read from device memory beside inputs and constants: values that were written there before",
       true, [](Facts f) -> Value { return number(f.fine.spill_reload); }},
      {"sbuf_read_bytes", "bytes", "that instructions and transfers read from SBUF", true,
       [](Facts f) -> Value { return number(f.fine.sbuf.read); }},
      {"sbuf_write_bytes", "bytes", "that instructions and transfers write to SBUF", true,
       [](Facts f) -> Value { return number(f.fine.sbuf.written); }},
      {"psum_read_bytes", "bytes", "that instructions read from PSUM, accumulation included", true,
       [](Facts f) -> Value { return number(f.fine.psum.read); }},
      {"psum_write_bytes", "bytes", "that instructions write to PSUM", true,
       [](Facts f) -> Value { return number(f.fine.psum.written); }},
      {"psum_read_sbuf_write_bytes", "bytes", "that instructions which read PSUM write to SBUF", true,
       [](Facts f) -> Value { return number(f.fine.psum_to_sbuf); }},
  };
}

Rows all_rows() {
  Rows rows;
  for (const auto part : {time_rows, flop_rows, engine_rows, dma_rows, memory_rows})
    for (MetricRow& row : part()) rows.push_back(std::move(row));
  return rows;
}

constexpr AbsentMetric kAbsent[] = {
    {"cc_op_*", "collectives between cores: programs of inference on one core have none"},
    {"cc_cores_*", "cores of the chip that run collectives are not simulated"},
};

}  // namespace

std::span<const MetricRow> metric_table() {
  static const Rows rows = all_rows();
  return rows;
}

std::vector<Metric> measure_metrics(const MetricFacts& facts) {
  std::vector<Metric> metrics;
  for (const MetricRow& row : metric_table()) {
    if (row.recorded && !facts.recorded) continue;
    if (const Value value = row.value(facts)) metrics.push_back({row.name, row.unit, row.definition, *value});
  }
  return metrics;
}

std::span<const AbsentMetric> absent_metrics() { return kAbsent; }

std::optional<double> metric(const Profile& profile, std::string_view name) {
  const auto at =
      std::find_if(profile.metrics.begin(), profile.metrics.end(), [&](const Metric& m) { return m.name == name; });
  return at == profile.metrics.end() ? std::nullopt : Value(at->value);
}

}  // namespace inf::workflow
