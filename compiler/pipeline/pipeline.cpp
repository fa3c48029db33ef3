#include "compiler/pipeline/pipeline.h"

#include <fmt/format.h>

#include <bit>

#include "compiler/passes/graph_passes.h"
#include "compiler/passes/plain_loops.h"
#include "compiler/pipeline/batch_rounds.h"
#include "compiler/pipeline/device_memory.h"
#include "compiler/pipeline/keep_weights.h"
#include "compiler/streams/horizon.h"
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

constexpr int kRows = 128;          // layouts fold channels onto halves and quarters of them
constexpr int kFewestColumns = 32;  // grain of start partitions

/// What the tiles and streams take for granted of a chip.
void require(const arch::ChipSpec& chip) {
  std::vector<std::string> notes;
  const auto need = [&](bool met, const std::string& what) {
    if (!met) notes.push_back(what);
  };
  need(chip.tensor.rows == chip.sbuf.partitions,
       fmt::format("tensor.rows = {} must equal sbuf.partitions = {}", chip.tensor.rows, chip.sbuf.partitions));
  need(chip.tensor.rows == kRows, fmt::format("tensor.rows = {} must be {}", chip.tensor.rows, kRows));
  need(chip.tensor.columns >= kFewestColumns && std::has_single_bit(static_cast<unsigned>(chip.tensor.columns)),
       fmt::format("tensor.columns = {} must be a power of two from {}: tiles of PSUM start at multiples of it",
                   chip.tensor.columns, kFewestColumns));
  need(chip.tensor.columns <= chip.psum.partitions,
       fmt::format("tensor.columns = {} must be at most psum.partitions = {}", chip.tensor.columns,
                   chip.psum.partitions));
  need(chip.psum.banks >= 2, fmt::format("psum.banks = {} must be at least 2", chip.psum.banks));
  need(chip.dma.queues >= kDmaQueues, fmt::format("dma.queues = {} must be at least {}", chip.dma.queues, kDmaQueues));
  need(chip.semaphores.count >= kSemaphores,
       fmt::format("semaphores.count = {} must be at least {}", chip.semaphores.count, kSemaphores));
  need(sbuf_budget(chip) >= kResidentBytes, fmt::format("sbuf.bytes_per_partition = {} must leave at least {} usable",
                                                        chip.sbuf.bytes_per_partition, 2 * kResidentBytes));
  if (!notes.empty())
    throw Error(ErrorKind::unsupported, chip.name, "the compiler cannot use this chip; change in its file:", notes);
}

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

CompiledModel compile(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options) {
  const auto dump = [&](const std::string& pass, auto&& text) {
    if (options.dump && options.wants_dump && options.wants_dump(pass)) options.dump(pass, text());
  };
  require(chip);
  require_operands(chip, options.compute);
  const auto known = passes();
  if (!options.stop_after.empty() &&
      std::none_of(known.begin(), known.end(), [&](const PassInfo& p) { return p.name == options.stop_after; }))
    throw Error(ErrorKind::usage, "--stop-after", fmt::format("no pass is called '{}'", options.stop_after),
                {"--list-passes prints all of them"});
  const auto graph_list = graph_passes();
  const bool stops_in_graph = std::any_of(graph_list.begin(), graph_list.end(),
                                          [&](const GraphPass& p) { return p.name == options.stop_after; });

  CompiledModel model;
  model.graph = std::move(graph);
  GraphPassOptions graph_options;
  if (stops_in_graph) graph_options.stop_after = options.stop_after;
  graph_options.dump_after = [&](const GraphPass& pass, const Graph& g, bool) {
    dump(std::string(pass.name), [&] { return print(g); });
  };
  if (!chip.sequencer.loops) unroll_loops(model.graph);
  run_graph_passes(model.graph, graph_options);
  if (stops_in_graph) return model;
  keep_values(model.graph, options.keep);

  Lowered lowered = lower(model.graph, chip, options, weight_ring_bytes(chip));
  if (options.verify) verify(lowered.program, kLower);
  dump(kLower, [&] { return print(lowered.program); });
  if (options.stop_after == kLower) return model;

  SbufPlan sbuf = plan_sbuf(lowered.program, chip);
  dump(kPlanSbuf, [&] { return print(lowered.program); });
  if (options.stop_after == kPlanSbuf) return model;

  const std::int64_t rounds = best_rounds(model.graph, lowered.program, chip, options);
  if (rounds > 1) {
    lowered = lower_in_rounds(model.graph, rounds, chip, options, weight_ring_bytes(chip));
    sbuf = plan_sbuf(lowered.program, chip);
    if (options.verify) verify(lowered.program, kSplitBatch);
  }
  dump(kSplitBatch, [&] { return print(lowered.program); });
  if (options.stop_after == kSplitBatch) return model;

  if (options.weights == WeightChoice::automatic)
    lowered = keep_weights(model.graph, chip, options, rounds, {std::move(lowered), sbuf});
  model.weights = weight_use(lowered, chip);
  model.estimates = std::move(lowered.estimates);
  if (options.verify) verify(lowered.program, kKeepWeights);
  dump(kKeepWeights, [&] { return print(lowered.program); });
  if (options.stop_after == kKeepWeights) return model;

  plan_memory(lowered.program);
  check_device_memory(device_memory_need(lowered.program), chip, model.graph.name);
  if (options.verify) verify(lowered.program, kPlanMemory);
  dump(kPlanMemory, [&] { return print(lowered.program); });
  if (options.stop_after == kPlanMemory) return model;

  model.source = make_source(std::move(lowered.program), chip);
  return model;
}

}  // namespace inf::compiler
