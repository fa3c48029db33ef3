#include "compiler/tiles/lower.h"

#include <fmt/format.h>

#include "compiler/analysis/cost.h"
#include "compiler/tiles/lowering.h"

namespace inf::compiler {

Lowered lower(Graph& graph, const arch::ChipSpec& chip, DType compute) { return Lowering(graph, chip, compute).run(); }

Lowering::Lowering(Graph& graph, const arch::ChipSpec& chip, DType compute) : graph_(graph), chip_(chip) {
  program_.name = graph.name;
  program_.compute = compute;
  tensors_.assign(graph.values.size(), kNoTensor);
  outputs_beside_.assign(graph.values.size(), kNoTensor);
}

Lowered Lowering::run() {
  find_fp32_values();
  find_windows();
  for (ValueId input : graph_.inputs) tensor_of(input);
  for (const Node& node : graph_.nodes) lower_node(node);
  for (ValueId output : graph_.outputs) {
    if (outputs_beside_[static_cast<std::size_t>(output)] != kNoTensor) continue;
    const TensorId x = tensor_of(output);
    TileTensor& t = program_.tensor(x);
    const bool own = t.parent == kNoTensor && t.role == TileTensor::Role::scratch && t.dtype == DType::fp32;
    if (own) {
      t.role = TileTensor::Role::output;
      continue;
    }
    // The value is also read on chip, or shares its storage: the caller gets a copy of its own, widened to fp32.
    const Value& v = graph_.value(output);
    t.name += ".internal";
    const TensorId y = scratch(v.name, v.shape, DType::fp32);
    program_.tensor(y).role = TileTensor::Role::output;
    Node copier;
    copier.name = v.name + " (output)";
    const std::int64_t n = elements(v.shape);
    copy(copier, {.x = as_dense(x, copier), .y = y, .size = {n}, .x_step = {1}, .y_step = {1}});
  }
  return {std::move(program_), std::move(estimates_)};
}

void Lowering::lower_node(const Node& node) {
  std::visit([&](const auto& op) { lower_op(node, op); }, node.op);
}

void Lowering::add(const Node& node, TileKind tile, OpEstimate estimate) {
  TileOp op;
  op.name = node.name;
  op.tile = std::move(tile);
  op.nodes.push_back(node.name);
  for (const LedgerEntry& entry : graph_.ledger)
    if (entry.fate == Fate::fused && entry.into == node.name && entry.node != node.name) op.nodes.push_back(entry.node);
  const bool arithmetic = std::holds_alternative<ConvTile>(op.tile) || std::holds_alternative<MatMulTile>(op.tile);
  if (arithmetic) op.macs = macs(graph_, node);
  set_bound(estimate);
  program_.ops.push_back(std::move(op));
  estimates_.push_back(std::move(estimate));
}

void Lowering::note_free(const Node& node, const std::string& into) {
  for (LedgerEntry& entry : graph_.ledger)
    if (entry.node == node.name && entry.fate == Fate::compiled) {
      entry.fate = Fate::fused;
      entry.into = into;
    }
}

void Lowering::refuse(const Node& node, const std::string& why, const std::string& way_out) const {
  throw Error(ErrorKind::unsupported, fmt::format("node '{}'", node.name), why, {way_out});
}

}  // namespace inf::compiler
