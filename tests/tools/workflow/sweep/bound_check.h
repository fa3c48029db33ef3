#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/tools/workflow/sweep/bound_models.h"
#include "tests/tools/workflow/sweep/random_hardware.h"
#include "tools/workflow/sweep/call_bound.h"
#include "tools/workflow/sweep/graph_facts.h"

namespace inf::test {

/// A model, its facts for chips with and without loops, made once.
class BoundGraph {
 public:
  explicit BoundGraph(const BoundModel& model);
  const std::string name;
  compiler::Graph imported;
  const workflow::sweep::GraphFacts& facts(bool loops) const { return loops ? with_loops_ : unrolled_; }

 private:
  workflow::sweep::GraphFacts with_loops_, unrolled_;
};

/// How a case is run, drawn from a seed.
struct BoundSettings {
  arch::ChipSpec chip;
  arch::InstanceSpec instance;
  workflow::Precision precision;
  compiler::WeightChoice weights = compiler::WeightChoice::automatic;
  compiler::HostOperators host_operators = compiler::HostOperators::forbid;
  std::optional<workflow::CoreLayout> layout;
  workflow::sweep::BoundTarget target() const {
    return {chip, instance, precision, weights, host_operators, workflow::RunOptions::Mode::timing, layout, 1};
  }
};
BoundSettings random_settings(std::uint64_t seed);

/// What a simulation says beside what the bounds say; empty where the chip refuses the model.
struct Compared {
  workflow::sweep::Metrics simulated;
  std::vector<workflow::sweep::Bound> bounds;
  double device_ns = 0;
  std::vector<double> device_bounds_ns;  ///< parallel to bounds; of one core alone
};
std::optional<Compared> compare_bounds(const BoundGraph& graph, const BoundSettings& settings);

/// Each metric that is better than a bound allows, in words.
std::vector<std::string> broken_bounds(const Compared& compared);

}  // namespace inf::test
