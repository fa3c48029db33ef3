#include <algorithm>

#include "compiler/analysis/interpret_ops.h"

namespace inf::compiler::interpreter {
namespace {

/// The input position that a padded position shows on one axis, -1 for the padding value.
std::int64_t padded_source(Pad::Mode mode, std::int64_t at, std::int64_t size) {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case Pad::Mode::constant: return -1;
    case Pad::Mode::edge: return std::clamp<std::int64_t>(at, 0, size - 1);
    case Pad::Mode::reflect: return at < 0 ? -at : 2 * (size - 1) - at;
  }
  return -1;
}

}  // namespace

void run(const Concat& op, const Operands& in, const Shape& shape, Array& y) {
  const auto axis = static_cast<std::size_t>(op.axis < 0 ? op.axis + static_cast<std::int64_t>(shape.size()) : op.axis);
  const std::int64_t inner = strides(shape)[axis], outer = elements(shape) / (inner * shape[axis]);
  std::int64_t first = 0;
  for (const Operand& x : in) {
    const std::int64_t run_length = (*x.shape)[axis] * inner;
    for (std::int64_t o = 0; o < outer; ++o)
      std::copy_n(x.data + o * run_length, run_length, y.data() + (o * shape[axis] + first) * inner);
    first += (*x.shape)[axis];
  }
}

void run(const Reshape&, const Operands& in, const Shape&, Array& y) { std::copy_n(in[0].data, y.size(), y.data()); }

void run(const Expand&, const Operands& in, const Shape& shape, Array& y) {
  walk(shape, std::array{broadcast_strides(*in[0].shape, shape)},
       [&](std::size_t i, const auto& at) { y[i] = in[0].data[at[0]]; });
}

void run(const Transpose& op, const Operands& in, const Shape& shape, Array& y) {
  const std::vector<std::int64_t> from = strides(*in[0].shape);
  std::vector<std::int64_t> turned;
  for (const std::int64_t axis : op.perm) turned.push_back(from[static_cast<std::size_t>(axis)]);
  walk(shape, std::array{turned}, [&](std::size_t i, const auto& at) { y[i] = in[0].data[at[0]]; });
}

void run(const Slice& op, const Operands& in, const Shape& shape, Array& y) {
  std::vector<std::int64_t> steps = strides(*in[0].shape);
  const float* start = in[0].data + dot(op.start, steps);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] *= op.step[i];
  walk(shape, std::array{steps}, [&](std::size_t i, const auto& at) { y[i] = start[at[0]]; });
}

void run(const Pad& op, const Operands& in, const Shape& shape, Array& y) {
  const Shape& x = *in[0].shape;
  const std::vector<std::int64_t> from = strides(x);
  std::vector<std::int64_t> index(shape.size(), 0);
  std::size_t to = 0;
  do {
    std::int64_t at = 0;
    bool inside = true;
    for (std::size_t i = 0; i < index.size(); ++i) {
      const std::int64_t source = padded_source(op.mode, index[i] - op.before[i], x[i]);
      inside = inside && source >= 0;
      at += source * from[i];
    }
    y[to++] = inside ? in[0].data[at] : op.value;
  } while (next(index, shape));
}

}  // namespace inf::compiler::interpreter
