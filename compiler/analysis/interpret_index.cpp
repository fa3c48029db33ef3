#include <fmt/format.h>

#include <algorithm>

#include "compiler/analysis/interpret_ops.h"
#include "isa/base/error.h"

namespace inf::compiler::interpreter {

std::int64_t position(float index, std::int64_t size, std::int64_t axis) {
  const bool inside = index >= -static_cast<float>(size) && index < static_cast<float>(size);
  if (!inside)
    throw Error(ErrorKind::usage, "", fmt::format("index {} is outside the {} positions of axis {}", index, size, axis),
                {fmt::format("allowed: {} to {}; check the ids that the model gets", -size, size - 1)});
  const auto i = static_cast<std::int64_t>(index);
  return i < 0 ? i + size : i;
}

void run(const Gather& op, const Operands& in, const Shape& shape, Array& y) {
  const Shape& data = *in[0].shape;
  const std::size_t axis = positive(op.axis, data.size());
  const std::int64_t inner = strides(data)[axis], count = elements(*in[1].shape);
  const std::int64_t outer = elements(shape) / (inner * count);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = position(in[1].data[i], data[axis], static_cast<std::int64_t>(axis));
    for (std::int64_t o = 0; o < outer; ++o)
      std::copy_n(in[0].data + (o * data[axis] + from) * inner, inner, y.data() + (o * count + i) * inner);
  }
}

void run(const Scatter& op, const Operands& in, const Shape& shape, Array& y) {
  const std::int64_t width = shape[1];
  std::copy_n(in[0].data, y.size(), y.data());
  for (std::int64_t i = 0; i < (*in[1].shape)[0]; ++i) {
    float* row = y.data() + position(in[1].data[i], shape[0], 0) * width;
    const float* update = in[2].data + i * width;
    for (std::int64_t k = 0; k < width; ++k) row[k] = op.add ? row[k] + update[k] : update[k];
  }
}

void run(const ArgMax& op, const Operands& in, const Shape&, Array& y) {
  const Shape& x = *in[0].shape;
  const std::size_t axis = positive(op.axis, x.size());
  const std::int64_t count = x[axis], step = strides(x)[axis];
  for (std::size_t to = 0; to < y.size(); ++to) {
    const auto outer = static_cast<std::int64_t>(to) / step, inner = static_cast<std::int64_t>(to) % step;
    const float* line = in[0].data + outer * count * step + inner;
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < count; ++k) {
      const float v = line[k * step], top = line[best * step];
      const bool better = op.smallest ? v < top : v > top;
      if (better || (op.last && v == top)) best = k;
    }
    y[to] = static_cast<float>(best);
  }
}

void run(const CumSum& op, const Operands& in, const Shape& shape, Array& y) {
  const std::size_t axis = positive(op.axis, shape.size());
  const std::int64_t count = shape[axis], step = strides(shape)[axis];
  for (std::int64_t line = 0; line < elements(shape) / count; ++line) {
    const std::int64_t first = line / step * count * step + line % step;
    float sum = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t at = first + (op.reverse ? count - 1 - k : k) * step;
      const float before = sum;
      sum = k == 0 ? in[0].data[at] : sum + in[0].data[at];
      y[static_cast<std::size_t>(at)] = op.exclusive ? before : sum;
    }
  }
}

}  // namespace inf::compiler::interpreter
