#include "tools/activation_tables/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "isa/numerics/convert.h"
#include "tools/activation_tables/functions.h"

namespace inf::numerics {
namespace {

using Value = long double;
using Cubic = std::array<Value, 4>;

/// Segments are halved until the fit is this good, relative to the largest value in the segment. Where the function has
/// decayed to a small fraction of its size only bf16's precision is asked for.
constexpr Value kTolerance = 0x1p-25L, kTailTolerance = 0x1p-15L, kTailFrom = 0x1p-10L;
constexpr int kMaxBits = 8;

/// The function behind a table on one side of zero, as a function of u = |x|.
struct Target {
  const Spec& spec;
  int side;

  Value operator()(Value u) const {
    Real x, y;
    mpfr_set_ld(x.get(), side == 0 ? u : -u, MPFR_RNDN);
    if (spec.reduction == Reduction::logarithm)
      exact_log1p(x, y);
    else
      exact_value(spec.fn, x, y);
    return mpfr_get_ld(y.get(), MPFR_RNDN);
  }
};

Value horner(const Cubic& c, Value t) { return ((c[3] * t + c[2]) * t + c[1]) * t + c[0]; }

/// i-th of n Chebyshev nodes of [0, h].
Value node(int i, int n, Value h) { return h / 2 * (1 - std::cos((2 * i + 1) * std::numbers::pi_v<Value> / (2 * n))); }

/// The polynomial through (t[i], y[i]), as coefficients of 1, t, t^2, ...
template <std::size_t N>
std::array<Value, N> interpolate(const std::array<Value, N>& t, std::array<Value, N> y) {
  for (std::size_t j = 1; j < N; ++j)
    for (std::size_t i = N - 1; i >= j; --i) y[i] = (y[i] - y[i - 1]) / (t[i] - t[i - j]);
  std::array<Value, N> c{};
  for (std::size_t i = N; i-- > 0;) {
    for (std::size_t k = N - 1; k > 0; --k) c[k] = c[k - 1] - t[i] * c[k];
    c[0] = y[i] - t[i] * c[0];
  }
  return c;
}

Cubic fit_segment(const Target& f, Value left, Value h) {
  Cubic t, y;
  for (int i = 0; i < 4; ++i) {
    t[static_cast<std::size_t>(i)] = node(i, 4, h);
    y[static_cast<std::size_t>(i)] = f(left + t[static_cast<std::size_t>(i)]);
  }
  return interpolate(t, y);
}

/// At zero the constant is exact, so that small arguments keep their relative precision.
Cubic fit_at_zero(const Target& f, Value h) {
  const Value at_zero = f(0);
  std::array<Value, 3> t, y;
  for (int i = 0; i < 3; ++i) {
    t[static_cast<std::size_t>(i)] = node(i, 3, h);
    y[static_cast<std::size_t>(i)] = (f(t[static_cast<std::size_t>(i)]) - at_zero) / t[static_cast<std::size_t>(i)];
  }
  const auto c = interpolate(t, y);
  return {at_zero, c[0], c[1], c[2]};
}

bool good(const Target& f, const Cubic& c, Value left, Value h) {
  constexpr int kSamples = 8;
  Value error = 0, size = 0;
  for (int i = 0; i <= kSamples; ++i) {
    const Value t = h * i / kSamples, exact = f(left + t);
    size = std::max(size, std::fabs(exact));
    error = std::max(error, std::fabs(horner(c, t) - exact));
  }
  return error <= size * (size < kTailFrom ? kTailTolerance : kTolerance);
}

struct SideBuilder {
  Target f;
  Fitted& out;
  Value end;

  void push(const Cubic& c) {
    for (const Value v : c) out.segments.push_back(static_cast<float>(v));
  }
  std::uint32_t next_segment() const { return static_cast<std::uint32_t>(out.segments.size() / 4); }
  void push_octave(int bits) { out.octaves.push_back(next_segment() << 5 | static_cast<std::uint32_t>(23 - bits)); }

  /// Segments of one octave up to `end`, with 2^bits segments in a whole octave. False when a fit is not good enough.
  bool octave(int exponent, int bits, std::vector<Cubic>& cubics) const {
    const Value h = std::ldexp(Value{1}, exponent - bits);
    cubics.clear();
    for (int s = 0; s < 1 << bits; ++s) {
      const Value left = std::ldexp(Value{1}, exponent) + s * h;
      if (left >= end) return true;
      if (left + h > end && f.spec.side[f.side].tail != Tail::extrapolate)
        return false;  // a segment must start at the end
      cubics.push_back(fit_segment(f, left, h));
      if (bits < kMaxBits && !good(f, cubics.back(), left, std::min(h, end - left))) return false;
    }
    return true;
  }
};

/// The exponent of the first octave: the largest one below which a single cubic does. Reduced arguments start at 1.
int first_exponent(const Target& f) {
  switch (f.spec.reduction) {
    case Reduction::square_root:
    case Reduction::reciprocal_square_root:
    case Reduction::reciprocal: return 0;
    case Reduction::none:
    case Reduction::exponential:
    case Reduction::logarithm: break;
  }
  int exponent = 0;
  for (; exponent > -16; --exponent) {
    const Value h = std::ldexp(Value{1}, exponent);
    const Cubic c = fit_at_zero(f, h);
    bool fits = true;
    for (int i = 1; i <= 8; ++i) {
      const Value exact = f(h * i / 8);
      fits = fits && std::fabs(horner(c, h * i / 8) - exact) <= kTolerance * std::fabs(exact);
    }
    if (fits) break;
  }
  return exponent;
}

void fit_side(const Spec& spec, int side, Fitted& out) {
  const Side& s = spec.side[side];
  SideBuilder b{{spec, side}, out, s.end};
  const int first = first_exponent(b.f);
  const bool from_one = first == 0;
  out.table.first_octave[side] = first + 127;
  out.table.octave_row[side] = static_cast<std::int32_t>(out.octaves.size());
  out.table.at_infinity[side] = s.at_infinity;
  const bool whole = s.tail == Tail::extrapolate;
  out.table.limit[side] = bits_of(static_cast<float>(s.end));

  out.octaves.push_back(b.next_segment() << 5 | 31u);
  b.push(from_one ? Cubic{} : fit_at_zero(b.f, std::ldexp(Value{1}, first)));
  std::vector<Cubic> cubics;
  int exponent = first;
  for (; std::ldexp(1.0, exponent) < s.end; ++exponent) {
    int bits = 0;
    while (!b.octave(exponent, bits, cubics)) ++bits;
    b.push_octave(bits);
    for (const Cubic& c : cubics) b.push(c);
  }
  if (whole) return;
  // The tail is the next segment: inside the last octave, or the first of an octave of its own.
  if (std::ldexp(1.0, exponent) == s.end) b.push_octave(0);
  b.push({s.tail_value, s.tail == Tail::linear ? Value{1} : Value{0}, 0, 0});
}

}  // namespace

ActivationTable Fitted::view() const {
  ActivationTable t = table;
  t.octaves = octaves.data();
  t.segments = segments.data();
  t.segment_count = static_cast<std::int32_t>(segments.size() / 4);
  return t;
}

Fitted fit(const Spec& spec) {
  Fitted out{};
  out.table.reduction = spec.reduction;
  out.table.symmetry = spec.symmetry;
  fit_side(spec, 0, out);
  if (spec.symmetry == Symmetry::none && spec.reduction != Reduction::square_root &&
      spec.reduction != Reduction::reciprocal_square_root)
    fit_side(spec, 1, out);
  return out;
}

}  // namespace inf::numerics
