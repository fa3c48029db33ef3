#include "tools/workflow/uncertainty.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/format.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/statistics.h"

namespace inf::workflow {
namespace {

/// What one sample gave for one point.
struct Outcome {
  double latency_ns = 0, full_latency_ns = 0, usd_on_demand = 0, usd_reserved = 0;
  double light_on_demand = 0, light_reserved = 0;
};

/// A point whose figures are asked for again and again.
struct Subject {
  arch::InstanceSpec instance;
  arch::ChipSpec chip;
  std::int64_t batch = 1;
  Spread spread = Spread::data_parallel;
  std::vector<Outcome> outcomes;
};

std::vector<UncertainParameter> parameters_of(const Subject& subject) {
  std::vector<UncertainParameter> all = uncertain_parameters(subject.chip);
  for (UncertainParameter& p : uncertain_parameters(subject.instance)) all.push_back(std::move(p));
  return all;
}

std::vector<Influence> influences_of(const Subject& subject, std::uint64_t seed) {
  std::vector<double> latency;
  for (const Outcome& outcome : subject.outcomes) latency.push_back(outcome.latency_ns);
  std::vector<Influence> list;
  for (const UncertainParameter& p : parameters_of(subject)) {
    std::vector<double> drawn;
    for (std::size_t n = 0; n < latency.size(); ++n) drawn.push_back(draw(p, seed, n));
    list.push_back({p.owner, p.path, p.unit, p.value, p.low, p.high, rank_correlation(drawn, latency)});
  }
  std::stable_sort(list.begin(), list.end(), [](const Influence& a, const Influence& b) {
    return std::fabs(a.correlation) > std::fabs(b.correlation);
  });
  return list;
}

/// Simulates samples of subjects.
class Sampler {
 public:
  Sampler(const WorkloadFile& file, const Overrides& overrides, const UncertaintyOptions& options, RunCache& cache,
          std::optional<std::int64_t> workers)
      : file_(file), overrides_(overrides), options_(options), cache_(cache), workers_(workers) {}

  void take(Subject& subject, std::uint64_t sample) {
    const arch::ChipSpec chip = sampled(subject.chip, options_.seed, sample);
    const arch::InstanceSpec instance = sampled(subject.instance, options_.seed, sample);
    Overrides over = overrides_;
    over.chip = instance.chip_file.string();
    over.instances = false;
    over.batch = subject.batch;
    Progress quiet(false);
    const Workload workload = resolve(file_, over);
    const DeviceRun run = run_device({workload, chip, instance.runtime, chip.cores, subject.spread}, cache_, quiet);
    const ComparePoint point = price(run, subject.batch, subject.spread, chip, instance, workers_);
    Outcome outcome;  // a sample that cannot be never wins
    outcome.latency_ns = outcome.full_latency_ns = outcome.usd_on_demand = outcome.usd_reserved =
        outcome.light_on_demand = outcome.light_reserved = std::numeric_limits<double>::infinity();
    if (point.feasible())
      outcome = {point.light.p99_ns,      point.full.p99_ns,         point.full.usd_on_demand,
                 point.full.usd_reserved, point.light.usd_on_demand, point.light.usd_reserved};
    subject.outcomes.push_back(outcome);
  }

 private:
  const WorkloadFile& file_;
  const Overrides& overrides_;
  const UncertaintyOptions& options_;
  RunCache& cache_;
  std::optional<std::int64_t> workers_;
};

void take_all(std::vector<Subject>& subjects, Sampler& sampler, const UncertaintyOptions& options, Progress& progress) {
  progress.stage("uncertainty");
  const auto total = static_cast<double>(options.samples) * static_cast<double>(subjects.size());
  double done = 0;
  for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(options.samples); ++n)
    for (Subject& subject : subjects) {
      progress.update(done / total, fmt::format("sample {} of {}", n + 1, options.samples));
      sampler.take(subject, n);
      done += 1;
    }
  progress.clear();
}

UncertainPoint summarise(const Subject& subject, std::uint64_t seed) {
  UncertainPoint point;
  point.instance = subject.instance.name;
  point.family = subject.instance.family;
  point.what = fmt::format("batch {}{}", subject.batch, subject.spread == Spread::pipeline ? ", pipeline" : "");
  std::vector<double> latency, on_demand, reserved;
  for (const Outcome& outcome : subject.outcomes) {
    latency.push_back(outcome.latency_ns);
    on_demand.push_back(outcome.usd_on_demand);
    reserved.push_back(outcome.usd_reserved);
  }
  point.latency_ns = spread_of(latency);
  point.usd_on_demand = spread_of(on_demand);
  point.usd_reserved = spread_of(reserved);
  point.influences = influences_of(subject, seed);
  return point;
}

Uncertainty summarise(const std::vector<Subject>& subjects, const UncertaintyOptions& options) {
  Uncertainty result;
  result.samples = options.samples;
  result.seed = options.seed;
  std::set<std::string> causes;
  for (const Subject& subject : subjects) {
    result.points.push_back(summarise(subject, options.seed));
    for (const UncertainParameter& p : parameters_of(subject)) causes.insert(p.cause);
  }
  result.parameters = causes.size();
  return result;
}

/// The best that a family's subjects reach in one sample.
struct BestOf {
  double latency = std::numeric_limits<double>::infinity(), on_demand = latency, reserved = latency;
};
BestOf best_of(const std::vector<Subject>& subjects, const std::string& family, std::size_t n,
               const std::optional<double>& slo_ns) {
  BestOf best;
  for (const Subject& subject : subjects) {
    if (subject.instance.family != family) continue;
    const Outcome& o = subject.outcomes[n];
    best.latency = std::min(best.latency, o.latency_ns);
    if (!slo_ns || o.latency_ns <= *slo_ns) {
      best.on_demand = std::min(best.on_demand, o.light_on_demand);
      best.reserved = std::min(best.reserved, o.light_reserved);
    }
    if (!slo_ns || o.full_latency_ns <= *slo_ns) {
      best.on_demand = std::min(best.on_demand, o.usd_on_demand);
      best.reserved = std::min(best.reserved, o.usd_reserved);
    }
  }
  return best;
}

std::vector<Duel> duels_of(const std::vector<Subject>& subjects, const std::optional<double>& slo_ns) {
  std::vector<std::string> families;
  for (const Subject& subject : subjects)
    if (std::find(families.begin(), families.end(), subject.instance.family) == families.end())
      families.push_back(subject.instance.family);
  std::vector<Duel> duels;
  for (std::size_t i = 0; i < families.size(); ++i)
    for (std::size_t j = i + 1; j < families.size(); ++j) {
      Duel duel{families[i], families[j]};
      const std::size_t samples = subjects.front().outcomes.size();
      const double each = 1.0 / static_cast<double>(std::max<std::size_t>(1, samples));
      for (std::size_t n = 0; n < samples; ++n) {
        const BestOf a = best_of(subjects, duel.a, n, slo_ns), b = best_of(subjects, duel.b, n, slo_ns);
        duel.faster += b.latency < a.latency ? each : 0;
        duel.cheaper_on_demand += b.on_demand < a.on_demand ? each : 0;
        duel.cheaper_reserved += b.reserved < a.reserved ? each : 0;
      }
      duels.push_back(duel);
    }
  return duels;
}

/// The fastest and the cheapest point of each family, each once.
std::vector<const ComparePoint*> nominees(const Comparison& comparison) {
  std::map<std::string, std::vector<const ComparePoint*>> families;
  std::vector<std::string> order;
  for (const ComparePoint& point : comparison.points) {
    if (!point.feasible()) continue;
    if (!families.contains(point.family)) order.push_back(point.family);
    families[point.family].push_back(&point);
  }
  std::vector<const ComparePoint*> chosen;
  for (const std::string& family : order) {
    const ComparePoint *fast = nullptr, *cheap = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (const ComparePoint* point : families[family]) {
      if (fast == nullptr || point->light.p99_ns < fast->light.p99_ns) fast = point;
      for (const OperatingPoint* at : {&point->light, &point->full}) {
        const double usd = std::isfinite(at->usd_on_demand) ? at->usd_on_demand : at->usd_reserved;
        if ((comparison.slo_ns && at->p99_ns > *comparison.slo_ns) || usd >= least) continue;
        least = usd;
        cheap = point;
      }
    }
    chosen.push_back(fast);
    if (cheap != nullptr && cheap != fast) chosen.push_back(cheap);
  }
  return chosen;
}

}  // namespace

Uncertainty run_uncertainty(const WorkloadFile& file, const Overrides& overrides, const UncertaintyOptions& options,
                            RunCache& cache, Progress& progress) {
  const Workload workload = resolve(file, overrides);
  Subject subject;
  subject.instance = find_instance(workload);
  subject.instance.chip_file = workload.chip;
  subject.chip = arch::load_chip(workload.chip);
  Progress quiet(false);
  const DeviceRun nominal = run_device(
      {workload, subject.chip, subject.instance.runtime, subject.chip.cores, Spread::data_parallel}, cache, quiet);
  if (!nominal.feasible()) throw Error(ErrorKind::unsupported, "--uncertainty", nominal.refused);
  subject.batch = nominal.batch;
  std::vector<Subject> subjects = {std::move(subject)};
  Sampler sampler(file, overrides, options, cache, std::nullopt);
  take_all(subjects, sampler, options, progress);
  return summarise(subjects, options);
}

Uncertainty compare_uncertainty(const WorkloadFile& file, const Overrides& overrides, const Comparison& comparison,
                                const UncertaintyOptions& options, RunCache& cache, Progress& progress) {
  std::vector<Subject> subjects;
  for (const ComparePoint* point : nominees(comparison)) {
    const auto instance = std::find_if(comparison.instances.begin(), comparison.instances.end(),
                                       [&](const arch::InstanceSpec& spec) { return spec.name == point->instance; });
    subjects.push_back({*instance, arch::load_chip(instance->chip_file), point->batch, point->spread, {}});
  }
  Sampler sampler(file, overrides, options, cache, comparison.workers);
  take_all(subjects, sampler, options, progress);
  Uncertainty result = summarise(subjects, options);
  result.duels = duels_of(subjects, comparison.slo_ns);
  return result;
}

}  // namespace inf::workflow
