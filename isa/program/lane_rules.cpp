#include "isa/program/rules.h"

namespace inf::isa {
namespace {

using numerics::AluOp;

/// Bitvec operators work on raw bits: all operands are integers of one type.
Violation bitvec_types(AluOp op, std::initializer_list<std::pair<const char*, DType>> operands) {
  if (!is_bitvec(op)) return {};
  const DType first = operands.begin()->second;
  for (const auto& [operand, dtype] : operands) {
    if (is_float(dtype)) return violated("{} is {} under {}; an integer is needed", operand, name(dtype), name(op));
    if (dtype != first)
      return violated("{} is {} and {} is {} under {}; one type is needed", operands.begin()->first, name(first),
                      operand, name(dtype), name(op));
  }
  return {};
}

Violation same_class(AluOp op0, AluOp op1) {
  if (op1 == AluOp::bypass || op0 == AluOp::bypass || is_bitvec(op0) == is_bitvec(op1)) return {};
  return violated("op0 = {} and op1 = {} are of two classes", name(op0), name(op1));
}

/// A [P,1] vector covers the partitions of the instruction.
Violation covers(const char* operand, const ScalarOperand& s, const Access& dst) {
  if (!s.is_access || s.access.partitions == dst.partitions) return {};
  return differs(fmt::format("{}.partitions", operand), s.access.partitions, "dst.partitions", dst.partitions);
}

Violation immediate_is(const char* operand, const ScalarOperand& s, float wanted, std::string_view why) {
  if (!s.is_access && s.immediate == wanted) return {};
  return violated("{} is not {}; {}", operand, wanted, why);
}

}  // namespace

void add_lane_rules(RuleTable& table) {
  add_rule<Activation, TensorCopy, TensorScalar, TensorScalarReduce, TensorScalarCumulative, TensorCopyPredicated,
           Reciprocal, MatchReplace8, StreamShuffle, Dropout, AffineSelect>(
      table, "dst and src have the same shape", "fact sheet 4.3, 4.4, 4.5",
      [](const auto& op, const RuleContext&) { return same_shape("dst", op.dst, "src", op.src); });
  add_rule<TensorTensor, ScalarTensorTensor, TensorTensorScan>(
      table, "dst, a and b have the same shape", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
        return first_of(same_shape("dst", op.dst, "a", op.a), same_shape("a", op.a, "b", op.b));
      });
  add_rule<TensorTensor, ScalarTensorTensor, TensorTensorScan>(
      table, "a and b are not both in psum", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) { return not_both_psum("a", op.a, "b", op.b); });
  add_rule<Activation>(table, "scale and bias vectors have dst's partitions", "fact sheet 4.3",
                       [](const auto& op, const RuleContext&) {
                         return first_of(covers("scale", op.scale, op.dst), covers("bias", op.bias, op.dst));
                       });
  add_rule<Activation>(table, "a bias vector is not tf32", "fact sheet 4.3", [](const auto& op, const RuleContext&) {
    return op.bias.is_access && op.bias.access.dtype == DType::tf32
               ? wrong_dtype("bias", DType::tf32, "any other dtype")
               : ok();
  });
  add_rule<Activation>(table, "reciprocal takes no bias", "fact sheet 4.3", [](const auto& op, const RuleContext&) {
    return op.function == numerics::ActFn::reciprocal ? immediate_is("bias", op.bias, 0, "reciprocal takes no bias")
                                                      : ok();
  });
  add_rule<ActivationRead>(table, "dst holds one element per partition", "fact sheet 4.3",
                           [](const auto& op, const RuleContext&) { return holds("dst", op.dst, 1); });
  add_rule<TensorTensor>(table, "bitvec operators need integers of one type", "fact sheet 4.1",
                         [](const auto& op, const RuleContext&) {
                           return bitvec_types(op.op, {{"a", op.a.dtype}, {"b", op.b.dtype}, {"dst", op.dst.dtype}});
                         });
  add_rule<TensorScalar>(table, "op0 and op1 are of one class; bitvec operators need integers of one type",
                         "fact sheet 4.1, 4.4", [](const auto& op, const RuleContext&) {
                           return first_of(same_class(op.op0, op.op1),
                                           bitvec_types(op.op0, {{"src", op.src.dtype}, {"dst", op.dst.dtype}}),
                                           bitvec_types(op.op1, {{"src", op.src.dtype}, {"dst", op.dst.dtype}}));
                         });
  add_rule<TensorScalar>(table, "s0 and s1 vectors have dst's partitions", "fact sheet 4.4",
                         [](const auto& op, const RuleContext&) {
                           return first_of(covers("s0", op.s0, op.dst), covers("s1", op.s1, op.dst));
                         });
  add_rule<TensorScalarReduce>(table, "an s0 vector has dst's partitions", "fact sheet 4.4",
                               [](const auto& op, const RuleContext&) { return covers("s0", op.s0, op.dst); });
  add_rule<ScalarTensorTensor, TensorScalarCumulative>(
      table, "an s vector has dst's partitions", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) { return covers("s", op.s, op.dst); });
  add_rule<TensorTensorScan, TensorScalarCumulative>(
      table, "an initial vector has dst's partitions", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) { return covers("initial", op.initial, op.dst); });
  add_rule<Dropout>(
      table, "p is a vector with dst's partitions or an immediate in [0, 1]", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) {
        if (op.p.is_access) return covers("p", op.p, op.dst);
        return op.p.immediate >= 0 && op.p.immediate <= 1 ? ok() : violated("p = {} is outside 0..1", op.p.immediate);
      });
  add_rule<SelectReduce>(table, "a b vector has dst's partitions", "fact sheet 4.4",
                         [](const auto& op, const RuleContext&) { return covers("b", op.b, op.dst); });
}

}  // namespace inf::isa
