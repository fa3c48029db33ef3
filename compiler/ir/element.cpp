#include "compiler/ir/element.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

using Inputs = std::vector<std::optional<Element>>;

[[noreturn]] void fail(std::string message) { throw Error(ErrorKind::import, "", std::move(message)); }

Element need(const Inputs& in, std::size_t slot) {
  if (slot >= in.size() || !in[slot]) fail(fmt::format("input {} is missing", slot));
  return *in[slot];
}

void need_is(const Inputs& in, std::size_t slot, Element want) {
  if (const Element got = need(in, slot); got != want)
    fail(fmt::format("input {} holds {}, {} is needed", slot, name(got), name(want)));
}

/// Every input that is there holds floats.
Element floats(const Inputs& in) {
  for (std::size_t i = 0; i < in.size(); ++i)
    if (in[i]) need_is(in, i, Element::f32);
  return Element::f32;
}

Element same(const Inputs& in, std::size_t a, std::size_t b) {
  if (need(in, a) != need(in, b))
    fail(fmt::format("inputs {} and {} hold {} and {}", a, b, name(*in[a]), name(*in[b])));
  return *in[a];
}

Element infer(const Conv&, const Inputs& in) { return floats(in); }
Element infer(const Pool&, const Inputs& in) { return floats(in); }
Element infer(const Resize&, const Inputs& in) { return floats(in); }
Element infer(const MatMul&, const Inputs& in) { return floats(in); }
Element infer(const BatchNorm&, const Inputs& in) { return floats(in); }
Element infer(const Softmax&, const Inputs& in) { return floats(in); }
Element infer(const LayerNorm&, const Inputs& in) { return floats(in); }
Element infer(const Attention&, const Inputs& in) { return floats(in); }

Element infer(const Binary& b, const Inputs& in) {
  const Element e = same(in, 0, 1);
  const bool logic = b.op >= Binary::Op::logic_and;
  if (logic) need_is(in, 0, Element::boolean);
  if (logic || b.op >= Binary::Op::equal) {
    if (b.act.fn != Act::none) fail(fmt::format("activation {} on a boolean", name(b.act.fn)));
    return Element::boolean;
  }
  if (e == Element::boolean || (e == Element::i64 && (b.op == Binary::Op::div || b.op == Binary::Op::pow)))
    fail(fmt::format("{} of {}", name(b.op), name(e)));
  if (e == Element::i64 && b.act.fn != Act::none) fail(fmt::format("activation {} on an integer", name(b.act.fn)));
  return e;
}

Element infer(const Unary& u, const Inputs& in) {
  const Element e = need(in, 0);
  const Act fn = u.act.fn;
  const bool exact = fn == Act::none || fn == Act::abs || fn == Act::neg || fn == Act::sign || fn == Act::relu ||
                     fn == Act::square || fn == Act::clip;
  if (e == Element::boolean || (e == Element::i64 && !exact)) fail(fmt::format("{} of {}", name(fn), name(e)));
  return e;
}

Element infer(const Concat&, const Inputs& in) {
  for (std::size_t i = 1; i < in.size(); ++i) same(in, 0, i);
  return need(in, 0);
}

Element infer(const Reshape&, const Inputs& in) { return need(in, 0); }
Element infer(const Transpose&, const Inputs& in) { return need(in, 0); }
Element infer(const Slice&, const Inputs& in) { return need(in, 0); }
Element infer(const Pad&, const Inputs& in) { return need(in, 0); }
Element infer(const Expand&, const Inputs& in) { return need(in, 0); }

Element infer(const Reduce& r, const Inputs& in) {
  const Element e = need(in, 0);
  if (e == Element::boolean || (e == Element::i64 && r.op == Reduce::Op::mean))
    fail(fmt::format("{} of {}", name(r.op), name(e)));
  return e;
}

Element infer(const Where&, const Inputs& in) {
  need_is(in, 0, Element::boolean);
  return same(in, 1, 2);
}

Element infer(const Cast& c, const Inputs& in) { return need(in, 0), c.to; }

Element infer(const Gather&, const Inputs& in) { return need_is(in, 1, Element::i64), need(in, 0); }

Element infer(const Scatter&, const Inputs& in) { return need_is(in, 1, Element::i64), same(in, 0, 2); }

Element infer(const ArgMax&, const Inputs& in) {
  if (need(in, 0) == Element::boolean) fail("the largest of booleans");
  return Element::i64;
}

Element infer(const CumSum&, const Inputs& in) {
  if (need(in, 0) == Element::boolean) fail("a sum of booleans");
  return *in[0];
}

Element infer(const Loop& loop, const Inputs& in) {
  const Graph& body = *loop.body;
  const auto same_type = [](Element got, const Value& want) {
    if (got != want.element)
      fail(fmt::format("%{} of the body is {}, it gets {}", want.name, name(want.element), name(got)));
  };
  for (std::size_t i = 0; i < in.size(); ++i)
    if (in[i]) same_type(*in[i], body.value(body.inputs[i + 1]));
  if (body.value(body.inputs[0]).element != Element::i64) fail("the iteration of the body is no integer");
  if (body.value(body.inputs[1]).element != Element::boolean) fail("the condition of the body is no boolean");
  for (std::size_t i = 0; i <= static_cast<std::size_t>(loop.carried); ++i)
    same_type(body.value(body.outputs[i]).element, body.value(body.inputs[i + 1]));
  return loop_output(loop, 0).element;
}

}  // namespace

Element infer_element(const Operator& op, const std::vector<std::optional<Element>>& inputs) {
  return std::visit([&](const auto& o) { return infer(o, inputs); }, op);
}

std::vector<std::optional<Element>> input_elements(const Graph& graph, const Node& node) {
  std::vector<std::optional<Element>> list;
  for (const ValueId id : node.inputs)
    list.push_back(id == kNoValue ? std::nullopt : std::optional<Element>(graph.value(id).element));
  return list;
}

}  // namespace inf::compiler
