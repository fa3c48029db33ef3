#pragma once
#include <cstddef>
#include <cstdint>

#include "isa/base/pattern.h"
#include "isa/numerics/dtype.h"
#include "isa/numerics/ops.h"
#include "isa/numerics/rounding.h"

// What the Vector, Scalar and GpSimd engines are made of: widen one partition of each operand into a row of fp32, run
// the operators on rows, narrow the result. Every function gives the bits of its scalar reference at every SIMD level.
// An output row may be one of the input rows, or must not overlap it. NaN results are the canonical NaN.
namespace inf::numerics {

/// Reads one partition of an operand into out[0 .. free.elements()), in linear order.
/// Reference: load_f32_bits. Exact, except that 32-bit integers round to nearest even.
void widen(DType dtype, const std::byte* base, const Pattern& free, float* out);

/// Writes a row into one partition of an operand, in linear order, with one rounding per element; stochastic rounding
/// applies to floating-point types only. Reference: store_f32_bits.
void narrow(DType dtype, const float* in, const Pattern& free, std::byte* base, const Rounding& rounding = {});

/// out[i] = a[i] op b[i]; `scalar` stands for b when b is null; `reverse` swaps the two operands.
/// Reference: alu. Errors: illegal_instruction for bitvec operators.
void alu_rows(AluOp op, const float* a, const float* b, float scalar, bool reverse, std::ptrdiff_t n, float* out);

/// out[o] = in[o][0] op in[o][1] op ... op in[o][inner - 1], from left to right.
/// Shapes: in [outer, inner], out [outer]; inner >= 1. Errors: illegal_instruction when op is no arithmetic reduction.
void reduce_rows(AluOp op, const float* in, std::ptrdiff_t outer, std::ptrdiff_t inner, float* out);

/// tensor_tensor_scan: r[i] = op1(op0(a[i], r[i - 1]), b[i]), r[-1] = initial.
void scan_row(AluOp op0, AluOp op1, const float* a, const float* b, float initial, std::ptrdiff_t n, float* out);

/// initial + in[0] + in[1] + ..., from left to right.
float accumulate(const float* in, std::ptrdiff_t n, float initial);

/// The bitvec operators on stored bits of `width` (8, 16 or 32) held in words. Reference: bitvec.
void bitvec_rows(AluOp op, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t scalar, bool reverse,
                 int width, std::ptrdiff_t n, std::uint32_t* out);

/// The exact integer operators on words. Reference: integer_alu.
void integer_rows(AluOp op, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t scalar, bool reverse,
                  std::ptrdiff_t n, std::uint32_t* out);

/// Reads or writes stored bits without conversion, zero-extended to words. The bitvec and integer operators' operands.
void load_words(int element_bytes, const std::byte* base, const Pattern& free, std::uint32_t* out);
void store_words(int element_bytes, const std::uint32_t* in, const Pattern& free, std::byte* base);

}  // namespace inf::numerics
