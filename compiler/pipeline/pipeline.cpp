#include "compiler/pipeline/pipeline.h"

#include <fmt/format.h>

#include "compiler/passes/graph_passes.h"
#include "compiler/passes/plain_loops.h"
#include "compiler/pipeline/batch_rounds.h"
#include "compiler/pipeline/device_memory.h"
#include "compiler/pipeline/keep_weights.h"
#include "compiler/pipeline/optimised.h"
#include "compiler/pipeline/requirements.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/streams/tile_source.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/lower.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

constexpr const char* kLower = "lower_to_tiles";
constexpr const char* kPlanSbuf = "plan_sbuf";
constexpr const char* kSplitBatch = "split_batch";
constexpr const char* kKeepWeights = "keep_weights";
constexpr const char* kPlanMemory = "plan_memory";
constexpr const char* kEmit = "emit_streams";

/// The tensor engine takes what the options give it.
void require_operands(const arch::ChipSpec& chip, DType compute) {
  if (chip.tensor.takes(compute)) return;
  std::string known;
  for (const DType t : chip.tensor.dtypes)
    if (is_float(t) && chip.tensor.takes(t)) known += (known.empty() ? "" : ", ") + std::string(name(t));
  throw Error(ErrorKind::unsupported, chip.name,
              fmt::format("its tensor engine takes no {} operands, only {}", name(compute), known),
              {compute == DType::fp32 ? "cast what enters it: --auto-cast matmult, or all"
                                      : "choose another type with --auto-cast-type"});
}

/// Hands out the text of a pass's result where somebody wants it.
template <class Text>
void dump(const CompileOptions& options, const std::string& pass, Text&& text) {
  if (options.dump && options.wants_dump && options.wants_dump(pass)) options.dump(pass, text());
}

/// Makes the values that `keep` names graph outputs too.
void keep_values(Graph& graph, const std::vector<std::string>& keep) {
  for (const std::string& name : keep) {
    const auto found = std::find_if(graph.values.begin(), graph.values.end(),
                                    [&](const Value& v) { return v.name == name && !v.constant; });
    const auto id = static_cast<ValueId>(found - graph.values.begin());
    if (found == graph.values.end() || std::count(graph.inputs.begin(), graph.inputs.end(), id) > 0)
      throw Error(ErrorKind::usage, graph.name, fmt::format("no operator makes a value '{}' to keep", name));
    if (std::count(graph.outputs.begin(), graph.outputs.end(), id) == 0) graph.outputs.push_back(id);
  }
}

}  // namespace

std::vector<PassInfo> passes() {
  std::vector<PassInfo> list;
  for (const GraphPass& pass : graph_passes()) list.push_back({std::string(pass.name), std::string(pass.description)});
  list.push_back({kLower, "chooses storage, packing, tile shapes and constant layouts for every operator"});
  list.push_back({kPlanSbuf, "places matrices in SBUF by their lifetimes, and in device memory what finds no room"});
  list.push_back({kSplitBatch, "does the batch in rounds where its values would otherwise not stay in SBUF"});
  list.push_back({kKeepWeights, "keeps weights in SBUF from call to call as far as they fit and gain"});
  list.push_back({kPlanMemory, "places every tensor in device memory by its lifetime"});
  list.push_back({kEmit, "makes instructions, semaphores and DMA transfers tile by tile, on demand"});
  return list;
}

Graph optimise(Graph graph, bool loops, const GraphPassOptions& options) {
  if (!loops) unroll_loops(graph);
  run_graph_passes(graph, options);
  return graph;
}

CompiledModel compile(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options) {
  require_usable(chip);
  require_operands(chip, options.compute);
  const auto known = passes();
  if (!options.stop_after.empty() &&
      std::none_of(known.begin(), known.end(), [&](const PassInfo& p) { return p.name == options.stop_after; }))
    throw Error(ErrorKind::usage, "--stop-after", fmt::format("no pass is called '{}'", options.stop_after),
                {"--list-passes prints all of them"});
  const auto graph_list = graph_passes();
  const bool stops_in_graph = std::any_of(graph_list.begin(), graph_list.end(),
                                          [&](const GraphPass& p) { return p.name == options.stop_after; });
  GraphPassOptions graph_options;
  if (stops_in_graph) graph_options.stop_after = options.stop_after;
  graph_options.dump_after = [&](const GraphPass& pass, const Graph& g, bool) {
    dump(options, std::string(pass.name), [&] { return print(g); });
  };
  graph = optimise(std::move(graph), chip.sequencer.loops, graph_options);
  if (!stops_in_graph) return compile_optimised(std::move(graph), chip, options);
  CompiledModel model;
  model.graph = std::move(graph);
  return model;
}

CompiledModel compile_optimised(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options) {
  require_usable(chip);
  require_operands(chip, options.compute);
  CompiledModel model;
  model.graph = std::move(graph);
  keep_values(model.graph, options.keep);

  Lowered lowered = lower(model.graph, chip, options, weight_ring_bytes(chip));
  if (options.verify) verify(lowered.program, kLower);
  dump(options, kLower, [&] { return print(lowered.program); });
  if (options.stop_after == kLower) return model;

  SbufPlan sbuf = plan_sbuf(lowered.program, chip);
  dump(options, kPlanSbuf, [&] { return print(lowered.program); });
  if (options.stop_after == kPlanSbuf) return model;

  const std::int64_t rounds = best_rounds(model.graph, lowered.program, chip, options);
  if (rounds > 1) {
    lowered = lower_in_rounds(model.graph, rounds, chip, options, weight_ring_bytes(chip));
    sbuf = plan_sbuf(lowered.program, chip);
    if (options.verify) verify(lowered.program, kSplitBatch);
  }
  dump(options, kSplitBatch, [&] { return print(lowered.program); });
  if (options.stop_after == kSplitBatch) return model;

  if (options.weights == WeightChoice::automatic)
    lowered = keep_weights(model.graph, chip, options, rounds, {std::move(lowered), sbuf});
  model.weights = weight_use(lowered, chip);
  model.estimates = std::move(lowered.estimates);
  if (options.verify) verify(lowered.program, kKeepWeights);
  dump(options, kKeepWeights, [&] { return print(lowered.program); });
  if (options.stop_after == kKeepWeights) return model;

  plan_memory(lowered.program);
  check_device_memory(device_memory_need(lowered.program), chip, model.graph.name);
  if (options.verify) verify(lowered.program, kPlanMemory);
  dump(options, kPlanMemory, [&] { return print(lowered.program); });
  if (options.stop_after == kPlanMemory) return model;

  model.source = make_source(std::move(lowered.program), chip);
  return model;
}

}  // namespace inf::compiler
