#include <fmt/format.h>

#include "compiler/tiles/lowering.h"
#include "compiler/tiles/nest_plan.h"

// Operators that are a function of each position: over a nest of axes that each operand walks with its own steps.
namespace inf::compiler {
namespace {

/// Largest magnitude below which fp32 holds every whole number.
constexpr std::int64_t kExactWhole = std::int64_t{1} << 24;

/// The only element of a constant, when fp32 holds it.
std::optional<float> immediate_of(const Constant* c) {
  if (!c || elements(c->shape) != 1) return {};
  if (const auto* f = std::get_if<std::vector<float>>(&c->data)) return (*f)[0];
  const std::int64_t whole = c->ints()[0];
  if (whole < -kExactWhole || whole > kExactWhole) return {};
  return static_cast<float>(whole);
}

}  // namespace

NestOperand Lowering::nest_operand(const Node& node, ValueId value, const Shape& out) {
  NestOperand o;
  if (const std::optional<float> immediate = immediate_of(constant(graph_, value))) {
    o.immediate = *immediate;
    return o;
  }
  o.tensor = as_dense(tensor_of(value), node);
  o.step = broadcast_steps(shape(graph_, value), out);
  return o;
}

void Lowering::nest(const Node& node, NestTile t) {
  const Shape& out = shape(graph_, node.output);
  if (elements(out) == 0) refuse(node, "a result without elements", "leave the operator out");
  if (t.y.tensor == kNoTensor) {
    t.y.tensor = tensor_of(node.output);
    t.y.step = broadcast_steps(out, out);
    t.size = out;
  }
  for (NestPlan& p : plan_nest(program_, std::move(t), chip_)) add(node, std::move(p.tile), std::move(p.estimate));
}

void Lowering::lower_op(const Node& node, const Where&) {
  const Shape& out = shape(graph_, node.output);
  NestTile t;
  t.kind = NestTile::Kind::where;
  for (ValueId id : node.inputs) t.in.push_back(nest_operand(node, id, out));
  if (t.in[0].tensor == kNoTensor) {  // always the same side
    t.kind = NestTile::Kind::copy;
    t.in = {t.in[0].immediate != 0 ? t.in[1] : t.in[2]};
  }
  nest(node, std::move(t));
}

void Lowering::lower_op(const Node& node, const Cast& op) {
  const Element from = graph_.value(node.inputs[0]).element;
  const TensorId x = as_dense(tensor_of(node.inputs[0]), node), y = tensor_of(node.output);
  const bool same = from == op.to || (from == Element::boolean && op.to == Element::boolean);
  if (same && program_.tensor(y).parent == kNoTensor && dtype_of(x) == dtype_of(y)) {
    program_.tensor(y).parent = x;
    note_free(node, "another view of the same storage");
    return;
  }
  NestTile t;
  t.in.push_back(nest_operand(node, node.inputs[0], shape(graph_, node.output)));
  if (op.to == Element::boolean && from != Element::boolean) {
    // a != 0 or 0 != 0
    t.kind = NestTile::Kind::binary;
    t.op = Binary::Op::logic_or;
    t.in.push_back({});
  } else if (op.to == Element::i64 && from == Element::f32) {
    t.kind = NestTile::Kind::truncate;
  }
  nest(node, std::move(t));
}

void Lowering::lower_op(const Node& node, const Expand&) {
  NestTile t;
  t.in.push_back(nest_operand(node, node.inputs[0], shape(graph_, node.output)));
  nest(node, std::move(t));
}

}  // namespace inf::compiler
