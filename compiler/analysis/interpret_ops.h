#pragma once
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler::interpreter {

/// A view of one operand: shape and row-major values.
struct Operand {
  const Shape* shape = nullptr;
  const float* data = nullptr;
  explicit operator bool() const { return data != nullptr; }
};
using Operands = std::vector<Operand>;
using Array = std::vector<float>;

/// Distance in elements between neighbours on each axis of a row-major array.
std::vector<std::int64_t> strides(const Shape& shape);
/// Steps a row-major multi-index; false after the last position.
bool next(std::vector<std::int64_t>& index, const Shape& shape);

// One function per operator: y is sized and takes the result. Files: window (conv, pool, resize), elementwise, move.
void run(const Conv& op, const Operands& in, const Shape& shape, Array& y);
void run(const Pool& op, const Operands& in, const Shape& shape, Array& y);
void run(const Resize& op, const Operands& in, const Shape& shape, Array& y);
void run(const Binary& op, const Operands& in, const Shape& shape, Array& y);
void run(const Unary& op, const Operands& in, const Shape& shape, Array& y);
void run(const MatMul& op, const Operands& in, const Shape& shape, Array& y);
void run(const BatchNorm& op, const Operands& in, const Shape& shape, Array& y);
void run(const Concat& op, const Operands& in, const Shape& shape, Array& y);
void run(const Softmax& op, const Operands& in, const Shape& shape, Array& y);
void run(const Reshape& op, const Operands& in, const Shape& shape, Array& y);
void run(const Transpose& op, const Operands& in, const Shape& shape, Array& y);
void run(const Slice& op, const Operands& in, const Shape& shape, Array& y);
void run(const Pad& op, const Operands& in, const Shape& shape, Array& y);
void run(const Reduce& op, const Operands& in, const Shape& shape, Array& y);

}  // namespace inf::compiler::interpreter
