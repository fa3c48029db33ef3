#pragma once
#include <array>
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

/// Calls f(i, at) for each element i of `shape` in row-major order, `at` being the element of each operand that it
/// meets: `steps` are their distances per axis.
template <std::size_t N, class F>
void walk(const Shape& shape, const std::array<std::vector<std::int64_t>, N>& steps, F&& f) {
  const Shape outer(shape.begin(), shape.empty() ? shape.end() : shape.end() - 1);
  const std::int64_t inner = shape.empty() ? 1 : shape.back();
  std::vector<std::int64_t> index(outer.size(), 0);
  std::size_t i = 0;
  do {
    std::array<std::int64_t, N> at{}, step{};
    for (std::size_t k = 0; k < N; ++k) {
      for (std::size_t axis = 0; axis < outer.size(); ++axis) at[k] += index[axis] * steps[k][axis];
      step[k] = shape.empty() ? 0 : steps[k].back();
    }
    for (std::int64_t j = 0; j < inner; ++j, ++i) {
      f(i, at);
      for (std::size_t k = 0; k < N; ++k) at[k] += step[k];
    }
  } while (next(index, outer));
}

/// Element distance per output axis; 0 where the operand repeats.
std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to);
/// Sum of products of a multi-index and the steps of its axes.
std::int64_t dot(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b);
/// `axis` counted from the front.
std::size_t positive(std::int64_t axis, std::size_t rank);
/// A row index as a position among `size`: negative ones count from the end.
/// Errors: Error{usage} without a place, naming the index, when it is outside.
std::int64_t position(float index, std::int64_t size, std::int64_t axis);

// One function per operator: y is sized, zero, and takes the result. A Loop is interpret.cpp's. Files: window (conv,
// pool, resize), elementwise, move, index (gather, scatter, arg max, running sums), attention (and layer norm).
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
void run(const LayerNorm& op, const Operands& in, const Shape& shape, Array& y);
void run(const Attention& op, const Operands& in, const Shape& shape, Array& y);
void run(const Where& op, const Operands& in, const Shape& shape, Array& y);
void run(const Cast& op, const Operands& in, const Shape& shape, Array& y);
void run(const Expand& op, const Operands& in, const Shape& shape, Array& y);
void run(const Gather& op, const Operands& in, const Shape& shape, Array& y);
void run(const Scatter& op, const Operands& in, const Shape& shape, Array& y);
void run(const ArgMax& op, const Operands& in, const Shape& shape, Array& y);
void run(const CumSum& op, const Operands& in, const Shape& shape, Array& y);

}  // namespace inf::compiler::interpreter
