#include "isa/program/rules.h"

namespace inf::isa {
namespace {

using numerics::AluOp;

Violation below_registers(const char* field, Register r, const RuleContext& c) {
  if (r.index < c.chip.sequencer.registers) return {};
  return violated("{} = r{}; {} has {} registers", field, r.index, c.chip.name, c.chip.sequencer.registers);
}

bool works_on_registers(AluOp op) {
  switch (op) {
    case AluOp::add:
    case AluOp::subtract:
    case AluOp::multiply:
    case AluOp::max:
    case AluOp::min:
    case AluOp::bitwise_and:
    case AluOp::bitwise_or:
    case AluOp::bitwise_xor:
    case AluOp::shift_left:
    case AluOp::shift_right: return true;
    default: return false;
  }
}

template <class... Ops>
struct OpList {};
template <class... Ops>
void engine_rules_of(RuleTable& table, OpList<std::variant<Ops...>>) {
  add_rule<Ops...>(table, "it is triggered by an engine that its row names and the chip has", "fact sheet 2.1",
                   [](const auto& op, const RuleContext& c) {
                     const Opcode code = opcode(Operation(op));
                     if ((engines(code) & engine_bit(c.engine)) == 0)
                       return violated("{} does not run on the {} engine", name(code), arch::name(c.engine));
                     return c.chip.has(c.engine) ? ok()
                                                 : violated("{} has no {} engine", c.chip.name, arch::name(c.engine));
                   });
}

}  // namespace

void add_engine_rules(RuleTable& table) { engine_rules_of(table, OpList<Operation>{}); }

void add_gpsimd_rules(RuleTable& table) {
  add_rule<AffineSelect, Branch>(table, "op is a comparison (eq, ne, ge, gt, le, lt)", "fact sheet 4.5, 6",
                                 [](const auto& op, const RuleContext&) {
                                   return is_comparison(op.op) ? ok()
                                                               : violated("op = {} is no comparison", name(op.op));
                                 });
  add_rule<LocalGather, Gather>(table, "dst has src's dtype", "fact sheet 4.5", [](const auto& op, const RuleContext&) {
    return op.dst.dtype == op.src.dtype ? ok() : wrong_dtype("dst", op.dst.dtype, name(op.src.dtype));
  });
  add_rule<LocalGather>(table, "run is 1, 2, 4, 8, 16 or 32; indices are uint16", "fact sheet 4.5",
                        [](const auto& op, const RuleContext&) {
                          const bool power = op.run != 0 && op.run <= 32 && (op.run & (op.run - 1)) == 0;
                          if (!power) return violated("run = {}; 1, 2, 4, 8, 16 or 32 is allowed", op.run);
                          return op.indices.dtype == DType::uint16 ? ok()
                                                                   : wrong_dtype("indices", op.indices.dtype, "uint16");
                        });
  add_rule<LocalGather>(
      table, "partitions come in groups of 16, the same for dst, src and indices; at most 4096 indices for each group",
      "fact sheet 4.5", [](const auto& op, const RuleContext&) {
        if (op.src.partitions % kGatherGroup != 0)
          return violated("src.partitions = {} is not a multiple of {}", op.src.partitions, kGatherGroup);
        return first_of(
            differs("dst.partitions", op.dst.partitions, "src.partitions", op.src.partitions),
            differs("indices.partitions", op.indices.partitions, "src.partitions", op.src.partitions),
            outside("indices of a group", kGatherGroup * op.indices.elements_per_partition(), 1, kGatherIndices));
      });
  add_rule<LocalGather>(table, "dst holds run elements for each index of a group", "fact sheet 4.5",
                        [](const auto& op, const RuleContext&) {
                          return holds("dst", op.dst, kGatherGroup * op.indices.elements_per_partition() * op.run);
                        });
  add_rule<Gather>(table, "indices are uint32 and have dst's shape, src has dst's partitions", "fact sheet 4.5",
                   [](const auto& op, const RuleContext&) {
                     return first_of(
                         op.indices.dtype == DType::uint32 ? ok() : wrong_dtype("indices", op.indices.dtype, "uint32"),
                         same_shape("dst", op.dst, "indices", op.indices),
                         differs("src.partitions", op.src.partitions, "dst.partitions", op.dst.partitions));
                   });
  add_rule<PartitionReduce>(
      table, "dst is one partition with src's elements; op is add, max, bitwise_and or bitwise_or", "fact sheet 4.5",
      [](const auto& op, const RuleContext&) {
        const bool bits = op.op == AluOp::bitwise_and || op.op == AluOp::bitwise_or;
        if (!bits && op.op != AluOp::add && op.op != AluOp::max)
          return violated("op = {}; add, max, bitwise_and or bitwise_or is allowed", name(op.op));
        if (bits && (is_float(op.src.dtype) || op.src.dtype != op.dst.dtype))
          return violated("src is {} and dst is {} under {}", name(op.src.dtype), name(op.dst.dtype), name(op.op));
        return first_of(outside("dst.partitions", op.dst.partitions, 1, 1),
                        holds("dst", op.dst, op.src.elements_per_partition()));
      });
}

void add_control_rules(RuleTable& table) {
  add_rule<RegisterSet, RegisterAlu, RegisterLoad>(
      table, "dst is below sequencer.registers", "fact sheet 6",
      [](const auto& op, const RuleContext& c) { return below_registers("dst", op.dst, c); });
  add_rule<RegisterAlu, Branch>(table, "a and b are below sequencer.registers", "fact sheet 6",
                                [](const auto& op, const RuleContext& c) {
                                  return first_of(below_registers("a", op.a, c), below_registers("b", op.b, c));
                                });
  add_rule<RegisterAlu>(
      table, "op is add, subtract, multiply, max, min, a shift or bitwise", "fact sheet 6",
      [](const auto& op, const RuleContext&) {
        return works_on_registers(op.op) ? ok() : violated("op = {} does not work on registers", name(op.op));
      });
  add_rule<RegisterLoad>(table, "src is one int32", "fact sheet 6", [](const auto& op, const RuleContext&) {
    return first_of(op.src.dtype == DType::int32 ? ok() : wrong_dtype("src", op.src.dtype, "int32"),
                    outside("src.partitions", op.src.partitions, 1, 1), holds("src", op.src, 1));
  });
  add_rule<Loop>(table, "counter is below sequencer.registers, step is positive", "fact sheet 6",
                 [](const auto& op, const RuleContext& c) {
                   return first_of(below_registers("counter", op.counter, c),
                                   op.step > 0 ? ok() : violated("step = 0 never ends"));
                 });
  add_rule<Loop, EndLoop, Branch, RegisterLoad>(
      table, "the chip has sequencer.loops", "fact sheet 6", [](const auto&, const RuleContext& c) {
        return c.chip.sequencer.loops ? ok() : violated("{} has no control flow; unroll the program", c.chip.name);
      });
  add_rule<Branch>(table, "skip is 1..65535", "fact sheet 6",
                   [](const auto& op, const RuleContext&) { return outside("skip", op.skip, 1, 65535); });
}

}  // namespace inf::isa
