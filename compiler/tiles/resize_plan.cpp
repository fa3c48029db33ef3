#include "compiler/tiles/resize_plan.h"

#include "compiler/tiles/reach.h"

#include <algorithm>
#include <cmath>

namespace inf::compiler {
namespace {

/// Source position of output `i`, by ONNX's coordinate_transformation_mode.
double source_of(const Resize& r, double scale, std::int64_t in, std::int64_t out, std::int64_t i) {
  const double x = static_cast<double>(i);
  switch (r.coordinates) {
    case Resize::Coordinates::half_pixel: return (x + 0.5) / scale - 0.5;
    case Resize::Coordinates::pytorch_half_pixel: return out > 1 ? (x + 0.5) / scale - 0.5 : 0;
    case Resize::Coordinates::align_corners:
      return out > 1 ? x * static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
    case Resize::Coordinates::asymmetric: return x / scale;
  }
  return x;
}

double nearest(Resize::Round round, double x) {
  switch (round) {
    case Resize::Round::prefer_floor: return std::ceil(x - 0.5);
    case Resize::Round::prefer_ceil: return std::floor(x + 0.5);
    case Resize::Round::floor: return std::floor(x);
    case Resize::Round::ceil: return std::ceil(x);
  }
  return x;
}

struct Sample {
  int src0 = 0, src1 = 0;
  float w0 = 1, w1 = 0;
};

Sample sample(const Resize& r, double scale, std::int64_t in, std::int64_t out, std::int64_t i) {
  const double x = source_of(r, scale, in, out, i);
  const auto clamp = [&](double v) { return static_cast<int>(std::clamp<double>(v, 0, static_cast<double>(in - 1))); };
  if (r.mode == Resize::Mode::nearest) {
    const int s = clamp(nearest(r.round, x));
    return {s, s, 1, 0};
  }
  const double low = std::floor(x);
  Sample s{clamp(low), clamp(low + 1), static_cast<float>(1 - (x - low)), static_cast<float>(x - low)};
  if (s.src0 == s.src1 || s.w1 == 0) return {s.src0, s.src0, 1, 0};
  if (s.w0 == 0) return {s.src1, s.src1, 1, 0};
  return s;
}

}  // namespace

std::vector<BlendRun> blend_runs(const Resize& r, int axis, std::int64_t in, std::int64_t out) {
  const double scale = r.scale[static_cast<std::size_t>(axis)] > 0 ? r.scale[static_cast<std::size_t>(axis)]
                                                                   : static_cast<double>(out) / static_cast<double>(in);
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < out; ++i) samples.push_back(sample(r, scale, in, out, i));
  // Outputs a fixed distance apart often share their weights: an integer factor s gives s such families. Grow the
  // longest run from each output that no run has yet, over every distance up to kFarthest.
  constexpr int kFarthest = 8;
  std::vector<BlendRun> runs;
  std::vector<bool> done(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (done[i]) continue;
    BlendRun best{static_cast<int>(i), 1, 1, samples[i].src0, samples[i].src1, 0, samples[i].w0, samples[i].w1};
    for (std::size_t step = 1; step <= kFarthest && i + step < samples.size(); ++step) {
      const int advance = samples[i + step].src0 - samples[i].src0;
      int count = 1;
      for (std::size_t j = i + step; j < samples.size() && !done[j]; j += step, ++count) {
        const Sample &a = samples[j - step], &b = samples[j];
        if (b.w0 != a.w0 || b.w1 != a.w1 || b.src0 - a.src0 != advance || b.src1 - a.src1 != advance) break;
      }
      if (count > best.count) best.step = static_cast<int>(step), best.count = count, best.src_step = advance;
    }
    for (int k = 0; k < best.count; ++k) done[i + static_cast<std::size_t>(k * best.step)] = true;
    runs.push_back(best);
  }
  return runs;
}

BlendRun clip(const BlendRun& run, int lo, int hi) {
  BlendRun r = run;
  const int skip = run.first >= lo ? 0 : (lo - run.first + run.step - 1) / run.step;
  const int stop = run.first >= hi ? 0 : (hi - run.first + run.step - 1) / run.step;
  r.count = std::min(run.count, stop) - skip;
  r.first += skip * run.step;
  r.src0 += skip * run.src_step;
  r.src1 += skip * run.src_step;
  return r;
}

bool folds_alike(const ResizeTile& t, int row) {
  for (int fold = 1; fold < t.folds; ++fold) {
    const int first = row + fold * t.rows;
    const int shift = resize_source(t, first, first + t.rows).first - resize_source(t, row, row + t.rows).first;
    for (const BlendRun& whole : t.vertical) {
      BlendRun a = clip(whole, row, row + t.rows), b = clip(whole, first, first + t.rows);
      if (a.count <= 0 && b.count <= 0) continue;
      b.first -= fold * t.rows;
      b.src0 -= shift;
      b.src1 -= shift;
      if (a != b) return false;
    }
  }
  return true;
}

std::pair<int, int> resize_source(const ResizeTile& t, int first, int last) {
  int low = INT32_MAX, high = 0;
  for (const BlendRun& r : t.vertical)
    for (int k = 0; k < r.count; ++k) {
      const int out = r.first + k * r.step;
      if (out < first || out >= last) continue;
      low = std::min({low, r.src0 + k * r.src_step, r.src1 + k * r.src_step});
      high = std::max({high, r.src0 + k * r.src_step + 1, r.src1 + k * r.src_step + 1});
    }
  return {low, high};
}

int resize_input_rows(const ResizeTile& t, int height) {
  int most = 0;
  for (int row = 0; row < height; row += t.rows) {
    const auto [low, high] = resize_source(t, row, std::min(height, row + t.rows));
    most = std::max(most, high - low);
  }
  return most;
}

bool resize_in_reach(const ResizeTile& t, std::int64_t x_width, std::int64_t y_width) {
  if (!in_reach(std::max(x_width, y_width), t.rows)) return false;
  return std::all_of(t.vertical.begin(), t.vertical.end(), [&](const BlendRun& r) {
    const std::int64_t rows = std::min<std::int64_t>(r.count, (t.rows + r.step - 1) / r.step);
    return in_reach(r.src_step * x_width, rows) && in_reach(r.step * x_width, rows);
  });
}

}  // namespace inf::compiler
