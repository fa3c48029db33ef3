#include "isa/program/rules.h"

#include "isa/program/validate.h"

namespace inf::isa {

Violation outside(std::string_view what, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return violated("{} = {} is outside {}..{}", what, value, low, high);
}

Violation differs(std::string_view what, std::int64_t value, std::string_view other, std::int64_t wanted) {
  if (value == wanted) return {};
  return violated("{} = {} is not {} = {}", what, value, other, wanted);
}

Violation wrong_dtype(std::string_view operand, DType dtype, std::string_view allowed) {
  return violated("{} is {}; {} is allowed", operand, name(dtype), allowed);
}

Violation same_shape(std::string_view name_a, const Access& a, std::string_view name_b, const Access& b) {
  if (a.partitions == b.partitions && a.elements_per_partition() == b.elements_per_partition()) return {};
  return violated("{} is [{} part, {}], {} is [{} part, {}]", name_a, a.partitions, a.elements_per_partition(), name_b,
                  b.partitions, b.elements_per_partition());
}

Violation not_both_psum(std::string_view name_a, const Access& a, std::string_view name_b, const Access& b) {
  if (a.memory != Memory::psum || b.memory != Memory::psum) return {};
  return violated("{} and {} are both in psum", name_a, name_b);
}

Violation holds(std::string_view operand, const Access& a, std::int64_t count) {
  if (a.elements_per_partition() == count) return {};
  return violated("{} has {} elements per partition instead of {}", operand, a.elements_per_partition(), count);
}

bool is_comparison(numerics::AluOp op) { return op >= numerics::AluOp::eq && op <= numerics::AluOp::lt; }
bool is_bitvec(numerics::AluOp op) { return numerics::class_of(op) == numerics::AluClass::bitvec; }

const RuleTable& instruction_rules() {
  static const RuleTable table = [] {
    RuleTable t(kInstructionCount);
    add_engine_rules(t);
    add_tensor_rules(t);
    add_lane_rules(t);
    add_vector_rules(t);
    add_gpsimd_rules(t);
    add_dma_rules(t);
    add_control_rules(t);
    return t;
  }();
  return table;
}

}  // namespace inf::isa
