#include "compiler/tiles/lower.h"

#include <fmt/format.h>

#include "compiler/analysis/cost.h"
#include "compiler/tiles/lowering.h"
#include "compiler/tiles/schedule.h"
#include "compiler/tiles/survey.h"

namespace inf::compiler {

Lowered lower(Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, std::int64_t weight_ring) {
  // Sizes say what fits; gaps between lifetimes may say otherwise. Then less is kept.
  for (double share = 1;; share *= 0.9) {
    Graph tried = graph;
    Lowered lowered;
    lowered.program.name = graph.name;
    lowered.program.compute = options.compute;
    lowered.program.storage = options.storage;
    lowered.program.weight_ring = weight_ring;
    lowered.stored_edges = options.stored_edges;
    lowered.plane_share = share;
    Lowering(tried, chip, lowered).run();
    if (!place_planes(lowered.program, chip)) continue;
    graph = std::move(tried);
    return lowered;
  }
}

std::vector<std::optional<Obstacle>> survey(Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options) {
  Lowered tried;
  tried.program.compute = options.compute;
  tried.program.storage = options.storage;
  tried.program.weight_ring = weight_ring_bytes(chip);
  tried.stored_edges = options.stored_edges;
  return Lowering(graph, chip, tried).survey();
}

Lowering::Lowering(Graph& graph, const arch::ChipSpec& chip, Lowered& lowered, Lowering* outer)
    : graph_(graph),
      chip_(chip),
      program_(lowered.program),
      estimates_(lowered.estimates),
      lowered_(lowered),
      outer_(outer) {
  captured_.assign(graph.values.size(), kNoValue);
  tensors_.assign(graph.values.size(), kNoTensor);
  outputs_beside_.assign(graph.values.size(), kNoTensor);
  homes_.resize(graph.values.size());
  for (std::size_t i = 0; i < graph.ledger.size(); ++i) {
    const LedgerEntry& entry = graph.ledger[i];
    ledger_at_.emplace(entry.node, i);
    if (entry.fate == Fate::fused && entry.into != entry.node) fused_into_[entry.into].insert(i);
  }
}

void Lowering::start() {
  find_fp32_values();
  if (!outer_) lowered_.fp32 = fp32_;
  find_windows();
  plan_planes();
  for (ValueId input : graph_.inputs) tensor_of(input);
}

std::vector<std::optional<Obstacle>> Lowering::survey() {
  start();
  std::vector<std::optional<Obstacle>> found(graph_.nodes.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    try {
      lower_node(graph_.nodes[i]);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unsupported) throw;
      found[i] = Obstacle{error.message(), error.notes().empty() ? "" : error.notes()[0]};
    }
  }
  return found;
}

void Lowering::run() {
  start();
  for (const Node& node : graph_.nodes) lower_node(node);
  for (ValueId output : graph_.outputs) {
    if (outputs_beside_[static_cast<std::size_t>(output)] != kNoTensor) continue;
    const TensorId x = tensor_of(output);
    TileTensor& t = program_.tensor(x);
    const bool own = t.parent == kNoTensor && t.role == TileTensor::Role::scratch && t.dtype == output_type(output);
    if (own) {
      t.role = TileTensor::Role::output;
      t.name = graph_.value(output).name;  // a loop's buffer has one of its own
      continue;
    }
    // The value is also read on chip, or shares its storage: the caller gets a copy of its own, floats widened to fp32.
    const Value& v = graph_.value(output);
    if (t.role != TileTensor::Role::input) t.name += ".internal";
    const TensorId y = scratch(v.name, v.shape, output_type(output));
    program_.tensor(y).role = TileTensor::Role::output;
    Node copier;
    copier.name = v.name + " (output)";
    const std::int64_t n = elements(v.shape);
    copy(copier, {.x = as_dense(x, copier), .y = y, .size = {n}, .x_step = {1}, .y_step = {1}});
  }
}

void Lowering::lower_node(const Node& node) {
  if (const auto lacks = support(graph_, node, chip_)) refuse(node, lacks->why, lacks->way_out);
  if (lower_on_planes(node)) return;
  if (!lower_matrix(node)) std::visit([&](const auto& op) { lower_op(node, op); }, node.op);
}

void Lowering::add(const Node& node, TileKind tile, OpEstimate estimate) {
  TileOp op;
  op.name = node.name;
  op.tile = std::move(tile);
  op.nodes.push_back(node.name);
  if (const auto fused = fused_into_.find(node.name); fused != fused_into_.end())
    for (const std::size_t i : fused->second) op.nodes.push_back(graph_.ledger[i].node);
  const bool arithmetic = std::holds_alternative<ConvTile>(op.tile);
  if (arithmetic) op.macs = macs(graph_, node);
  for (double* part : {&estimate.tensor_ns, &estimate.scalar_ns, &estimate.vector_ns, &estimate.dma_ns})
    *part *= rounds_;
  op.macs *= rounds_;
  set_bound(estimate);
  program_.ops.push_back(std::move(op));
  estimates_.push_back(std::move(estimate));
}

void Lowering::note_free(const Node& node, const std::string& into) {
  const auto [first, last] = ledger_at_.equal_range(node.name);
  for (auto at = first; at != last; ++at)
    if (LedgerEntry& entry = graph_.ledger[at->second]; entry.fate == Fate::compiled) {
      entry.fate = Fate::fused;
      entry.into = into;
      if (entry.node != into) fused_into_[into].insert(at->second);
    }
}

void Lowering::refuse(const Node& node, const std::string& why, const std::string& way_out,
                      std::optional<Shortage> shortage) const {
  const std::string where = fmt::format("node '{}'", node.name);
  const std::vector<std::string> notes{
      way_out, "or let the host run it: --host-ops allow, compile.host_operators: allow in a workload"};
  if (shortage) throw ShortageError(ErrorKind::unsupported, where, why, *shortage, notes);
  throw Error(ErrorKind::unsupported, where, why, notes);
}

}  // namespace inf::compiler
