#include <algorithm>

#include "compiler/tiles/conv_plan.h"

namespace inf::compiler {
namespace {

struct TapRange {
  int low_dy = 0, high_dy = 0, low_dx = 0, high_dx = 0;
};

/// Window offsets actually read: of steps once they are chosen, of taps before.
TapRange range_of(const ConvTile& t) {
  TapRange r{INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN};
  const auto add = [&](int dy, int dx) {
    r.low_dy = std::min(r.low_dy, dy), r.high_dy = std::max(r.high_dy, dy);
    r.low_dx = std::min(r.low_dx, dx), r.high_dx = std::max(r.high_dx, dx);
  };
  for (const Phase& p : t.phases)
    if (p.steps.empty())
      for (const Tap& tap : p.taps) add(tap.dy, tap.dx);
    else
      for (const KStep& s : p.steps) add(s.dy, s.dx);
  return r;
}

std::int64_t floor_mod(std::int64_t a, std::int64_t b) { return ((a % b) + b) % b; }

}  // namespace

int phase_rows(const ConvTile& t) {
  std::int64_t rows = 0;
  for (const Phase& p : t.phases) rows = std::max(rows, p.count[0]);
  return static_cast<int>(rows);
}

BandExtent band_extent(const ConvTile& t) {
  const TapRange r = range_of(t);
  std::int64_t cols = 0;
  for (const Phase& p : t.phases) cols = std::max(cols, p.count[1]);
  BandExtent e;
  e.rows = input_rows(t, t.rows);
  e.cols = static_cast<int>((cols - 1) * t.in_step[1]) + r.high_dx - r.low_dx + 1;
  e.left = -r.low_dx;
  e.low_dy = r.low_dy;
  return e;
}

int first_input_row(const ConvTile& t, int row) { return row * static_cast<int>(t.in_step[0]) + range_of(t).low_dy; }

int input_rows(const ConvTile& t, int rows) {
  const TapRange r = range_of(t);
  return (rows - 1) * static_cast<int>(t.in_step[0]) + r.high_dy - r.low_dy + 1;
}

int total_steps(const ConvTile& t) {
  std::size_t steps = 0;
  for (const Phase& p : t.phases) steps += p.steps.size();
  return static_cast<int>(steps);
}

int first_step_of(const ConvTile& t, const Phase& phase) {
  std::size_t steps = 0;
  for (const Phase& p : t.phases) {
    if (&p == &phase) break;
    steps += p.steps.size();
  }
  return static_cast<int>(steps);
}

int widest_step(const ConvTile& t) {
  int k = 1;
  for (const Phase& p : t.phases)
    for (const KStep& s : p.steps) k = std::max(k, s.partitions);
  return k;
}

std::int64_t staging_bytes(const ConvTile& t, std::int64_t width, int element_size) {
  return std::int64_t{t.rows} * t.folds * t.out_step[0] * width * element_size;
}

std::vector<Phase> conv_phases(const Conv& conv, const Shape& weights, const Shape& y) {
  const int kh = static_cast<int>(weights[2]), kw = static_cast<int>(weights[3]);
  std::vector<Phase> phases;
  if (!conv.transposed) {
    Phase p{{0, 0}, {y[2], y[3]}, {}, {}};
    for (int ky = 0; ky < kh; ++ky)
      for (int kx = 0; kx < kw; ++kx)
        p.taps.push_back({static_cast<int>(ky * conv.dilation[0] - conv.pads.top),
                          static_cast<int>(kx * conv.dilation[1] - conv.pads.left), ky, kx});
    phases.push_back(p);
    return phases;
  }
  // Transposed: input row i adds w[ky] to output row i * stride - pad + ky * dilation, so output row first + j * stride
  // reads input row j + dy for the ky that leave the right remainder.
  for (std::int64_t py = 0; py < std::min(conv.stride[0], y[2]); ++py)
    for (std::int64_t px = 0; px < std::min(conv.stride[1], y[3]); ++px) {
      Phase p{{py, px},
              {(y[2] - py + conv.stride[0] - 1) / conv.stride[0], (y[3] - px + conv.stride[1] - 1) / conv.stride[1]},
              {},
              {}};
      for (int ky = 0; ky < kh; ++ky)
        for (int kx = 0; kx < kw; ++kx) {
          const std::int64_t ry = py + conv.pads.top - ky * conv.dilation[0],
                             rx = px + conv.pads.left - kx * conv.dilation[1];
          if (floor_mod(ry, conv.stride[0]) != 0 || floor_mod(rx, conv.stride[1]) != 0) continue;
          const auto divide = [](std::int64_t a, std::int64_t b) {
            return static_cast<int>(a / b);
          };  // exact: the remainder is 0
          p.taps.push_back({divide(ry, conv.stride[0]), divide(rx, conv.stride[1]), ky, kx});
        }
      if (p.taps.empty()) p.taps.push_back({0, 0, -1, -1});  // no kernel element lands here: the bias alone
      phases.push_back(p);
    }
  return phases;
}

}  // namespace inf::compiler
