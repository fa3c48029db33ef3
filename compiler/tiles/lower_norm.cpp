#include <fmt/format.h>

#include "compiler/analysis/uses.h"
#include "compiler/tiles/lowering.h"

// Layer norm and elementwise operators on matrices of tokens.
namespace inf::compiler {
namespace {

/// Whether a node reads the value as the left operand of a product with constant weights: it wants features.
bool wants_features(const Graph& graph, const Node& reader, ValueId value) {
  const MatMul* op = as<MatMul>(reader);
  return op && reader.inputs[0] == value && input(reader, kResidualSlot) != value && constant(graph, reader.inputs[1]);
}

/// The constant as one row of `cols` values (a scalar is repeated), empty when it has another shape.
std::vector<float> constant_row(const Constant* c, std::int64_t cols) {
  if (!c || !std::holds_alternative<std::vector<float>>(c->data)) return {};
  const std::int64_t n = elements(c->shape);
  if (n == cols && (c->shape.empty() || c->shape.back() == cols)) return c->floats();
  return n == 1 ? std::vector<float>(static_cast<std::size_t>(cols), c->floats()[0]) : std::vector<float>();
}

}  // namespace

void Lowering::lower_op(const Node& node, const LayerNorm& op) {
  const ValueId y = node.output;
  const std::int64_t cols = cols_of(y);
  const auto vector = [&](std::size_t slot) -> std::vector<float> {
    if (input(node, slot) == kNoValue) return {};
    std::vector<float> row = constant_row(constant(graph_, input(node, slot)), cols);
    if (row.empty())
      refuse(node, "a layer norm whose scale or shift is not one constant per column",
             "apply them in operators of their own");
    return row;
  };
  const std::vector<float> scale = vector(1), shift = vector(2);
  bool tokens = std::count(graph_.outputs.begin(), graph_.outputs.end(), y) > 0, features = false;
  for (const Node& reader : graph_.nodes)
    for (std::size_t slot = 0; slot < reader.inputs.size(); ++slot)
      if (reader.inputs[slot] == y) (wants_features(graph_, reader, y) && slot == 0 ? features : tokens) = true;
  NormTile t;
  t.x = tokens_of(node.inputs[0], node);
  t.epsilon = op.epsilon;
  t.center = op.center;
  const double n = static_cast<double>(program_.matrix(t.x).blocks(chip_.sbuf.partitions) * cols);
  OpEstimate e;
  e.vector_ns = lane_ns(chip_.vector, (tokens ? 4 : 2) * n);
  if (tokens || !features) {
    const Wish wish = whole(y, Matrix::Major::tokens, stored_as(y));
    t.y_tokens = add_matrix(graph_.value(y).name, wish, 0);
    if (!scale.empty()) t.scale = row_constant(node.name + ".scale", scale, rows_of(y));
    if (!shift.empty()) t.shift = row_constant(node.name + ".shift", shift, rows_of(y));
    offer(y, wish, t.y_tokens);
  }
  if (features) {
    const Wish wish = whole(y, Matrix::Major::features, program_.compute);
    t.y_features = add_matrix(graph_.value(y).name + ".features", wish, rows_of(y));
    if (!scale.empty()) t.scale_params = add_params(scale, 0, static_cast<int>(cols), chip_.tensor.columns);
    if (!shift.empty()) t.shift_params = add_params(shift, 0, static_cast<int>(cols), chip_.tensor.columns);
    offer(y, wish, t.y_features);
    e.scalar_ns = lane_ns(chip_.scalar, n);
  }
  e.decision = tokens && features ? "for tokens and features" : features ? "for features" : "for tokens";
  add(node, t, e);
}

bool Lowering::lower_map(const Node& node) {
  const Binary* binary = as<Binary>(node);
  const auto matrix = [&](ValueId v) {
    return v != kNoValue && shape(graph_, v) == shape(graph_, node.output) && on_chip(v);
  };
  ValueId a = node.inputs[0], b = binary ? node.inputs[1] : kNoValue;
  if (graph_.value(node.output).element != Element::f32 || graph_.value(a).element != Element::f32) return false;
  MatrixMapTile t;
  if (binary) {
    t.has_op = true;
    t.op = binary->op;
    t.act = binary->act;
    if (t.op > Binary::Op::min) return false;  // powers and comparisons go through device memory
    if (!matrix(a)) std::swap(a, b), t.reverse = true;
    if (!matrix(a)) return false;
    const std::vector<float> row = constant_row(constant(graph_, b), cols_of(node.output));
    const bool scalar = !row.empty() && elements(shape(graph_, b)) == 1;
    if (scalar)
      t.immediate = row[0];
    else if (!row.empty() && !(t.op == Binary::Op::div && !t.reverse))
      t.row = row_constant(node.name + ".row", row, rows_of(node.output));
    else if (shape(graph_, b) != shape(graph_, node.output))
      return false;
    t.a = tokens_of(a, node);
    if (!scalar && t.row == kNoTensor) {
      t.b = tokens_of(b, node);
      if (t.reverse) std::swap(t.a, t.b), t.reverse = false;
    }
  } else {
    t.act = as<Unary>(node)->act;
    if (!matrix(a)) return false;
    t.a = tokens_of(a, node);
  }
  const Wish wish = whole(node.output, Matrix::Major::tokens, stored_as(node.output));
  t.y = add_matrix(graph_.value(node.output).name, wish, 0);
  offer(node.output, wish, t.y);
  const double n = static_cast<double>(program_.matrix(t.y).blocks(chip_.sbuf.partitions) * cols_of(node.output));
  OpEstimate e;
  if (t.has_op) e.vector_ns = lane_ns(chip_.vector, (t.b == kNoMatrix && t.row == kNoTensor ? 1 : 2) * n);
  if (t.act.fn != Act::none) e.scalar_ns = lane_ns(chip_.scalar, n);
  e.decision = "rows on partitions, in SBUF";
  add(node, t, e);
  return true;
}

}  // namespace inf::compiler
