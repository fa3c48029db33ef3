#pragma once
#include <concepts>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// fields(op, f) calls f("name", member) for each parameter of an operator. Printer, parser and comparison all walk
// these lists, so no field is spelled twice. `Op` is the operator or a const one.
template <class Op, class Want>
concept Is = std::same_as<std::remove_const_t<Op>, Want>;

template <Is<Conv> Op>
void fields(Op& o, auto&& f) {
  f("stride", o.stride), f("dilation", o.dilation), f("pads", o.pads), f("groups", o.groups),
      f("transposed", o.transposed);
  f("has_bias", o.has_bias), f("has_residual", o.has_residual), f("output_padding", o.output_padding), f("act", o.act);
}
template <Is<Pool> Op>
void fields(Op& o, auto&& f) {
  f("kind", o.kind), f("kernel", o.kernel), f("stride", o.stride), f("dilation", o.dilation), f("pads", o.pads);
  f("count_include_pad", o.count_include_pad);
}
template <Is<Resize> Op>
void fields(Op& o, auto&& f) {
  f("mode", o.mode), f("coordinates", o.coordinates), f("round", o.round), f("scale", o.scale);
}
template <Is<Binary> Op>
void fields(Op& o, auto&& f) {
  f("op", o.op), f("act", o.act);
}
template <Is<Unary> Op>
void fields(Op& o, auto&& f) {
  f("act", o.act);
}
template <Is<MatMul> Op>
void fields(Op& o, auto&& f) {
  f("transpose_a", o.transpose_a), f("transpose_b", o.transpose_b), f("has_bias", o.has_bias);
  f("has_residual", o.has_residual), f("alpha", o.alpha), f("beta", o.beta), f("act", o.act);
}
template <Is<BatchNorm> Op>
void fields(Op& o, auto&& f) {
  f("epsilon", o.epsilon);
}
template <Is<Concat> Op>
void fields(Op& o, auto&& f) {
  f("axis", o.axis);
}
template <Is<Softmax> Op>
void fields(Op& o, auto&& f) {
  f("axis", o.axis);
}
template <Is<Reshape> Op>
void fields(Op&, auto&&) {}
template <Is<Transpose> Op>
void fields(Op& o, auto&& f) {
  f("perm", o.perm);
}
template <Is<Slice> Op>
void fields(Op& o, auto&& f) {
  f("start", o.start), f("step", o.step);
}
template <Is<Pad> Op>
void fields(Op& o, auto&& f) {
  f("mode", o.mode), f("before", o.before), f("after", o.after), f("value", o.value);
}
template <Is<Reduce> Op>
void fields(Op& o, auto&& f) {
  f("op", o.op), f("axes", o.axes), f("keep_dims", o.keep_dims);
}
template <Is<LayerNorm> Op>
void fields(Op& o, auto&& f) {
  f("epsilon", o.epsilon), f("center", o.center);
}
template <Is<Attention> Op>
void fields(Op& o, auto&& f) {
  f("batch", o.batch), f("heads", o.heads), f("rows", o.rows), f("keys", o.keys);
  f("width", o.width), f("value_width", o.value_width), f("scale", o.scale);
  f("q", o.q), f("k", o.k), f("v", o.v), f("y", o.y), f("has_mask", o.has_mask), f("mask_step", o.mask_step);
}
template <Is<Where> Op>
void fields(Op&, auto&&) {}
template <Is<Cast> Op>
void fields(Op& o, auto&& f) {
  f("to", o.to);
}
template <Is<Expand> Op>
void fields(Op&, auto&&) {}
template <Is<Gather> Op>
void fields(Op& o, auto&& f) {
  f("axis", o.axis);
}
template <Is<Scatter> Op>
void fields(Op& o, auto&& f) {
  f("add", o.add);
}
template <Is<ArgMax> Op>
void fields(Op& o, auto&& f) {
  f("axis", o.axis), f("keep_dims", o.keep_dims), f("last", o.last), f("smallest", o.smallest);
}
template <Is<CumSum> Op>
void fields(Op& o, auto&& f) {
  f("axis", o.axis), f("exclusive", o.exclusive), f("reverse", o.reverse);
}
/// The body is a graph of its own, printed as a block below the node.
template <Is<Loop> Op>
void fields(Op& o, auto&& f) {
  f("trips", o.trips), f("carried", o.carried);
}

}  // namespace inf::compiler
