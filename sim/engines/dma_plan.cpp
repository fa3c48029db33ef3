#include "sim/engines/dma_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "isa/arch/cost.h"
#include "isa/program/table_rows.h"

namespace inf::sim {
namespace {

/// Linear pieces into which `elements` break when both sides break every `a` and every `b` elements.
std::int64_t pieces(std::int64_t elements, std::int64_t a, std::int64_t b) {
  a = std::min(a, elements);
  b = std::min(b, elements);
  const auto cuts = [elements](std::int64_t run) { return (elements - 1) / run; };
  const std::int64_t both = a / std::gcd(a, b) * b;
  return 1 + cuts(a) + cuts(b) - cuts(both);
}

/// The operand whose partitions are spread over the engines: the SBUF side, the destination in doubt.
const isa::Access& spread_side(const DmaMove& m) {
  return m.dst.memory != isa::Memory::sbuf && m.src.memory == isa::Memory::sbuf ? m.src : m.dst;
}

/// One row of the table on each of `partitions`. Rows of a table never merge into one run.
isa::Access row_of(const isa::Access& table, std::int64_t elements, int partitions) {
  isa::Access row = table;
  row.free = isa::split_rows(table.free, elements)->row;
  row.partitions = static_cast<std::uint16_t>(partitions);
  row.partition_step = 0;
  return row;
}

}  // namespace

DmaMove move_of(const isa::DmaCopy& op) { return {op.dst, op.src, op.accumulate}; }
DmaMove move_of(const isa::DmaGather& op) {
  return {op.dst, row_of(op.table, op.dst.elements_per_partition(), op.dst.partitions), false};
}
DmaMove move_of(const isa::DmaScatter& op) {
  return {row_of(op.table, op.src.elements_per_partition(), op.src.partitions), op.src, op.accumulate};
}

std::optional<DmaMove> dma_move(const isa::Operation& operation) {
  return std::visit(
      [](const auto& op) -> std::optional<DmaMove> {
        if constexpr (requires { move_of(op); })
          return move_of(op);
        else
          return std::nullopt;
      },
      operation);
}

std::int64_t descriptors(const DmaMove& m) {
  return pieces(m.dst.elements(), contiguous_elements(m.src), contiguous_elements(m.dst));
}

ByteRate::ByteRate(double bytes_per_ns, const arch::Timebase& time)
    : milli_(std::max<std::int64_t>(1, std::llround(bytes_per_ns * 1000.0))), mhz_(time.mhz()) {}

std::int64_t contiguous_elements(const isa::Access& a) {
  std::int64_t run = 1;
  for (int i = 3; i >= 0; --i) {
    const Dim& d = a.free.dims[static_cast<std::size_t>(i)];
    if (d.count == 1) continue;
    if (d.step != run) return run;
    run *= d.count;
  }
  if (a.memory == isa::Memory::dram && a.partition_step == run * size_of(a.dtype)) run *= a.partitions;
  return run;
}

void plan(const DmaMove& move, const arch::DmaSpec& spec, const arch::Timebase& time, DmaPlan& out) {
  const std::int64_t elements = move.dst.elements();
  const isa::Access& side = spread_side(move);
  const int partitions = side.partitions;
  const std::int64_t per_partition = std::max<std::int64_t>(1, elements / partitions);
  const int engines = std::min(spec.engines, DmaPlan::kMaxShares);
  // More partitions than the engines serve at the usual grain: the grain grows.
  const int grain = std::max(spec.partitions_per_engine, (partitions + engines - 1) / engines);
  const std::int64_t src_run = contiguous_elements(move.src), dst_run = contiguous_elements(move.dst);
  const std::int64_t width = std::max(size_of(move.src.dtype), size_of(move.dst.dtype)) * (move.accumulate ? 2 : 1);

  int piece = 0;
  out.count = 0;
  out.first_engine = side.start_partition / grain % engines;
  out.descriptors = 0;
  out.bytes = elements * size_of(move.dst.dtype);
  out.through = elements * width;
  out.dram_read = move.src.memory == isa::Memory::dram ? elements * size_of(move.src.dtype) : 0;
  out.dram_written = move.dst.memory == isa::Memory::dram ? out.bytes : 0;
  if (move.accumulate) out.dram_read += out.dram_written;
  for (int first = 0, taken = 0; first < partitions; first += taken) {
    taken = std::min(grain - (side.start_partition + first) % grain, partitions - first);
    const std::int64_t n = per_partition * taken;
    const std::int64_t bytes = n * width, runs = pieces(n, src_run, dst_run), run_bytes = (bytes + runs - 1) / runs;
    const std::int64_t descriptors = runs * ((run_bytes + spec.descriptor_bytes - 1) / spec.descriptor_bytes);
    // Partitions that start and end inside a grain are on one more grain than there are engines: the first serves both.
    if (out.count < engines) out.shares[static_cast<std::size_t>(out.count++)] = {};
    DmaShare& share = out.shares[static_cast<std::size_t>(piece++ % engines)];
    share.bytes += bytes;
    share.descriptors += descriptors;
    share.duration += time.from_ns(arch::dma_share_ns(spec, runs, run_bytes));
    share.hold = time.from_ns(arch::dma_queue_ns(spec, share.bytes));
    out.descriptors += descriptors;
  }
}

}  // namespace inf::sim
