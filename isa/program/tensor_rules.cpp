#include <algorithm>

#include "isa/program/rules.h"
#include "isa/program/validate.h"

namespace inf::isa {
namespace {

constexpr int kPsumElementBytes = 4;

Violation operand_dtype(const char* operand, DType dtype, const arch::ChipSpec& chip) {
  const std::vector<DType>& known = chip.tensor.dtypes;
  if (std::find(known.begin(), known.end(), dtype) != known.end()) return {};
  std::string list;
  for (DType t : known) list += (list.empty() ? "" : ", ") + std::string(name(t));
  return wrong_dtype(operand, dtype, list);
}

/// Every element of the result in one bank, on 4-byte boundaries.
Violation one_bank(const Access& dst, const arch::ChipSpec& chip) {
  if (dst.base_register != 0 || dst.memory != Memory::psum) return {};
  const std::int64_t bank = chip.psum.bank_bytes;
  const std::int64_t low = dst.offset + dst.free.lowest() * kPsumElementBytes;
  const std::int64_t high = dst.offset + dst.free.highest() * kPsumElementBytes + kPsumElementBytes - 1;
  if (dst.offset % kPsumElementBytes != 0)
    return violated("dst.offset = {} is not a multiple of {}", dst.offset, kPsumElementBytes);
  if (low >= 0 && low / bank == high / bank) return {};
  return violated("dst covers bytes {}..{} of psum, banks {} to {}", low, high, low / bank, high / bank);
}

}  // namespace

void add_tensor_rules(RuleTable& table) {
  add_rule<LoadStationary>(table, "K = src.partitions is 1..tensor.rows", "fact sheet 3.1",
                           [](const auto& op, const RuleContext& c) {
                             return outside("src.partitions", op.src.partitions, 1, c.chip.tensor.rows);
                           });
  add_rule<LoadStationary>(table, "M = elements of src is 1..tensor.columns", "fact sheet 3.1",
                           [](const auto& op, const RuleContext& c) {
                             return outside("src.elements", op.src.elements_per_partition(), 1, c.chip.tensor.columns);
                           });
  add_rule<LoadStationary, Transpose>(
      table, "src has one of tensor.dtypes", "fact sheet 3.1",
      [](const auto& op, const RuleContext& c) { return operand_dtype("src", op.src.dtype, c.chip); });
  add_rule<Matmul>(
      table, "moving has one of tensor.dtypes", "fact sheet 3.1",
      [](const auto& op, const RuleContext& c) { return operand_dtype("moving", op.moving.dtype, c.chip); });
  add_rule<Matmul>(table, "K = moving.partitions is 1..tensor.rows", "fact sheet 3.1",
                   [](const auto& op, const RuleContext& c) {
                     return outside("moving.partitions", op.moving.partitions, 1, c.chip.tensor.rows);
                   });
  add_rule<Matmul>(table, "M = dst.partitions is 1..tensor.columns", "fact sheet 3.1",
                   [](const auto& op, const RuleContext& c) {
                     return outside("dst.partitions", op.dst.partitions, 1, c.chip.tensor.columns);
                   });
  add_rule<Matmul>(table, "N = elements of moving is 1..tensor.max_moving, and as many in dst", "fact sheet 3.1",
                   [](const auto& op, const RuleContext& c) {
                     return first_of(
                         outside("moving.elements", op.moving.elements_per_partition(), 1, c.chip.tensor.max_moving),
                         holds("dst", op.dst, op.moving.elements_per_partition()));
                   });
  add_rule<Matmul>(table, "dst is fp32, or int32 for int8 operands", "fact sheet 3.1",
                   [](const auto& op, const RuleContext&) {
                     const DType wanted = op.moving.dtype == DType::int8 ? DType::int32 : DType::fp32;
                     return op.dst.dtype == wanted ? ok() : wrong_dtype("dst", op.dst.dtype, name(wanted));
                   });
  add_rule<Transpose>(table, "dst is fp32", "fact sheet 3.5", [](const auto& op, const RuleContext&) {
    return op.dst.dtype == DType::fp32 ? ok() : wrong_dtype("dst", op.dst.dtype, "fp32");
  });
  add_rule<Matmul, Transpose>(table, "dst lies in one PSUM bank, on 4-byte boundaries", "fact sheet 3.1, 8.3",
                              [](const auto& op, const RuleContext& c) { return one_bank(op.dst, c.chip); });
  add_rule<Transpose>(
      table, "src is at most [tensor.rows part, tensor.columns], dst its transpose", "fact sheet 3.5",
      [](const auto& op, const RuleContext& c) {
        return first_of(outside("src.partitions", op.src.partitions, 1, c.chip.tensor.rows),
                        outside("src.elements", op.src.elements_per_partition(), 1, c.chip.tensor.columns),
                        differs("dst.partitions", op.dst.partitions, "src.elements", op.src.elements_per_partition()),
                        differs("dst.elements", op.dst.elements_per_partition(), "src.partitions", op.src.partitions));
      });
}

bool may_pair(DType stationary, DType moving) {
  const auto wide = [](DType t) { return t == DType::fp32 || t == DType::tf32; };
  return wide(stationary) == wide(moving) && is_float(stationary) == is_float(moving);
}

}  // namespace inf::isa
