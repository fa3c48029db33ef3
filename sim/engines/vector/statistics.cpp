#include <array>

#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

using numerics::AluOp;

float apply(AluOp op, float a, float b) { return numerics::alu(op, a, b); }

/// An integer count as fp32; exact, since it is at most the free size.
float count_of(std::int64_t n) {
  const auto words = static_cast<std::int32_t>(n);
  float out;
  numerics::widen(DType::int32, reinterpret_cast<const std::byte*>(&words), Pattern::row(1), &out);
  return out;
}

/// count, mean and count x variance of every second element: mean = sum x (1 / count), then the squared distances in
/// order.
std::array<float, 3> moments(const float* row, std::int64_t first, std::int64_t n, float* half) {
  std::int64_t m = 0;
  for (std::int64_t i = first; i < n; i += 2) half[m++] = row[i];
  if (m == 0) return {0, 0, 0};
  const float count = count_of(m);
  const float mean = apply(AluOp::multiply, numerics::accumulate(half, m, 0), apply(AluOp::reciprocal, count, 0));
  numerics::alu_rows(AluOp::subtract, half, nullptr, mean, false, m, half);
  numerics::alu_rows(AluOp::multiply, half, half, 0, false, m, half);
  return {count, mean, numerics::accumulate(half, m, 0)};
}

}  // namespace

// ---- bn_stats: dst [P,6] = count, mean, count x variance of the even and then of the odd elements
// -----------------------------------
void execute(const isa::BnStats& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float *row = scratch_row(0, n), *half = scratch_row(1, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    const auto even = moments(row, 0, n, half), odd = moments(row, 1, n, half);
    const std::array<float, 6> out{even[0], even[1], even[2], odd[0], odd[1], odd[2]};
    write_row(memory, inst.dst, p, out.data());
  }
}

Cost cost(const isa::BnStats& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

// ---- bn_aggr: dst [P,2] = mean and population variance of merged triples
// ------------------------------------------------------------ mean = sum(count x mean) / total; variance = (sum(count
// x variance) + sum(count x (mean_i - mean)^2)) / total, each sum in order, each division as a multiplication by the
// rounded reciprocal.
void execute(const isa::BnAggr& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float* row = scratch_row(0, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    float total = 0, weighted = 0, spread = 0;
    for (std::int64_t i = 0; i + 2 < n; i += 3) {
      total = apply(AluOp::add, total, row[i]);
      weighted = apply(AluOp::add, weighted, apply(AluOp::multiply, row[i], row[i + 1]));
    }
    const float scale = apply(AluOp::reciprocal, total, 0), mean = apply(AluOp::multiply, weighted, scale);
    for (std::int64_t i = 0; i + 2 < n; i += 3) {
      const float d = apply(AluOp::subtract, row[i + 1], mean);
      spread = apply(AluOp::add, spread, row[i + 2]);
      spread = apply(AluOp::add, spread, apply(AluOp::multiply, row[i], apply(AluOp::multiply, d, d)));
    }
    const std::array<float, 2> out{mean, apply(AluOp::multiply, spread, scale)};
    write_row(memory, inst.dst, p, out.data());
  }
}

Cost cost(const isa::BnAggr& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine, arch::bn_aggr_interval(chip, shape_of(inst.src), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
