#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "tools/workflow/sweep/case.h"
#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// Computes cases, with the numbers that `inf-sim run` gives for the same settings. Keeps what several cases share:
/// graphs after the passes that do not look at the chip, device times of equal programs on equal chips.
class Evaluator {
 public:
  Evaluator();
  ~Evaluator();

  /// After compiling, before simulating: true gives the case up; the outcome is then `discarded`, with the bound.
  using GiveUp = std::function<bool(const Bound& tiles)>;
  /// A refusal of chip, compiler or instance is an outcome with the reason. Errors: internal and usage only.
  CaseOutcome evaluate(const Case& c, const GiveUp& give_up = {});

  /// The best that this case can reach by the graph, the chip and the instance alone, without compiling. Nothing for
  /// workloads that are more than one model.
  std::optional<Bound> roofline(const Case& c);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace inf::workflow::sweep
