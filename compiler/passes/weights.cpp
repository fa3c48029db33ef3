#include "compiler/passes/weights.h"

#include "compiler/ir/access.h"

namespace inf::compiler {
namespace {

/// Calls f(channel, first, count) for each run of weight elements that belong to one output channel.
template <class F>
void each_run(const Node& n, const Shape& w, F f) {
  if (const auto* c = as<Conv>(n)) {
    const std::int64_t taps = w[2] * w[3];
    if (!c->transposed) {
      for (std::int64_t out = 0; out < w[0]; ++out) f(out, out * w[1] * taps, w[1] * taps);
      return;
    }
    const std::int64_t per_group = w[0] / c->groups;  // IOHW: the group follows from the input channel
    for (std::int64_t in = 0; in < w[0]; ++in)
      for (std::int64_t out = 0; out < w[1]; ++out) f(in / per_group * w[1] + out, (in * w[1] + out) * taps, taps);
    return;
  }
  const bool rows = as<MatMul>(n)->transpose_b;
  for (std::int64_t r = 0; r < w[0]; ++r) {
    if (rows) f(r, r * w[1], w[1]);
    for (std::int64_t c = 0; c < w[1] && !rows; ++c) f(c, r * w[1] + c, std::int64_t{1});
  }
}

}  // namespace

bool takes_affine(const Graph& graph, const Node& node) {
  if (float_constant(graph, input(node, 1)) == nullptr) return false;
  const auto bias_known = [&](bool has) { return !has || float_constant(graph, input(node, kBiasSlot)) != nullptr; };
  if (const auto* c = as<Conv>(node)) return c->act.fn == Act::none && !c->has_residual && bias_known(c->has_bias);
  const auto* m = as<MatMul>(node);
  return m != nullptr && m->act.fn == Act::none && !m->has_residual && shape(graph, node.inputs[1]).size() == 2 &&
         shape(graph, node.output).size() == 2 && bias_known(m->has_bias) &&
         (!m->has_bias || elements(shape(graph, node.inputs[kBiasSlot])) == shape(graph, node.output)[1]);
}

void apply_affine(Graph& graph, Node& node, const Affine& affine) {
  const Constant& w = *float_constant(graph, node.inputs[1]);
  std::vector<float> weights = w.floats();
  each_run(node, w.shape, [&](std::int64_t channel, std::int64_t first, std::int64_t count) {
    const double scale = affine.scale[static_cast<std::size_t>(channel)];
    for (std::int64_t i = first; i < first + count; ++i) {
      float& v = weights[static_cast<std::size_t>(i)];
      v = static_cast<float>(v * scale);
    }
  });
  auto* m = as<MatMul>(node);
  const double beta = m != nullptr ? m->beta : 1.0;
  std::vector<float> bias(affine.scale.size());
  const Constant* old = float_constant(graph, input(node, kBiasSlot));
  for (std::size_t c = 0; c < bias.size(); ++c)
    bias[c] = static_cast<float>((old != nullptr ? beta * old->floats()[c] : 0.0) * affine.scale[c] + affine.shift[c]);
  const std::string bias_name =
      old != nullptr ? graph.value(node.inputs[kBiasSlot]).name : graph.value(node.inputs[1]).name + ".bias";
  const Shape weight_shape = w.shape;
  node.inputs[1] = add_constant(graph, graph.value(node.inputs[1]).name + ".folded", weight_shape, std::move(weights));
  const auto channels = static_cast<std::int64_t>(bias.size());
  set_input(node, kBiasSlot, add_constant(graph, bias_name + ".folded", {channels}, std::move(bias)));
  if (auto* c = as<Conv>(node)) c->has_bias = true;
  if (m != nullptr) m->has_bias = true, m->beta = 1;
}

std::optional<std::vector<double>> per_channel(const Graph& graph, ValueId id, const Shape& x) {
  const Constant* c = float_constant(graph, id);
  if (c == nullptr || x.size() < 2) return std::nullopt;
  const auto channels = static_cast<std::size_t>(x[1]);
  if (c->floats().size() == 1 && c->shape.size() <= x.size()) return std::vector<double>(channels, c->floats()[0]);
  Shape aligned(x.size() - std::min(x.size(), c->shape.size()), 1);
  aligned.insert(aligned.end(), c->shape.begin(), c->shape.end());
  Shape want(x.size(), 1);
  want[1] = x[1];
  if (aligned != want) return std::nullopt;
  return std::vector<double>(c->floats().begin(), c->floats().end());
}

}  // namespace inf::compiler
