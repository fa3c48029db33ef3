#include "workloads/parseq/demo_reader.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "workloads/parseq/weights.h"
#include "workloads/weights/random.h"
#include "workloads/words/font.h"
#include "workloads/words/render.h"

namespace inf::workloads {
namespace {

constexpr int kWidth = 128, kHeight = 32, kCell = kWidth / kWordCells, kPool = 2;  // pixels
constexpr int kPictures = 640;
constexpr std::size_t kUnknowns = kDemoFeatures + kDemoHinges + 1;  // and the bias
constexpr double kRidge = 0.5;

using Features = std::array<double, kDemoFeatures>;
using Row = std::vector<double>;  // kUnknowns

struct Sample {
  Features features;
  std::size_t label;
};

WordStyle style_of(const CounterRandom& random, std::uint64_t at) {
  WordStyle style;
  style.weight = random.uniform(at, 0.0F, 0.5F);
  style.slant = random.uniform(at + 1, -0.06F, 0.13F);
  style.ink = random.uniform(at + 2, 10.0F, 75.0F);
  style.paper = random.uniform(at + 3, 185.0F, 250.0F);
  style.blur = random.uniform(at + 4, 0.0F, 0.8F);
  style.noise = random.uniform(at + 5, 0.0F, 8.0F);
  style.noise_seed = at;
  return style;
}

// 0 for white and 1 for black.
Features features_of(const Grey& picture, int cell) {
  Features features;
  for (int r = 0; r < kDemoFeatureRows; ++r) {
    for (int c = 0; c < kDemoFeatureColumns; ++c) {
      int light = 0;
      for (int y = 0; y < kPool; ++y)
        for (int x = 0; x < kPool; ++x)
          light += picture.pixels[static_cast<std::size_t>((r * kPool + y) * kWidth + cell * kCell + c * kPool + x)];
      features[static_cast<std::size_t>(r * kDemoFeatureColumns + c)] = 1 - light / (255.0 * kPool * kPool);
    }
  }
  return features;
}

// Every character comes as often as any other, and so does a blank.
std::vector<Sample> samples() {
  const CounterRandom random(1, "demo reader");
  constexpr std::uint64_t kDraws = 16;
  std::vector<Sample> samples;
  for (int p = 0; p < kPictures; ++p) {
    const std::uint64_t at = static_cast<std::uint64_t>(p) * kDraws;
    std::string text;
    for (int c = 0; c < kWordCells; ++c) {
      const std::size_t pick = static_cast<std::size_t>((p * kWordCells + c) * 37) % (kCharset.size() + 1);
      text += pick == kCharset.size() ? ' ' : kCharset[pick];
    }
    const WordStyle style = style_of(random, at);
    Grey picture = blank(kWidth, kHeight, style);
    // A box around a word is as rough as its finder.
    const float left = random.uniform(at + 6, -2.0F, 2.0F), right = random.uniform(at + 7, -2.0F, 2.0F);
    const float rise = random.uniform(at + 8, -2.0F, 2.0F), stretch = random.uniform(at + 9, 0.9F, 1.1F);
    draw_text(picture, text,
              {left, 0.5F * kHeight * (1 - stretch) + rise, (kWidth - left - right) / kWordCells, kHeight * stretch},
              style);
    add_noise(picture, style);
    for (int c = 0; c < kWordCells; ++c) {
      const std::size_t found = kCharset.find(text[static_cast<std::size_t>(c)]);
      samples.push_back({features_of(picture, c), found == std::string_view::npos ? 0 : found + 1});
    }
  }
  return samples;
}

// The plane half-way between two samples of different classes, with a slope of 2 across it.
DemoHinge hinge_between(const Features& a, const Features& b) {
  constexpr double kSlope = 2;
  DemoHinge hinge;
  double length = 0, middle = 0;
  for (std::size_t i = 0; i < kDemoFeatures; ++i) {
    hinge.weight[i] = a[i] - b[i];
    length += hinge.weight[i] * hinge.weight[i];
    middle += hinge.weight[i] * (a[i] + b[i]) / 2;
  }
  const double scale = kSlope / std::sqrt(length);
  for (double& w : hinge.weight) w *= scale;
  hinge.bias = -middle * scale;
  return hinge;
}

std::vector<DemoHinge> choose_hinges(const std::vector<Sample>& samples) {
  const CounterRandom random(1, "demo hinges");
  std::vector<DemoHinge> hinges;
  for (std::uint64_t draw = 0; hinges.size() < kDemoHinges; draw += 2) {
    const Sample& a = samples[random.bits(draw) % samples.size()];
    const Sample& b = samples[random.bits(draw + 1) % samples.size()];
    if (a.label != b.label) hinges.push_back(hinge_between(a.features, b.features));
  }
  return hinges;
}

Row row_of(const Features& features, const std::vector<DemoHinge>& hinges) {
  Row row(features.begin(), features.end());
  for (const DemoHinge& hinge : hinges) {
    double sum = hinge.bias;
    for (std::size_t i = 0; i < kDemoFeatures; ++i) sum += hinge.weight[i] * features[i];
    row.push_back(std::max(0.0, sum));
  }
  row.push_back(1);
  return row;
}

// Lower triangle of the Cholesky factor, in place.
void factor(std::vector<Row>& a) {
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
    }
  }
}

void solve(const std::vector<Row>& l, Row& x) {
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= l[i][k] * x[k];
    x[i] /= l[i][i];
  }
  for (std::size_t i = kUnknowns; i-- > 0;) {
    for (std::size_t k = i + 1; k < kUnknowns; ++k) x[i] -= l[k][i] * x[k];
    x[i] /= l[i][i];
  }
}

}  // namespace

DemoReader solve_demo_reader() {
  const std::vector<Sample> all = samples();
  DemoReader reader;
  reader.hinges = choose_hinges(all);
  // Normal equations: sums of x x' and of x y', where y is 1 at the sample's class.
  std::vector<Row> matrix(kUnknowns, Row(kUnknowns)), right(kHeadClasses, Row(kUnknowns));
  for (const Sample& sample : all) {
    const Row x = row_of(sample.features, reader.hinges);
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      right[sample.label][i] += x[i];
      if (x[i] == 0) continue;
      for (std::size_t j = 0; j <= i; ++j) matrix[i][j] += x[i] * x[j];
    }
  }
  for (std::size_t i = 0; i + 1 < kUnknowns; ++i) matrix[i][i] += kRidge;
  factor(matrix);
  constexpr auto kFeatures = static_cast<std::ptrdiff_t>(kDemoFeatures);
  for (Row& x : right) {
    solve(matrix, x);
    reader.classes.push_back({{x.begin(), x.begin() + kFeatures}, {x.begin() + kFeatures, x.end() - 1}, x.back()});
  }
  return reader;
}

}  // namespace inf::workloads
