#include "tools/workflow/sweep/shared_graphs.h"

#include <algorithm>

#include "compiler/pipeline/optimised.h"
#include "tools/workflow/content_key.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/read_text.h"
#include "tools/workflow/readers.h"
#include "tools/workflow/workload_parseq.h"

namespace inf::workflow::sweep {
namespace {

std::string key_of(const Workload& workload, bool loops) {
  Workload model = workload;  // what the compiler is told changes no graph
  model.precision = {};
  model.host_operators = {};
  model.weights = {};
  ContentKey key(ContentKey::Files::names);
  add_model(model, key);
  key.add(loops ? "loops" : "no loops");
  return key.text();
}

double first_axis(const compiler::Graph& graph) {
  const compiler::Shape& first = graph.value(graph.inputs.front()).shape;
  return first.empty() ? 1 : static_cast<double>(first.front());
}

/// A reader's graph in its first mode.
compiler::Graph reader_graph(const Workload& workload, const arch::ChipSpec& chip) {
  const auto* parseq = std::get_if<BuiltinParseq>(&workload.model);
  ReaderForm form;
  form.place = parseq ? "model.builtin" : std::get<OnnxModel>(workload.model).file.string();
  form.graph = parseq ? parseq_graph(parseq_options(*parseq, parseq->modes.front(), chip)) : load_graph(workload);
  check_charset(workload.text->charset, form.classes(), workload.text->place);
  static_cast<void>(form.size());
  return std::move(form.graph);
}

SharedGraph make(const Workload& workload, const arch::ChipSpec& chip) {
  SharedGraph shared;
  if (workload.text) {
    shared.imported = reader_graph(workload, chip);
    shared.samples = first_axis(shared.imported);
  } else {
    FittedWorkload fitted = fit(workload, false);
    shared.samples = first_axis(fitted.exact.graph);
    shared.imported = fitted.bucket ? std::move(fitted.bucket->graph) : std::move(fitted.exact.graph);
  }
  shared.optimised = compiler::optimise(shared.imported, chip.sequencer.loops);
  shared.facts = graph_facts(shared.optimised);
  return shared;
}

}  // namespace

std::shared_ptr<const SharedGraph> SharedGraphs::of(const Workload& workload, const arch::ChipSpec& chip) {
  const std::string key = key_of(workload, chip.sequencer.loops);
  const auto known = std::find_if(latest_.begin(), latest_.end(), [&](const auto& g) { return g->key == key; });
  if (known != latest_.end()) {
    latest_.splice(latest_.begin(), latest_, known);
    return latest_.front();
  }
  SharedGraph shared = make(workload, chip);
  shared.key = key;
  latest_.push_front(std::make_shared<const SharedGraph>(std::move(shared)));
  if (latest_.size() > kKept) latest_.pop_back();
  return latest_.front();
}

}  // namespace inf::workflow::sweep
