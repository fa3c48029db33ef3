#include "isa/program/rules.h"

namespace inf::isa {
namespace {

using numerics::AluOp;

Violation arithmetic(const char* field, AluOp op) {
  return is_bitvec(op) ? violated("{} = {} is a bitvec operator", field, name(op)) : Violation();
}

Violation accumulates(const char* field, AluOp op) {
  switch (op) {
    case AluOp::add:
    case AluOp::subtract:
    case AluOp::multiply:
    case AluOp::max:
    case AluOp::min: return {};
    default: return violated("{} = {}; add, subtract, multiply, max or min is allowed", field, name(op));
  }
}

Violation one_result(const Access& result, const Access& dst) {
  return first_of(holds("result", result, 1),
                  differs("result.partitions", result.partitions, "dst.partitions", dst.partitions));
}

bool is_one_of(DType t, std::initializer_list<DType> list) {
  for (DType known : list)
    if (t == known) return true;
  return false;
}

std::int64_t outer_elements(const Pattern& p, int axes) {
  std::int64_t n = 1;
  for (int i = 0; i < static_cast<int>(p.dims.size()) - axes; ++i) n *= p.dims[static_cast<std::size_t>(i)].count;
  return n;
}

void reductions(RuleTable& table) {
  add_rule<TensorScalarReduce>(table, "op0 is arithmetic, op1 accumulates; result is [P,1]", "fact sheet 4.4",
                               [](const auto& op, const RuleContext&) {
                                 return first_of(arithmetic("op0", op.op0), accumulates("op1", op.op1),
                                                 one_result(op.result, op.dst));
                               });
  add_rule<ScalarTensorTensor, TensorTensorScan>(
      table, "op0 and op1 are arithmetic", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
        return first_of(arithmetic("op0", op.op0), arithmetic("op1", op.op1));
      });
  add_rule<TensorScalarCumulative>(
      table, "op0 is arithmetic, op1 accumulates; src is not int32", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) {
        return first_of(arithmetic("op0", op.op0), accumulates("op1", op.op1),
                        op.src.dtype == DType::int32 ? wrong_dtype("src", DType::int32, "any other dtype") : ok());
      });
  add_rule<TensorReduce>(table, "op is one that reduces; bitvec operators need integers of one type", "fact sheet 4.1",
                         [](const auto& op, const RuleContext&) {
                           if (!numerics::reduces(op.op)) return violated("op = {} does not reduce", name(op.op));
                           if (is_bitvec(op.op) && (is_float(op.src.dtype) || op.src.dtype != op.dst.dtype))
                             return violated("src is {} and dst is {} under {}", name(op.src.dtype), name(op.dst.dtype),
                                             name(op.op));
                           return ok();
                         });
  add_rule<TensorReduce>(table, "axes is 1..4; dst has src's partitions and its outer elements", "fact sheet 4.4",
                         [](const auto& op, const RuleContext&) {
                           if (op.axes < 1 || op.axes > 4) return outside("axes", op.axes, 1, 4);
                           return first_of(
                               differs("dst.partitions", op.dst.partitions, "src.partitions", op.src.partitions),
                               holds("dst", op.dst, outer_elements(op.src.free, op.axes)));
                         });
}

void predicated(RuleTable& table) {
  add_rule<TensorCopyPredicated>(table,
                                 "pred has src's shape and is uint8, uint16 or uint32; dst and src have one dtype",
                                 "fact sheet 4.4", [](const auto& op, const RuleContext&) {
                                   if (!is_one_of(op.pred.dtype, {DType::uint8, DType::uint16, DType::uint32}))
                                     return wrong_dtype("pred", op.pred.dtype, "uint8, uint16 or uint32");
                                   if (op.dst.dtype != op.src.dtype)
                                     return wrong_dtype("dst", op.dst.dtype, name(op.src.dtype));
                                   return same_shape("pred", op.pred, "src", op.src);
                                 });
  add_rule<TensorCopyPredicated>(
      table, "src and pred are not both in psum", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) { return not_both_psum("src", op.src, "pred", op.pred); });
  add_rule<SelectReduce>(table, "dst, a and pred have the same shape; result is [P,1]", "fact sheet 4.4",
                         [](const auto& op, const RuleContext&) {
                           return first_of(same_shape("dst", op.dst, "a", op.a), same_shape("pred", op.pred, "a", op.a),
                                           one_result(op.result, op.dst));
                         });
  add_rule<SelectReduce>(table, "pred is an integer of 8 or 16 bits; a is not tf32, int32 or uint32", "fact sheet 4.4",
                         [](const auto& op, const RuleContext&) {
                           if (!is_one_of(op.pred.dtype, {DType::int8, DType::uint8, DType::int16, DType::uint16}))
                             return wrong_dtype("pred", op.pred.dtype, "int8, uint8, int16 or uint16");
                           return is_one_of(op.a.dtype, {DType::tf32, DType::int32, DType::uint32})
                                      ? wrong_dtype("a", op.a.dtype, "any other dtype")
                                      : ok();
                         });
  add_rule<SelectReduce>(table, "a and pred are not both in psum", "fact sheet 4.4",
                         [](const auto& op, const RuleContext&) { return not_both_psum("a", op.a, "pred", op.pred); });
}

void statistics(RuleTable& table) {
  add_rule<BnStats>(table, "src has 1..512 elements; dst holds six fp32", "fact sheet 4.4",
                    [](const auto& op, const RuleContext&) {
                      return first_of(outside("src.elements", op.src.elements_per_partition(), 1, kBnStatsElements),
                                      holds("dst", op.dst, 6),
                                      op.dst.dtype == DType::fp32 ? ok() : wrong_dtype("dst", op.dst.dtype, "fp32"));
                    });
  add_rule<BnAggr>(table, "src holds triples; dst holds two fp32", "fact sheet 4.4",
                   [](const auto& op, const RuleContext&) {
                     const std::int64_t n = op.src.elements_per_partition();
                     return first_of(n % 3 == 0 ? ok() : violated("src.elements = {} is not a multiple of 3", n),
                                     holds("dst", op.dst, 2),
                                     op.dst.dtype == DType::fp32 ? ok() : wrong_dtype("dst", op.dst.dtype, "fp32"));
                   });
  add_rule<BnStats, BnAggr, TensorReduce>(
      table, "dst has src's partitions", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
        return differs("dst.partitions", op.dst.partitions, "src.partitions", op.src.partitions);
      });
}

void of_eight(RuleTable& table) {
  add_rule<Max8>(table, "src has 8..16384 elements; dst holds eight", "fact sheet 4.4",
                 [](const auto& op, const RuleContext&) {
                   return first_of(outside("src.elements", op.src.elements_per_partition(), kMax8Least, kMax8Most),
                                   holds("dst", op.dst, 8));
                 });
  add_rule<FindIndex8>(
      table, "dst holds eight uint16 or uint32", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
        return first_of(holds("dst", op.dst, 8), is_one_of(op.dst.dtype, {DType::uint16, DType::uint32})
                                                     ? ok()
                                                     : wrong_dtype("dst", op.dst.dtype, "uint16 or uint32"));
      });
  add_rule<MatchReplace8>(table, "src has 1..16384 elements", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
    return outside("src.elements", op.src.elements_per_partition(), 1, kMax8Most);
  });
  add_rule<FindIndex8, MatchReplace8>(
      table, "values holds eight elements on src's partitions", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) {
        return first_of(holds("values", op.values, 8),
                        differs("values.partitions", op.values.partitions, "src.partitions", op.src.partitions));
      });
  add_rule<Max8, FindIndex8>(table, "dst has src's partitions", "fact sheet 4.4",
                             [](const auto& op, const RuleContext&) {
                               return differs("dst.partitions", op.dst.partitions, "src.partitions", op.src.partitions);
                             });
}

void movement(RuleTable& table) {
  add_rule<StreamShuffle, Transpose32>(
      table, "src has a multiple of 32 partitions; dst has its dtype", "fact sheet 4.4",
      [](const auto& op, const RuleContext&) {
        if (op.src.partitions % kShuffleGroup != 0)
          return violated("src.partitions = {} is not a multiple of {}", op.src.partitions, kShuffleGroup);
        return op.dst.dtype == op.src.dtype ? ok() : wrong_dtype("dst", op.dst.dtype, name(op.src.dtype));
      });
  add_rule<StreamShuffle>(table, "each mask entry is 0..31, or 255 to leave the partition", "fact sheet 4.4",
                          [](const auto& op, const RuleContext&) {
                            for (std::size_t i = 0; i < op.mask.size(); ++i)
                              if (op.mask[i] >= kShuffleGroup && op.mask[i] != kShuffleKeep)
                                return outside(fmt::format("mask[{}]", i), op.mask[i], 0, kShuffleGroup - 1);
                            return ok();
                          });
  add_rule<Transpose32>(table, "src has a multiple of 32 elements; dst has its shape", "fact sheet 4.4",
                        [](const auto& op, const RuleContext&) {
                          const std::int64_t n = op.src.elements_per_partition();
                          return first_of(n % kShuffleGroup == 0
                                              ? ok()
                                              : violated("src.elements = {} is not a multiple of {}", n, kShuffleGroup),
                                          same_shape("dst", op.dst, "src", op.src));
                        });
  add_rule<Dropout>(table, "dst has src's dtype", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
    return op.dst.dtype == op.src.dtype ? ok() : wrong_dtype("dst", op.dst.dtype, name(op.src.dtype));
  });
  add_rule<Rng>(table, "dst is an integer", "fact sheet 4.4", [](const auto& op, const RuleContext&) {
    return is_integer(op.dst.dtype) ? ok() : wrong_dtype("dst", op.dst.dtype, "an integer");
  });
}

}  // namespace

void add_vector_rules(RuleTable& table) {
  reductions(table);
  predicated(table);
  statistics(table);
  of_eight(table);
  movement(table);
}

}  // namespace inf::isa
