#include "tools/workflow/sweep/evaluate.h"

#include <unordered_map>

#include "isa/base/error.h"
#include "tools/workflow/host_time.h"
#include "tools/workflow/stop_watch.h"
#include "tools/workflow/sweep/case_metrics.h"
#include "tools/workflow/sweep/device_call.h"
#include "tools/workflow/sweep/general_run.h"
#include "tools/workflow/sweep/infeasible.h"
#include "tools/workflow/sweep/roofline_bound.h"
#include "tools/workflow/sweep/shared_graphs.h"
#include "tools/workflow/sweep/tile_bound.h"

namespace inf::workflow::sweep {
namespace {

/// Readers do not look at cores.
std::optional<CoreLayout> layout_of(const Case& c, const Workload& workload) {
  if (!workload.cores || workload.text) return std::nullopt;
  return lay_out_cores(c.chip, c.instance, c.sizes, *workload.cores, workload.cores_place);
}

BoundTarget bound_target(const Case& c, const DeviceQuestion& q) {
  return {c.chip, c.instance, q.workload.precision, q.workload.weights, q.workload.host_operators,
          c.mode, q.layout,   q.graph.samples};
}

std::vector<compiler::Graph> host_graphs(const compiler::PlacedModel& model) {
  std::vector<compiler::Graph> graphs;
  for (const compiler::CompiledSegment& segment : model.segments)
    if (segment.place == compiler::Place::host) graphs.push_back(segment.graph);
  return graphs;
}

}  // namespace

/// What is remembered of a question, as far as somebody had to know it.
struct Known {
  struct Tiles {
    std::vector<ProgramBound> programs;
    std::vector<compiler::Graph> host;
  };
  std::optional<Tiles> tiles;
  std::optional<DeviceCall> call;
};

struct Evaluator::Shared {
  SharedGraphs graphs;
  std::unordered_map<std::string, Known> known;

  /// Of one model. With timing alone on one core the exact time costs no more than a bound of it.
  CaseOutcome evaluate_model(const Case& c, const Workload& workload, const GiveUp& give_up);
  std::optional<Bound> tiles(const Case& c, const DeviceQuestion& q, Known& known,
                             std::optional<compiler::PlacedModel>& model);
};

std::optional<Bound> Evaluator::Shared::tiles(const Case& c, const DeviceQuestion& q, Known& known,
                                              std::optional<compiler::PlacedModel>& model) {
  if (c.mode == RunOptions::Mode::timing && !q.layout) return std::nullopt;
  if (!known.tiles) {
    model = compile(q);
    known.tiles = Known::Tiles{tile_programs(*model, c.chip, c.mode), host_graphs(*model)};
  }
  double host = 0;
  for (const compiler::Graph& graph : known.tiles->host) host += host_ns(graph, c.instance.runtime);
  return call_bound("tiles", known.tiles->programs, host, bound_target(c, q));
}

CaseOutcome Evaluator::Shared::evaluate_model(const Case& c, const Workload& workload, const GiveUp& give_up) {
  const std::shared_ptr<const SharedGraph> graph = graphs.of(workload, c.chip);
  const DeviceQuestion question{*graph,
                                workload,
                                c.chip,
                                c.mode,
                                layout_of(c, workload),
                                static_cast<double>(c.instance.runtime.device_start_ns)};
  Known& own = known[key_of(question)];
  std::optional<compiler::PlacedModel> model;
  CaseOutcome outcome;
  outcome.bound = tiles(c, question, own, model);
  if (outcome.bound && give_up && give_up(*outcome.bound)) {
    outcome.status = Status::discarded;
    return outcome;
  }
  if (c.mode == RunOptions::Mode::timing) {
    if (!own.call) {
      if (!model) model = compile(question);
      own.call = time(question, *model);
    }
    const TimedSections report = measure(*own.call, question, c.instance);
    outcome.metrics = case_metrics(report.latency, report.throughput, report.cost, graph->samples, report.energy);
    outcome.device_ns = report.latency.device_ns;
  } else {
    const Measured measured = run_model(c, workload, graph->samples);
    outcome.metrics = measured.metrics;
    outcome.device_ns = measured.device_ns;
  }
  outcome.status = Status::done;
  return outcome;
}

Evaluator::Evaluator() : shared_(std::make_unique<Shared>()) {}
Evaluator::~Evaluator() = default;

CaseOutcome Evaluator::evaluate(const Case& c, const GiveUp& give_up) {
  const StopWatch watch;
  CaseOutcome outcome;
  try {
    if (c.workload.pipeline) {
      const Measured measured = run_pages(c);
      outcome.status = Status::done;
      outcome.metrics = measured.metrics;
      outcome.device_ns = measured.device_ns;
    } else {
      outcome = shared_->evaluate_model(c, resolve(c.workload), give_up);
    }
  } catch (const Error& error) {
    if (!is_refusal(error)) throw;
    outcome = infeasible(error);
  }
  outcome.seconds = watch.seconds();
  return outcome;
}

std::optional<Bound> Evaluator::roofline(const Case& c) {
  if (c.workload.pipeline) return std::nullopt;
  try {
    const Workload workload = resolve(c.workload);
    const std::shared_ptr<const SharedGraph> graph = shared_->graphs.of(workload, c.chip);
    const DeviceQuestion question{*graph, workload, c.chip, c.mode, layout_of(c, workload), 0};
    return roofline_bound(graph->facts, bound_target(c, question));
  } catch (const Error& error) {
    if (!is_refusal(error)) throw;
    return std::nullopt;  // evaluate() says why
  }
}

}  // namespace inf::workflow::sweep
