#include <algorithm>
#include <cmath>

#include "compiler/analysis/interpret_ops.h"
#include "compiler/ir/access.h"

namespace inf::compiler::interpreter {
namespace {

const float* line(const Operand& x, const HeadView& v, std::int64_t batch, std::int64_t head, std::int64_t row) {
  return x.data + v.offset + v.batch * batch + v.head * head + v.row * row;
}

/// Turns scores into weights in place: exp(score - largest) / sum.
void softmax(std::vector<float>& scores) {
  const float top = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (float& s : scores) sum = sum + (s = std::exp(s - top));
  for (float& s : scores) s = s / sum;
}

}  // namespace

void run(const LayerNorm& op, const Operands& in, const Shape& shape, Array& y) {
  const std::int64_t width = shape.back();
  const auto n = static_cast<float>(width);
  const bool scaled = in.size() > 1 && in[1], shifted = in.size() > 2 && in[2];
  for (std::size_t first = 0; first < y.size(); first += static_cast<std::size_t>(width)) {
    const float* x = in[0].data + first;
    float sum = 0, squares = 0;
    for (std::int64_t i = 0; i < width && op.center; ++i) sum = sum + x[i];
    const float mean = sum / n;
    for (std::int64_t i = 0; i < width; ++i) squares = squares + (x[i] - mean) * (x[i] - mean);
    const float deviation = std::sqrt(squares / n + op.epsilon);
    for (std::int64_t i = 0; i < width; ++i) {
      float v = (x[i] - mean) / deviation;
      if (scaled) v = v * in[1].data[i];
      if (shifted) v = v + in[2].data[i];
      y[first + static_cast<std::size_t>(i)] = v;
    }
  }
}

void run(const Attention& op, const Operands& in, const Shape&, Array& y) {
  std::vector<float> scores(static_cast<std::size_t>(op.keys));
  const auto row_of_y = [&](std::int64_t b, std::int64_t h, std::int64_t r) {
    return y.data() + op.y.offset + op.y.batch * b + op.y.head * h + op.y.row * r;
  };
  std::vector<std::int64_t> at(3, 0);
  do {
    const std::int64_t b = at[0], h = at[1], r = at[2];
    const float* q = line(in[0], op.q, b, h, r);
    for (std::int64_t key = 0; key < op.keys; ++key) {
      const float* k = line(in[1], op.k, b, h, key);
      float acc = 0;
      for (std::int64_t i = 0; i < op.width; ++i) acc = acc + q[i] * k[i];
      acc = op.scale * acc;
      const auto& s = op.mask_step;
      if (op.has_mask) acc = acc + in[kMaskSlot].data[b * s[0] + h * s[1] + r * s[2] + key * s[3]];
      scores[static_cast<std::size_t>(key)] = acc;
    }
    softmax(scores);
    float* out = row_of_y(b, h, r);
    for (std::int64_t i = 0; i < op.value_width; ++i) {
      float acc = 0;
      for (std::int64_t key = 0; key < op.keys; ++key)
        acc = acc + scores[static_cast<std::size_t>(key)] * line(in[2], op.v, b, h, key)[i];
      out[i] = acc;
    }
  } while (next(at, {op.batch, op.heads, op.rows}));
}

}  // namespace inf::compiler::interpreter
