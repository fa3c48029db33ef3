#include "tools/workflow/profile/what_if.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string_view>

#include "isa/arch/parameters.h"
#include "isa/base/error.h"
#include "isa/base/overload.h"
#include "sim/replay/replay.h"
#include "sim/replay/stream_times.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/profile/timeline.h"

namespace inf::workflow {
namespace {

constexpr double kStep = 0.1;
/// Effects from this part of the latency on are worth another program.
constexpr double kWorthPlanning = 0.005;

/// How a parameter's what-if is made.
enum class Way : std::uint8_t {
  replay,  ///< and planned again where that shows that it matters
  shares,  ///< planned again where that is possible: the compiler spreads transfers over what it finds
  plan,    ///< instructions follow it: only another program tells
  none,    ///< the compiler takes no other value, or one call of one core does not see it
};
/// Numbers that step by halves: partitions fall into halves and quarters, over the array and over an engine's lanes.
bool by_halves(std::string_view path) {
  return path == "tensor.rows" || path == "tensor.columns" || path.ends_with(".lanes");
}
Way way_of(std::string_view path) {
  constexpr std::string_view plan[] = {"tensor.rows", "tensor.columns",  "tensor.max_moving",
                                       "psum.banks",  "psum.bank_bytes", "sbuf.bytes_per_partition"};
  constexpr std::string_view outside[] = {"chip.", "neuronlink.", "host."};
  if (path == "dma.engines" || path == "dma.partitions_per_engine") return Way::shares;
  if (path == "sbuf.partitions" || path == "psum.partitions") return Way::none;
  if (std::find(std::begin(plan), std::end(plan), path) != std::end(plan)) return Way::plan;
  const bool other = std::any_of(std::begin(outside), std::end(outside),
                                 [&](std::string_view section) { return path.starts_with(section); });
  return other ? Way::none : Way::replay;
}

/// A number of the chip; empty for switches, names and lists.
struct Number {
  double value = 0;
  bool whole = true;
};
std::optional<Number> number_of(const arch::Parameter& p) {
  return std::visit(Overload{[](const int* v) {
                               return std::optional<Number>({static_cast<double>(*v), true});
                             },
                             [](const std::int64_t* v) {
                               return std::optional<Number>({static_cast<double>(*v), true});
                             },
                             [](const double* v) {
                               return std::optional<Number>({*v, false});
                             },
                             [](const auto*) { return std::optional<Number>(); }},
                    p.target);
}

arch::ChipSpec with(const arch::ChipSpec& chip, std::size_t parameter, double value) {
  arch::ChipSpec changed = chip;
  const arch::Parameter p = arch::parameters(changed)[parameter];
  std::visit(Overload{[&](int* v) { *v = static_cast<int>(std::llround(value)); },
                      [&](std::int64_t* v) { *v = std::llround(value); }, [&](double* v) { *v = value; }, [](auto*) {}},
             p.target);
  return changed;
}

/// ReplayedRun of the recorded run on changed chips.
class ReplayedRun {
 public:
  ReplayedRun(const RecordedRun& run, const arch::ChipSpec& chip) : time_(chip) {
    const Timeline line = timeline_of(run, time_);
    ticks_ = fixed_ = line.end;
    for (const TimelineEvent& e : decisive_events(line)) {
      if (e.program < 0) continue;
      fixed_ -= e.piece.ticks;
      programs_.emplace_back(run.programs[static_cast<std::size_t>(e.program)].recording, chip);
    }
  }
  std::int64_t ticks() const { return ticks_; }
  /// What does not depend on the chip.
  std::int64_t fixed() const { return fixed_; }
  std::int64_t on(const arch::ChipSpec& chip) const {
    std::int64_t sum = fixed_;
    for (const sim::Replayer& program : programs_) sum += in_own_ticks(program.end(chip), chip);
    return sum;
  }
  std::int64_t in_own_ticks(Tick t, const arch::ChipSpec& chip) const {
    return time_.from_ns(arch::Timebase(chip).to_ns(t)).value;
  }

 private:
  const arch::Timebase time_;
  std::vector<sim::Replayer> programs_;
  std::int64_t ticks_ = 0, fixed_ = 0;
};

/// The programs of the model on another chip, against those of this one.
class Plans {
 public:
  Plans(const ReplayedRun& latency, const arch::ChipSpec& chip, const PlanAgain& plan)
      : latency_(latency), plan_(plan), here_(plan ? sum(chip) : 0) {}
  bool possible() const { return here_ > 0; }
  /// Nothing where the model cannot be compiled for `chip`.
  std::optional<std::int64_t> on(const arch::ChipSpec& chip) const {
    if (!possible()) return std::nullopt;
    try {
      // What data decided in the run (loops that end early) scales with the rest.
      const double ratio = static_cast<double>(sum(chip)) / static_cast<double>(here_);
      return latency_.fixed() + std::llround(static_cast<double>(latency_.ticks() - latency_.fixed()) * ratio);
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::internal) throw;
      return std::nullopt;
    }
  }

 private:
  std::int64_t sum(const arch::ChipSpec& chip) const {
    std::int64_t ticks = 0;
    compiler::PlacedModel model = plan_(chip);
    for (compiler::CompiledSegment& segment : model.segments)
      if (segment.place == compiler::Place::chip)
        ticks += latency_.in_own_ticks(sim::program_time(chip, *segment.model.source), chip);
    return ticks;
  }

  const ReplayedRun& latency_;
  const PlanAgain& plan_;
  std::int64_t here_;
};

/// One parameter at a time.
class Asker {
 public:
  Asker(const ReplayedRun& run, const Plans& plans, const arch::ChipSpec& chip)
      : run_(run), plans_(plans), chip_(chip) {}

  /// Nothing for what is no number, or without effect.
  std::optional<WhatIf> ask(std::size_t index, const arch::Parameter& p) const {
    const std::optional<Number> number = number_of(p);
    const Way way = way_of(p.path);
    if (!number || number->value == 0 || way == Way::none) return std::nullopt;
    WhatIf w;
    w.parameter = p.path;
    w.unit = p.unit;
    w.value = number->value;
    w.lower = stepped(w.value, number->whole, false, p.low, p.high);
    w.upper = stepped(w.value, number->whole, true, p.low, p.high);
    if (by_halves(p.path)) w.lower = std::max(p.low, std::floor(w.value / 2)), w.upper = std::min(p.high, 2 * w.value);
    w.ticks_lower = w.ticks_upper = run_.ticks();
    if (way == Way::replay || (way == Way::shares && !plans_.possible())) {
      replay(index, w);
      if (worth_planning(w)) plan(index, w);
    } else {
      plan(index, w);
    }
    if (w.ticks_lower == run_.ticks() && w.ticks_upper == run_.ticks()) return std::nullopt;
    w.elasticity = static_cast<double>(w.ticks_upper - w.ticks_lower) / static_cast<double>(run_.ticks()) /
                   ((w.upper - w.lower) / w.value);
    return w;
  }

 private:
  void replay(std::size_t index, WhatIf& w) const {
    w.method = kReplayed;
    if (w.lower != w.value) w.ticks_lower = run_.on(with(chip_, index, w.lower));
    if (w.upper != w.value) w.ticks_upper = run_.on(with(chip_, index, w.upper));
  }
  bool worth_planning(const WhatIf& w) const {
    const std::int64_t most = std::max(std::abs(w.ticks_lower - run_.ticks()), std::abs(w.ticks_upper - run_.ticks()));
    return plans_.possible() && static_cast<double>(most) > kWorthPlanning * static_cast<double>(run_.ticks());
  }
  /// A value that the model cannot be compiled for is not tried.
  void plan(std::size_t index, WhatIf& w) const {
    w.method = kPlannedAgain;
    const auto at = [&](double& value, std::int64_t& ticks) {
      const std::optional<std::int64_t> planned =
          value == w.value ? std::nullopt : plans_.on(with(chip_, index, value));
      if (!planned) value = w.value;
      ticks = planned.value_or(run_.ticks());
    };
    at(w.lower, w.ticks_lower);
    at(w.upper, w.ticks_upper);
  }

  const ReplayedRun& run_;
  const Plans& plans_;
  const arch::ChipSpec& chip_;
};

}  // namespace

PlanAgain plan_again(const Workload& workload) {
  auto graph = std::make_shared<std::optional<compiler::Graph>>();
  return [workload, graph](const arch::ChipSpec& chip) {
    if (!*graph) *graph = fit(workload, false).run().graph;
    return compiler::compile_placed(**graph, chip, with_workload({}, workload), workload.host_operators);
  };
}

double stepped(double value, bool whole, bool up, double low, double high) {
  double step = value * kStep;
  if (whole) step = std::max(1.0, std::round(step));
  const double next = up ? value + step : value - step;
  return next < low || next > high ? value : next;
}

std::vector<WhatIf> what_ifs(const RecordedRun& run, const arch::ChipSpec& chip, const PlanAgain& plan_again,
                             Progress& progress) {
  std::vector<WhatIf> all;
  if (!run.instructions() || run.programs.empty()) return all;
  const ReplayedRun replayed(run, chip);
  const Plans plans(replayed, chip, plan_again);
  const Asker asker(replayed, plans, chip);
  arch::ChipSpec copy = chip;
  const std::vector<arch::Parameter> parameters = arch::parameters(copy);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    progress.update(static_cast<double>(i) / static_cast<double>(parameters.size()), parameters[i].path);
    if (std::optional<WhatIf> w = asker.ask(i, parameters[i])) all.push_back(std::move(*w));
  }
  return all;
}

}  // namespace inf::workflow
