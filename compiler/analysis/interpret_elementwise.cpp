#include <algorithm>
#include <cmath>

#include "compiler/analysis/interpret.h"
#include "compiler/analysis/interpret_ops.h"
#include "compiler/ir/access.h"
#include "compiler/ir/shape.h"

namespace inf::compiler {

float apply(const Activation& act, float x) {
  const float kInvSqrt2 = 0.70710678118654752f;
  const auto softplus = [](float v) { return std::max(v, 0.0f) + std::log1p(std::exp(-std::abs(v))); };
  const auto sigmoid = [](float v) { return 1.0f / (1.0f + std::exp(-v)); };
  const auto unit = [](float v) { return std::max(0.0f, std::min(1.0f, v)); };
  switch (act.fn) {
    case Act::none: return x;
    case Act::relu: return std::max(x, 0.0f);
    case Act::leaky_relu: return x < 0 ? act.alpha * x : x;
    case Act::clip: return std::min(std::max(x, act.alpha), act.beta);
    case Act::sigmoid: return sigmoid(x);
    case Act::tanh: return std::tanh(x);
    case Act::silu: return x * sigmoid(x);
    case Act::gelu: return 0.5f * x * (1.0f + std::erf(x * kInvSqrt2));
    case Act::gelu_tanh: return 0.5f * x * (1.0f + std::tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    case Act::elu: return x < 0 ? act.alpha * std::expm1(x) : x;
    case Act::hard_sigmoid: return unit(act.alpha * x + act.beta);
    case Act::hard_swish: return x * unit(x * (1.0f / 6.0f) + 0.5f);
    case Act::softplus: return softplus(x);
    case Act::exp: return std::exp(x);
    case Act::log: return std::log(x);
    case Act::sqrt: return std::sqrt(x);
    case Act::abs: return std::abs(x);
    case Act::neg: return -x;
    case Act::reciprocal: return 1.0f / x;
    case Act::erf: return std::erf(x);
    case Act::sin: return std::sin(x);
    case Act::square: return x * x;
    case Act::sign: return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f;
    case Act::mish: return x * std::tanh(softplus(x));
  }
  return x;
}

namespace interpreter {
namespace {

float truth(bool v) { return v ? 1.0f : 0.0f; }

float combine(Binary::Op op, float a, float b) {
  switch (op) {
    case Binary::Op::add: return a + b;
    case Binary::Op::sub: return a - b;
    case Binary::Op::mul: return a * b;
    case Binary::Op::div: return a / b;
    case Binary::Op::max: return std::max(a, b);
    case Binary::Op::min: return std::min(a, b);
    case Binary::Op::pow: return std::pow(a, b);
    case Binary::Op::equal: return truth(a == b);
    case Binary::Op::less: return truth(a < b);
    case Binary::Op::less_equal: return truth(a <= b);
    case Binary::Op::greater: return truth(a > b);
    case Binary::Op::greater_equal: return truth(a >= b);
    case Binary::Op::logic_and: return truth(a != 0 && b != 0);
    case Binary::Op::logic_or: return truth(a != 0 || b != 0);
    case Binary::Op::logic_xor: return truth((a != 0) != (b != 0));
  }
  return 0;
}

float reduce(Reduce::Op op, float acc, float v) {
  switch (op) {
    case Reduce::Op::mean:
    case Reduce::Op::sum: return acc + v;
    case Reduce::Op::max: return std::max(acc, v);
    case Reduce::Op::min: return std::min(acc, v);
  }
  return 0;
}

}  // namespace

void run(const Binary& op, const Operands& in, const Shape& shape, Array& y) {
  const std::array steps{broadcast_strides(*in[0].shape, shape), broadcast_strides(*in[1].shape, shape)};
  walk(shape, steps, [&](std::size_t i, const auto& at) {
    y[i] = apply(op.act, combine(op.op, in[0].data[at[0]], in[1].data[at[1]]));
  });
}

void run(const Unary& op, const Operands& in, const Shape&, Array& y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = apply(op.act, in[0].data[i]);
}

void run(const MatMul& op, const Operands& in, const Shape& shape, Array& y) {
  const Shape &as = *in[0].shape, &bs = *in[1].shape;
  const std::int64_t rows = shape[shape.size() - 2], columns = shape.back();
  const std::int64_t depth = op.transpose_a ? as[as.size() - 2] : as.back();
  const Shape batch(shape.begin(), shape.end() - 2);
  const auto a_batch = broadcast_strides(Shape(as.begin(), as.end() - 2), batch),
             b_batch = broadcast_strides(Shape(bs.begin(), bs.end() - 2), batch);
  const auto bias = op.has_bias ? broadcast_strides(*in[kBiasSlot].shape, shape) : std::vector<std::int64_t>();
  std::vector<std::int64_t> index(shape.size(), 0);
  std::size_t to = 0;
  do {
    const std::int64_t m = index[shape.size() - 2], n = index.back();
    const std::vector<std::int64_t> lead(index.begin(), index.end() - 2);
    const float* a = in[0].data + dot(lead, a_batch) * rows * depth;
    const float* b = in[1].data + dot(lead, b_batch) * depth * columns;
    float acc = 0;
    for (std::int64_t k = 0; k < depth; ++k)
      acc = acc + (op.transpose_a ? a[k * rows + m] : a[m * depth + k]) *
                      (op.transpose_b ? b[n * depth + k] : b[k * columns + n]);
    acc = op.alpha * acc;
    if (op.has_bias) acc = acc + op.beta * in[kBiasSlot].data[dot(index, bias)];
    if (op.has_residual) acc = acc + in[kResidualSlot].data[to];
    y[to++] = apply(op.act, acc);
  } while (next(index, shape));
}

void run(const Where&, const Operands& in, const Shape& shape, Array& y) {
  const std::array steps{broadcast_strides(*in[0].shape, shape), broadcast_strides(*in[1].shape, shape),
                         broadcast_strides(*in[2].shape, shape)};
  walk(shape, steps,
       [&](std::size_t i, const auto& at) { y[i] = in[0].data[at[0]] != 0 ? in[1].data[at[1]] : in[2].data[at[2]]; });
}

void run(const Cast& op, const Operands& in, const Shape&, Array& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float x = in[0].data[i];
    y[i] = op.to == Element::boolean ? truth(x != 0) : op.to == Element::i64 ? std::trunc(x) : x;
  }
}

void run(const BatchNorm& op, const Operands& in, const Shape& shape, Array& y) {
  const std::int64_t channels = shape[1];
  std::int64_t inner = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) inner *= shape[i];
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::int64_t c = static_cast<std::int64_t>(i) / inner % channels;
    const float scale = in[1].data[c] / std::sqrt(in[4].data[c] + op.epsilon);
    y[i] = (in[0].data[i] - in[3].data[c]) * scale + in[2].data[c];
  }
}

void run(const Softmax& op, const Operands& in, const Shape& shape, Array& y) {
  const std::size_t axis = positive(op.axis, shape.size());
  const std::int64_t count = shape[axis], step = strides(shape)[axis];
  for (std::int64_t block = 0; block < elements(shape) / (count * step); ++block)
    for (std::int64_t i = 0; i < step; ++i) {
      const float* x = in[0].data + block * count * step + i;
      float* to = y.data() + block * count * step + i;
      float top = x[0], sum = 0;
      for (std::int64_t k = 1; k < count; ++k) top = std::max(top, x[k * step]);
      for (std::int64_t k = 0; k < count; ++k) sum = sum + (to[k * step] = std::exp(x[k * step] - top));
      for (std::int64_t k = 0; k < count; ++k) to[k * step] = to[k * step] / sum;
    }
}

void run(const Reduce& op, const Operands& in, const Shape& shape, Array& y) {
  const Shape& x = *in[0].shape;
  std::vector<bool> reduced(x.size(), false);
  for (const std::int64_t axis : op.axes) reduced[positive(axis, x.size())] = true;
  Shape kept = x;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (reduced[i]) kept[i] = 1;
  const auto to = broadcast_strides(kept, x);
  std::vector<bool> started(y.size(), false);
  std::vector<std::int64_t> index(x.size(), 0);
  std::size_t from = 0;
  do {
    const auto at = static_cast<std::size_t>(dot(index, to));
    y[at] = started[at] ? reduce(op.op, y[at], in[0].data[from]) : in[0].data[from];
    started[at] = true;
    ++from;
  } while (next(index, x));
  if (op.op == Reduce::Op::mean)
    for (float& v : y) v = v / static_cast<float>(elements(x) / elements(shape));
}

}  // namespace interpreter
}  // namespace inf::compiler
