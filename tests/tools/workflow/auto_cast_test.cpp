#include "tools/workflow/auto_cast.h"

#include <doctest/doctest.h>

using namespace inf;
using namespace inf::workflow;

TEST_CASE("what is cast and to which type decide operands and stored values") {
  struct Row {
    AutoCast cast;
    DType type;
    Precision want;
    const char* text;
  };
  const Row rows[] = {
      {AutoCast::none, DType::bf16, {DType::fp32, DType::fp32}, "fp32"},
      {AutoCast::matmult, DType::bf16, {DType::bf16, DType::fp32}, "bf16 operands, fp32 values"},
      {AutoCast::all, DType::bf16, {DType::bf16, DType::bf16}, "bf16"},
      {AutoCast::all, DType::tf32, {DType::tf32, DType::tf32}, "tf32"},
      {AutoCast::all, DType::fp32, {DType::fp32, DType::fp32}, "fp32"},
      {AutoCast::matmult, DType::fp8_e4m3, {DType::fp8_e4m3, DType::fp32}, "fp8_e4m3 operands, fp32 values"},
      // values and sums do not survive three bits of significand
      {AutoCast::all, DType::fp8_e4m3, {DType::fp8_e4m3, DType::bf16}, "fp8_e4m3 operands, bf16 values"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Precision precision = precision_of(row.cast, row.type);
    CHECK(precision == row.want);
    CHECK(text(precision) == row.text);
  }
}
