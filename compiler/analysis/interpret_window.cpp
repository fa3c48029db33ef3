#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/analysis/interpret.h"
#include "compiler/analysis/interpret_ops.h"
#include "compiler/ir/access.h"

namespace inf::compiler::interpreter {
namespace {

/// Adds weight x one input row to the output row under one tap.
void add_row(float weight, const float* x, std::int64_t width, float* y, std::int64_t out_width, std::int64_t first,
             std::int64_t stride) {
  for (std::int64_t ox = 0; ox < out_width; ++ox) {
    const std::int64_t ix = first + ox * stride;
    if (ix >= 0 && ix < width) y[ox] = y[ox] + weight * x[ix];
  }
}

void convolve_plane(const Conv& c, const Operand& x, const Operand& w, std::int64_t n, std::int64_t oc,
                    const Shape& shape, float* y) {
  const Shape &xs = *x.shape, &ws = *w.shape;
  const std::int64_t first_channel = oc / (shape[1] / c.groups) * ws[1];
  for (std::int64_t ic = 0; ic < ws[1]; ++ic)
    for (std::int64_t ky = 0; ky < ws[2]; ++ky)
      for (std::int64_t kx = 0; kx < ws[3]; ++kx) {
        const float weight = w.data[((oc * ws[1] + ic) * ws[2] + ky) * ws[3] + kx];
        for (std::int64_t oy = 0; oy < shape[2]; ++oy) {
          const std::int64_t iy = oy * c.stride[0] - c.pads.top + ky * c.dilation[0];
          if (iy < 0 || iy >= xs[2]) continue;
          const float* row = x.data + ((n * xs[1] + first_channel + ic) * xs[2] + iy) * xs[3];
          add_row(weight, row, xs[3], y + oy * shape[3], shape[3], kx * c.dilation[1] - c.pads.left, c.stride[1]);
        }
      }
}

/// Gathers: output (oy, ox) takes input (iy, ix) through tap k when oy + pad = iy * stride + k * dilation.
void transposed_plane(const Conv& c, const Operand& x, const Operand& w, std::int64_t n, std::int64_t oc,
                      const Shape& shape, float* y) {
  const Shape &xs = *x.shape, &ws = *w.shape;
  const std::int64_t per_group_in = xs[1] / c.groups, group = oc / ws[1], o = oc % ws[1];
  for (std::int64_t ic = group * per_group_in; ic < (group + 1) * per_group_in; ++ic)
    for (std::int64_t ky = 0; ky < ws[2]; ++ky)
      for (std::int64_t kx = 0; kx < ws[3]; ++kx) {
        const float weight = w.data[((ic * ws[1] + o) * ws[2] + ky) * ws[3] + kx];
        for (std::int64_t iy = 0; iy < xs[2]; ++iy) {
          const std::int64_t oy = iy * c.stride[0] + ky * c.dilation[0] - c.pads.top;
          if (oy < 0 || oy >= shape[2]) continue;
          for (std::int64_t ix = 0; ix < xs[3]; ++ix) {
            const std::int64_t ox = ix * c.stride[1] + kx * c.dilation[1] - c.pads.left;
            if (ox < 0 || ox >= shape[3]) continue;
            float& to = y[oy * shape[3] + ox];
            to = to + weight * x.data[((n * xs[1] + ic) * xs[2] + iy) * xs[3] + ix];
          }
        }
      }
}

float pool_window(const Pool& p, const float* plane, const Shape& x, std::int64_t oy, std::int64_t ox) {
  const bool max = p.kind == Pool::Kind::max;
  float acc = max ? -std::numeric_limits<float>::infinity() : 0.0f;
  std::int64_t count = 0;
  for (std::int64_t ky = 0; ky < p.kernel[0]; ++ky)
    for (std::int64_t kx = 0; kx < p.kernel[1]; ++kx) {
      const std::int64_t iy = oy * p.stride[0] - p.pads.top + ky * p.dilation[0],
                         ix = ox * p.stride[1] - p.pads.left + kx * p.dilation[1];
      if (iy < 0 || iy >= x[2] || ix < 0 || ix >= x[3]) continue;
      const float v = plane[iy * x[3] + ix];
      acc = max ? std::max(acc, v) : acc + v;
      ++count;
    }
  if (max) return acc;
  if (p.count_include_pad) count = p.kernel[0] * p.kernel[1];
  return count == 0 ? 0.0f : acc / static_cast<float>(count);
}

/// Where output position `o` lies on the input axis.
float source(Resize::Coordinates c, std::int64_t o, std::int64_t in, std::int64_t out, float scale) {
  const auto x = static_cast<float>(o);
  switch (c) {
    case Resize::Coordinates::half_pixel: return (x + 0.5f) / scale - 0.5f;
    case Resize::Coordinates::pytorch_half_pixel: return out > 1 ? (x + 0.5f) / scale - 0.5f : 0.0f;
    case Resize::Coordinates::align_corners:
      return out > 1 ? x * static_cast<float>(in - 1) / static_cast<float>(out - 1) : 0.0f;
    case Resize::Coordinates::asymmetric: return x / scale;
  }
  return 0;
}

float rounded(Resize::Round r, float x) {
  switch (r) {
    case Resize::Round::prefer_floor: return std::ceil(x - 0.5f);
    case Resize::Round::prefer_ceil: return std::floor(x + 0.5f);
    case Resize::Round::floor: return std::floor(x);
    case Resize::Round::ceil: return std::ceil(x);
  }
  return 0;
}

/// Two input positions and the share of the second one; nearest has one position and no share.
struct Tap {
  std::int64_t low = 0, high = 0;
  float share = 0;
};

std::vector<Tap> taps(const Resize& r, std::size_t axis, std::int64_t in, std::int64_t out) {
  std::vector<Tap> list(static_cast<std::size_t>(out));
  for (std::int64_t o = 0; o < out; ++o) {
    float x = source(r.coordinates, o, in, out, r.scale[axis]);
    if (r.mode == Resize::Mode::nearest) x = rounded(r.round, x);
    x = std::clamp(x, 0.0f, static_cast<float>(in - 1));
    const auto low = static_cast<std::int64_t>(x);
    list[static_cast<std::size_t>(o)] = {low, std::min(low + 1, in - 1), x - static_cast<float>(low)};
  }
  return list;
}

}  // namespace

void run(const Conv& op, const Operands& in, const Shape& shape, Array& y) {
  const std::int64_t plane = shape[2] * shape[3];
  const Operand bias = op.has_bias ? in[kBiasSlot] : Operand{},
                residual = op.has_residual ? in[kResidualSlot] : Operand{};
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t oc = 0; oc < shape[1]; ++oc) {
      const std::int64_t at = (n * shape[1] + oc) * plane;
      float* to = y.data() + at;
      (op.transposed ? transposed_plane : convolve_plane)(op, in[0], in[1], n, oc, shape, to);
      for (std::int64_t i = 0; i < plane; ++i) {
        float v = to[i];
        if (bias) v = v + bias.data[oc];
        if (residual) v = v + residual.data[at + i];
        to[i] = apply(op.act, v);
      }
    }
}

void run(const Pool& op, const Operands& in, const Shape& shape, Array& y) {
  const Shape& x = *in[0].shape;
  for (std::int64_t nc = 0; nc < shape[0] * shape[1]; ++nc)
    for (std::int64_t oy = 0; oy < shape[2]; ++oy)
      for (std::int64_t ox = 0; ox < shape[3]; ++ox)
        y[static_cast<std::size_t>((nc * shape[2] + oy) * shape[3] + ox)] =
            pool_window(op, in[0].data + nc * x[2] * x[3], x, oy, ox);
}

void run(const Resize& op, const Operands& in, const Shape& shape, Array& y) {
  const Shape& x = *in[0].shape;
  const std::vector<Tap> rows = taps(op, 0, x[2], shape[2]), columns = taps(op, 1, x[3], shape[3]);
  auto* to = y.data();
  for (std::int64_t nc = 0; nc < shape[0] * shape[1]; ++nc)
    for (const Tap& r : rows)
      for (const Tap& c : columns) {
        const float* top = in[0].data + (nc * x[2] + r.low) * x[3];
        const float* bottom = in[0].data + (nc * x[2] + r.high) * x[3];
        if (op.mode == Resize::Mode::nearest) {
          *to++ = top[c.low];
          continue;
        }
        const float above = top[c.low] * (1 - c.share) + top[c.high] * c.share;
        const float below = bottom[c.low] * (1 - c.share) + bottom[c.high] * c.share;
        *to++ = above * (1 - r.share) + below * r.share;
      }
}

}  // namespace inf::compiler::interpreter
