#include "isa/arch/parameters.h"

#include <fmt/core.h>

#include "isa/base/overload.h"

namespace inf::arch {
namespace {

constexpr double kMany = 1e6;      // cycles, ns: no sane latency is longer
constexpr double kBytes = 1.2e12;  // about one TiB, beyond every chip

using List = std::vector<Parameter>;

void tensor(List& list, TensorSpec& t) {
  list.insert(
      list.end(),
      {
          {"tensor.clock_mhz", &t.clock_mhz, "MHz", 1, 20000, "clock of the systolic array"},
          {"tensor.rows", &t.rows, "partitions", 1, kMostPartitions, "K: most contraction partitions of a matmul"},
          {"tensor.columns", &t.columns, "columns", 1, kMostPartitions,
           "M: most stationary columns, which become PSUM partitions"},
          {"tensor.max_moving", &t.max_moving, "elements", 1, 65535, "N: most moving free elements of a matmul"},
          {"tensor.min_interval", &t.min_interval, "cycles", 0, kMany, "floor of the matmul initiation interval"},
          {"tensor.fixed_latency", &t.fixed_latency, "cycles", 0, kMany,
           "issue to result visible, beside the rows and columns passed"},
          {"tensor.load_latency", &t.load_latency, "cycles", 0, kMany,
           "load_stationary to weights ready, beside its columns"},
          {"tensor.fast_load_divisor", &t.fast_load_divisor, "columns/cycle", 1, 128,
           "columns that load_stationary moves per cycle"},
          {"tensor.weight_switch", &t.weight_switch, "cycles", 0, kMany,
           "of each pass between two matmuls while other weights take effect"},
          {"tensor.fp32_passes", &t.fp32_passes, "cycles", 0, 64,
           "cycles per moving element of fp32 operands; 0: no fp32 matmul"},
          {"tensor.dtypes", &t.dtypes, "-", 0, 0, "operand types of a matmul"},
      });
}

void vector_engine(List& list, LaneEngineSpec& v) {
  list.insert(
      list.end(),
      {
          {"vector.clock_mhz", &v.clock_mhz, "MHz", 1, 20000, "clock of the vector engine"},
          {"vector.lanes", &v.lanes, "lanes", 1, kMostPartitions, "partitions handled per cycle"},
          {"vector.min_interval", &v.min_interval, "cycles", 0, kMany, "floor of the initiation interval"},
          {"vector.latency", &v.latency, "cycles", 0, kMany, "last element read to result visible"},
          {"vector.dynamic_interval", &v.dynamic_interval, "cycles", 0, kMany,
           "floor when an operand address comes from a register"},
          {"vector.reduce_cost", &v.reduce_cost, "cycles", 0, kMany,
           "added by the [P,1] result of a reduction beside dst"},
          {"vector.reciprocal_factor", &v.reciprocal_factor, "cycles/element", 1, 1024, "reciprocal"},
          {"vector.bn_aggr_factor", &v.bn_aggr_factor, "cycles/triple", 1, 1024,
           "bn_aggr, per (count, mean, variance) triple"},
          {"vector.bf16_fast_modes", &v.bf16_fast_modes, "-", 0, 1, "full-rate and half-rate cases of bf16 operands"},
      });
}

void scalar_engine(List& list, LaneEngineSpec& s) {
  list.insert(
      list.end(),
      {
          {"scalar.clock_mhz", &s.clock_mhz, "MHz", 1, 20000, "clock of the scalar engine"},
          {"scalar.lanes", &s.lanes, "lanes", 1, kMostPartitions, "partitions handled per cycle"},
          {"scalar.min_interval", &s.min_interval, "cycles", 0, kMany, "floor of the initiation interval"},
          {"scalar.latency", &s.latency, "cycles", 0, kMany, "last element read to result visible"},
          {"scalar.dynamic_interval", &s.dynamic_interval, "cycles", 0, kMany,
           "floor when an operand address comes from a register"},
          {"scalar.reduce_cost", &s.reduce_cost, "cycles", 0, kMany, "read-out of the reduce registers"},
          {"scalar.table_load_ns", &s.table_load_ns, "ns", 0, kMany, "switch to another set of activation tables"},
      });
}

void gpsimd_engine(List& list, LaneEngineSpec& g) {
  list.insert(list.end(),
              {
                  {"gpsimd.clock_mhz", &g.clock_mhz, "MHz", 1, 20000, "clock of the gpsimd processors"},
                  {"gpsimd.lanes", &g.lanes, "lanes", 1, kMostPartitions, "partitions handled per cycle at 32 bits"},
                  {"gpsimd.min_interval", &g.min_interval, "cycles", 0, kMany, "floor of the initiation interval"},
                  {"gpsimd.latency", &g.latency, "cycles", 0, kMany, "last element read to result visible"},
                  {"gpsimd.fixed_cost", &g.fixed_cost, "cycles", 0, kMany,
                   "start-up of a gpsimd routine, added to its interval"},
                  {"gpsimd.dynamic_interval", &g.dynamic_interval, "cycles", 0, kMany,
                   "floor when an operand address comes from a register"},
                  {"gpsimd.gather_factor", &g.gather_factor, "cycles/element", 1, 1024, "gather"},
                  {"gpsimd.gather_cost", &g.gather_cost, "cycles", 0, 1024,
                   "c of local_gather's cycles per element (c + 4 run) / (4 run)"},
                  {"gpsimd.descriptor_factor", &g.descriptor_factor, "cycles/descriptor", 1, 65536,
                   "dma_gather and dma_scatter, per descriptor built at run time"},
                  {"gpsimd.int_tensor_factor", &g.int_tensor_factor, "cycles/element", 1, 1024, "tensor_tensor"},
                  {"gpsimd.partition_reduce_factor", &g.partition_reduce_factor, "cycles/element", 1, 65536,
                   "partition_reduce, per free element"},
                  {"gpsimd.rsqrt_factor", &g.rsqrt_factor, "cycles/element", 1, 1024, "tensor_scalar with rsqrt"},
              });
}

void memories(List& list, ChipSpec& c) {
  list.insert(
      list.end(),
      {
          {"sequencer.issue_ns", &c.sequencer.issue_ns, "ns", 0, kMany, "decode and issue of one instruction"},
          {"sequencer.control_ns", &c.sequencer.control_ns, "ns", 0, kMany, "register, loop and branch instructions"},
          {"sequencer.registers", &c.sequencer.registers, "registers", 0, 64, "32-bit registers of each engine"},
          {"sequencer.loops", &c.sequencer.loops, "-", 0, 1, "loops, branches and register-driven addresses"},
          {"sequencer.sync_engine", &c.sequencer.sync_engine, "-", 0, 1,
           "a sequencer without data path, for DMA triggers"},
          {"sbuf.partitions", &c.sbuf.partitions, "partitions", 1, kMostPartitions, "partitions of SBUF"},
          {"sbuf.bytes_per_partition", &c.sbuf.bytes_per_partition, "bytes", 1024, kBytes,
           "bytes of each SBUF partition"},
          {"sbuf.reserved_per_partition", &c.sbuf.reserved_per_partition, "bytes", 0, kBytes,
           "kept by compiler and runtime, at the top"},
          {"sbuf.wide_stride_bytes", &c.sbuf.wide_stride_bytes, "bytes", 1, 65536,
           "an innermost stride above this halves the port's bandwidth"},
          {"psum.partitions", &c.psum.partitions, "partitions", 1, kMostPartitions, "partitions of PSUM"},
          {"psum.banks", &c.psum.banks, "banks", 1, 64, "banks of each PSUM partition, one accumulation group each"},
          {"psum.bank_bytes", &c.psum.bank_bytes, "bytes", 64, kBytes, "bytes of one bank in one partition"},
          {"semaphores.count", &c.semaphores.count, "semaphores", 1, 256, "semaphores of a core"},
          {"semaphores.engine_visibility_ns", &c.semaphores.engine_visibility_ns, "ns", 0, kMany,
           "an engine's signal to the waiting engine"},
          {"semaphores.dma_visibility_ns", &c.semaphores.dma_visibility_ns, "ns", 0, kMany,
           "the last byte of a transfer to the waiting engine"},
          {"ports.vector_gpsimd_share_sbuf", &c.ports.vector_gpsimd_share_sbuf, "-", 0, 1,
           "vector and gpsimd never use SBUF at the same time"},
          {"ports.vector_scalar_share_psum", &c.ports.vector_scalar_share_psum, "-", 0, 1,
           "vector and scalar never use PSUM at the same time"},
      });
}

void outside_the_core(List& list, ChipSpec& c) {
  list.insert(
      list.end(),
      {
          {"dma.engines", &c.dma.engines, "engines", 1, 128, "DMA engines of one core"},
          {"dma.queues", &c.dma.queues, "queues", 1, 16, "queues of each DMA engine"},
          {"dma.bytes_per_ns", &c.dma.bytes_per_ns, "bytes/ns", 0.001, 1e4, "sustained by one DMA engine"},
          {"dma.peak_bytes_per_ns", &c.dma.peak_bytes_per_ns, "bytes/ns", 0.001, 1e4,
           "one DMA engine while a transfer moves"},
          {"dma.queue_ns", &c.dma.queue_ns, "ns", 0, kMany,
           "what a transfer keeps its queue beside its bytes at the peak rate; other queues go on"},
          {"dma.descriptor_ns", &c.dma.descriptor_ns, "ns", 0, kMany, "least time of one descriptor"},
          {"dma.descriptor_bytes", &c.dma.descriptor_bytes, "bytes", 1, kBytes, "most bytes of one descriptor"},
          {"dma.start_ns", &c.dma.start_ns, "ns", 0, kMany,
           "trigger to first data; overlaps with earlier transfers of the queue"},
          {"dma.trigger_ns", &c.dma.trigger_ns, "ns", 0, kMany, "the triggering instruction on its engine"},
          {"dma.partitions_per_engine", &c.dma.partitions_per_engine, "partitions", 1, 128,
           "SBUF partitions that one engine serves of a transfer"},
          {"dma.casts", &c.dma.casts, "-", 0, 1,
           "source and destination may differ in dtype, and accumulate is possible"},
          {"memory.kind", &c.memory.kind, "-", 0, 0, "HBM or DRAM, for reports"},
          {"memory.bytes", &c.memory.bytes, "bytes", 1024, kBytes, "device memory of the chip"},
          {"memory.bytes_per_ns", &c.memory.bytes_per_ns, "bytes/ns", 0.001, 1e5,
           "bandwidth of the chip's device memory"},
          {"memory.shared_bytes_per_ns", &c.memory.shared_bytes_per_ns, "bytes/ns", 0.001, 1e5,
           "bandwidth left for all cores together as soon as two of them stream"},
          {"memory.access_ns", &c.memory.access_ns, "ns", 0, kMany, "first byte of a burst"},
          {"neuronlink.dimensions", &c.neuronlink.dimensions, "-", 0, 2,
           "chips are joined in a line or ring (1), a grid or torus (2), or not at all (0)"},
          {"neuronlink.wraps", &c.neuronlink.wraps, "-", 0, 1,
           "the last chip of each dimension is joined to the first: a ring, a torus"},
          {"neuronlink.bytes_per_ns", &c.neuronlink.bytes_per_ns, "bytes/ns", 0.001, 1e5, "one link in one direction"},
          {"neuronlink.latency_ns", &c.neuronlink.latency_ns, "ns", 0, 1e9, "one hop"},
          {"host.bytes_per_ns", &c.host.bytes_per_ns, "bytes/ns", 0.001, 1e5, "copy rate over the host link"},
          {"host.setup_ns", &c.host.setup_ns, "ns", 0, 1e9, "set-up of each copied tensor"},
      });
}

}  // namespace

std::vector<Parameter> parameters(ChipSpec& c) {
  List list;
  list.push_back({"chip.cores", &c.cores, "cores", 1, 64, "NeuronCores of the chip"});
  list.push_back({"chip.dtypes", &c.dtypes, "-", 0, 0, "types that an operand of any engine or of DMA may have"});
  tensor(list, c.tensor);
  vector_engine(list, c.vector);
  scalar_engine(list, c.scalar);
  gpsimd_engine(list, c.gpsimd);
  memories(list, c);
  outside_the_core(list, c);
  return list;
}

bool section_optional(const std::string& section) { return section == "gpsimd" || section == "energy"; }

std::string value_text(const Parameter& parameter) {
  return std::visit(Overload{
                        [](const bool* v) { return std::string(*v ? "true" : "false"); },
                        [](const std::string* v) { return *v; },
                        [](const std::vector<DType>* v) {
                          std::string text = "[";
                          for (DType t : *v) text += (text.size() > 1 ? ", " : "") + std::string(name(t));
                          return text + "]";
                        },
                        [](const auto* v) { return fmt::format("{}", *v); },
                    },
                    parameter.target);
}

std::string section_of(const std::string& path) { return path.substr(0, path.rfind('.')); }
std::string key_of(const std::string& path) { return path.substr(path.rfind('.') + 1); }

}  // namespace inf::arch
