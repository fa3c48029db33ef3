#pragma once
#include <array>
#include <vector>

#include "workloads/words/words.h"

namespace inf::workloads {

/// What the demo weights see of one character: the mean ink of each 2x2 pixels of its cell, an eighth of a picture of
/// 128x32, row-major.
inline constexpr int kDemoFeatureRows = 16, kDemoFeatureColumns = 8;
inline constexpr std::size_t kDemoFeatures = kDemoFeatureRows * kDemoFeatureColumns;
/// Hinges max(0, w . features + b) between pairs of characters.
inline constexpr std::size_t kDemoHinges = 512;

struct DemoHinge {
  std::array<double, kDemoFeatures> weight;
  double bias;
};

/// Reads cells: class c (0 is [E], a blank cell) has the score  linear[c] . features + hinge[c] . hinges + bias[c],
/// near 1 for the class that it is and near 0 for the others.
struct DemoReader {
  std::vector<DemoHinge> hinges;
  struct Class {
    std::vector<double> linear, hinge;
    double bias;
  };
  std::vector<Class> classes;
};

/// Solved by ridge regression over words that are rendered for it in many styles and places, in a second and with the
/// same result everywhere.
DemoReader solve_demo_reader();

}  // namespace inf::workloads
