#include "tools/workflow/sweep/roofline_bound.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tools/workflow/format.h"

namespace inf::workflow::sweep {
namespace {

using arch::ChipSpec;

/// DMA engines of a core that a transfer can use; the simulator splits it into so many shares at most.
constexpr int kMostShares = 64;
/// Room for the rounding of this file's own sums, which are not the simulator's integers.
constexpr double kSlack = 1e-9;

/// A resource that every call needs for so long.
struct Need {
  double ns = 0;
  std::string text;
};

bool counts_rounds(const BoundTarget& target) { return target.mode == RunOptions::Mode::timing; }

/// Cycles of the tensor engine for one multiply-accumulate of a product. One operand lies in the array, of which each
/// element meets at most `lying` elements that stream by, each of which meets at most `streaming` of the array.
double cycles_per_mac(const arch::TensorSpec& tensor, double depth, double lying, double streaming) {
  const double rows = tensor.rows, columns = tensor.columns, cells = rows * columns;
  const double interval = std::max<double>(1, static_cast<double>(tensor.min_interval));
  const double streamed = std::min<double>(lying, tensor.max_moving);
  const double rate = std::min({cells * std::min(1.0, streamed / interval), columns * std::min(rows, depth),
                                rows * std::min(columns, streaming)});
  return 1 / rate + static_cast<double>(tensor.weight_switch) / (cells * lying);
}

double cycles(const GraphWork& work, const arch::TensorSpec& tensor) {
  double sum = 0;
  for (const Product& p : work.products) {
    const auto depth = static_cast<double>(p.depth),
               weight = static_cast<double>(std::max<std::int64_t>(1, p.per_weight)),
               input = static_cast<double>(std::max<std::int64_t>(1, p.per_input));
    sum += static_cast<double>(p.macs) *
           std::min(cycles_per_mac(tensor, depth, weight, input), cycles_per_mac(tensor, depth, input, weight));
  }
  return sum;
}

double macs(const GraphWork& work) {
  double sum = 0;
  for (const Product& p : work.products) sum += static_cast<double>(p.macs);
  return sum;
}

Need tensor_need(const GraphFacts& facts, const BoundTarget& target) {
  const arch::TensorSpec& t = target.chip.tensor;
  const double passes = target.precision.compute == DType::fp32 ? std::max(1, t.fp32_passes) : 1;
  const bool rounds = counts_rounds(target);
  const double work = macs(facts.certain) + (rounds ? macs(facts.rounds) : 0);
  double all = cycles(facts.certain, t) + (rounds ? cycles(facts.rounds, t) : 0);
  all = std::max(0.0, all - static_cast<double>(t.weight_switch));  // the first weights of a call wait for nothing
  const double ns_per_cycle = 1e3 / static_cast<double>(t.clock_mhz) * passes;
  const double peak = work / (static_cast<double>(t.rows) * t.columns) * ns_per_cycle;
  Need need{all * ns_per_cycle, ""};
  need.text = fmt::format("tensor: {} on {} x {} at {}{} = {}, with partly filled arrays and changes of weights {}",
                          si(work, "MAC"), t.rows, t.columns, si(static_cast<double>(t.clock_mhz) * 1e6, "Hz"),
                          passes > 1 ? fmt::format(", {} passes,", passes) : "", duration(peak), duration(need.ns));
  return need;
}

/// Nobody else reaches PSUM.
Need psum_need(const GraphFacts& facts, const BoundTarget& target) {
  const ChipSpec& chip = target.chip;
  const double results = static_cast<double>(facts.certain.results) +
                         (counts_rounds(target) ? static_cast<double>(facts.rounds.results) : 0);
  const double vector = chip.vector.lanes > 0 ? static_cast<double>(chip.vector.clock_mhz) : 0,
               scalar = chip.scalar.lanes > 0 ? static_cast<double>(chip.scalar.clock_mhz) : 0;
  const bool turns = chip.ports.vector_scalar_share_psum;
  const double mhz = turns ? std::max(vector, scalar) : vector + scalar;
  if (mhz == 0) return {0, "psum: nobody reads it"};
  Need need{results * 1e3 / (chip.psum.partitions * mhz), ""};
  need.text = fmt::format("psum: {} results over {} partitions at {} ({}) = {}",
                          grouped(static_cast<std::int64_t>(results)), chip.psum.partitions, si(mhz * 1e6, "Hz"),
                          turns ? "vector and scalar by turns" : "vector and scalar", duration(need.ns));
  return need;
}

/// Bytes of weights that a call cannot find in SBUF.
double streamed_weights(const GraphFacts& facts, const BoundTarget& target) {
  const int size = std::min(size_of(target.precision.compute), size_of(target.precision.storage));
  const double bytes =
      static_cast<double>(facts.certain.weight_elements + (counts_rounds(target) ? facts.rounds.weight_elements : 0)) *
      size;
  if (target.weights == compiler::WeightChoice::stream) return bytes;
  const double room = static_cast<double>(target.chip.sbuf.partitions) *
                      static_cast<double>(std::max<std::int64_t>(0, target.chip.sbuf_usable()));
  return std::max(0.0, bytes - room);
}

double issue_ns(const ChipSpec& chip, const arch::Timebase& time) {
  return time.to_ns(time.from_ns(static_cast<double>(chip.sequencer.issue_ns)) +
                    time.from_ns(static_cast<double>(chip.dma.start_ns)));
}

/// The simulator rounds each share of a transfer to ticks: what of its time is left at worst.
double after_rounding(const arch::DmaSpec& dma, const arch::Timebase& time) {
  const double least = std::max(dma.descriptor_ns, 1 / dma.bytes_per_ns);
  return std::max(0.0, 1 - time.to_ns(Tick(1)) / 2 / least);
}

Need dma_need(const GraphFacts& facts, double weights, const BoundTarget& target, const arch::Timebase& time) {
  const arch::DmaSpec& dma = target.chip.dma;
  const double in = weights + static_cast<double>(facts.input_bytes), out = static_cast<double>(facts.output_bytes);
  const double bytes = facts.passes_inputs_on ? std::max(in, out) : in + out;
  const int engines = std::min(dma.engines, kMostShares);
  const double start = bytes > 0 ? issue_ns(target.chip, time) : 0;
  Need need{start + bytes / (engines * dma.bytes_per_ns) * after_rounding(dma, time), ""};
  need.text = fmt::format("dma: {} ({} of weights) through {} engines at {} GB/s behind {} = {}", si(bytes, "B"),
                          si(weights, "B"), engines, dma.bytes_per_ns, duration(start), duration(need.ns));
  return need;
}

Need memory_need(double bytes, const ChipSpec& chip) {
  const double rate = std::max(1.0, std::round(chip.memory.bytes_per_ns * 1e3)) / 1e3;  // as the simulator keeps it
  Need need{bytes / rate, ""};
  need.text =
      fmt::format("device memory: {} at {} GB/s = {}", si(bytes, "B"), chip.memory.bytes_per_ns, duration(need.ns));
  return need;
}

/// What comes in is seen by an engine, which signals the transfer that goes out.
Need path_need(const GraphFacts& facts, const ChipSpec& chip, const arch::Timebase& time) {
  if (facts.passes_inputs_on || facts.input_bytes == 0 || facts.output_bytes == 0) return {0, "path: none"};
  const double transfer =
      time.to_ns(time.from_ns(static_cast<double>(chip.dma.start_ns)) + time.from_ns(chip.dma.descriptor_ns));
  const double seen = time.to_ns(time.from_ns(static_cast<double>(chip.semaphores.dma_visibility_ns)) +
                                 time.from_ns(static_cast<double>(chip.semaphores.engine_visibility_ns)));
  Need need{2 * transfer + seen, ""};
  need.text = fmt::format("path: a transfer in and one out of {} each, seen after {} = {}", duration(transfer),
                          duration(seen), duration(need.ns));
  return need;
}

}  // namespace

ProgramBound roofline(const GraphFacts& facts, const BoundTarget& target) {
  const arch::Timebase time(target.chip);
  const double weights = streamed_weights(facts, target);
  const double bytes = weights + static_cast<double>(facts.input_bytes + facts.output_bytes);
  const Need needs[] = {tensor_need(facts, target), psum_need(facts, target), dma_need(facts, weights, target, time),
                        memory_need(bytes, target.chip), path_need(facts, target.chip, time)};
  const Need& most =
      *std::max_element(std::begin(needs), std::end(needs), [](const Need& a, const Need& b) { return a.ns < b.ns; });
  ProgramBound bound;
  bound.device = Tick(static_cast<std::int64_t>(most.ns * (1 - kSlack) * static_cast<double>(time.mhz()) / 1000));
  bound.copied_bytes = facts.copied_bytes;
  bound.dram_bytes = static_cast<std::int64_t>(bytes);
  bound.macs = static_cast<std::uint64_t>(macs(facts.certain) + (counts_rounds(target) ? macs(facts.rounds) : 0));
  bound.proof = most.text;
  return bound;
}

std::optional<Bound> roofline_bound(const GraphFacts& facts, const BoundTarget& target) {
  if (target.host_operators == compiler::HostOperators::allow) return std::nullopt;
  return call_bound("roofline", {roofline(facts, target)}, 0, target);
}

}  // namespace inf::workflow::sweep
