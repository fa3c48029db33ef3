#include "compiler/passes/fuse_attention.h"

#include <algorithm>

#include "compiler/passes/attention_scores.h"
#include "compiler/passes/head_views.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

Shape lead_of(const Shape& s) { return {s.begin(), s.end() - 2}; }
bool last_axis(std::int64_t axis, const Shape& s) {
  return axis == -1 || axis == static_cast<std::int64_t>(s.size()) - 1;
}

/// The two products around a softmax.
struct Products {
  Scores scores;
  int weighted = -1;  ///< softmax x v
};

std::optional<Products> products_around(const Pattern& at, const Node& softmax) {
  const Graph& g = at.graph;
  auto scores = scores_behind(at, softmax.inputs[0]);
  if (!scores) return std::nullopt;
  ValueId weights = softmax.output;
  for (;;) {
    const int reader = at.uses.only_consumer(weights);
    if (reader < 0) return std::nullopt;
    const Node& n = g.nodes[static_cast<std::size_t>(reader)];
    const Shape &x = shape(g, weights), &y = shape(g, n.output);
    if (const auto* m = as<MatMul>(n)) {
      const Shape& p = shape(g, g.nodes[static_cast<std::size_t>(scores->product)].output);
      const bool plain = !m->transpose_a && !m->has_bias && !m->has_residual && m->alpha == 1;
      if (n.inputs[0] != weights || !plain || m->act.fn != Act::none) return std::nullopt;
      if (elements(lead_of(p)) != elements(lead_of(y))) return std::nullopt;
      return Products{std::move(*scores), reader};
    }
    if (!as<Reshape>(n) || y.size() < 2 || x.back() != y.back() || x[x.size() - 2] != y[y.size() - 2])
      return std::nullopt;
    weights = n.output;
  }
}

/// Everything that is known of an attention before its views are chosen.
struct Parts {
  std::vector<HeadSource> q, k, v;
  std::vector<HeadTarget> y;
  Mask mask;
  std::vector<MaskSource> masks;
  std::vector<Node> copies;  ///< transpositions that bring features together
};

/// The operand with rows and features in their places, as a value of its own.
ValueId transposed(Graph& graph, const Pattern& at, ValueId id, const std::string& name, std::vector<Node>& copies) {
  Shape y = shape(graph, id);
  Transpose t;
  for (std::size_t i = 0; i < y.size(); ++i) t.perm.push_back(static_cast<std::int64_t>(i));
  std::swap(t.perm[y.size() - 1], t.perm[y.size() - 2]), std::swap(y[y.size() - 1], y[y.size() - 2]);
  for (const Node* before; (before = at.writer<Transpose>(id)) != nullptr; id = before->inputs[0])
    for (std::int64_t& axis : t.perm) axis = as<Transpose>(*before)->perm[static_cast<std::size_t>(axis)];
  const ValueId copy = graph.add({unique_value_name(graph, name + ".rows"), Element::f32, std::move(y), nullptr});
  copies.push_back({std::move(t), {id}, copy, name});
  return copy;
}

std::vector<HeadSource> operand(Graph& graph, const Pattern& at, ValueId id, const Shape& lead, bool swapped,
                                bool through_scale, const std::string& name, std::vector<Node>& copies) {
  auto sources = head_sources(at, id, lead, swapped, through_scale);
  if (!sources.empty()) return sources;
  const ValueId copy = transposed(graph, at, id, name, copies);
  return head_sources(at, copy, lead, false, false);
}

std::optional<Parts> parts_of(Graph& graph, const Pattern& at, const Products& p, const KnownMasks& known) {
  const Node first = graph.nodes[static_cast<std::size_t>(p.scores.product)];
  const Node second = graph.nodes[static_cast<std::size_t>(p.weighted)];
  const MatMul &a = *as<MatMul>(first), &b = *as<MatMul>(second);
  const Shape lead = lead_of(shape(graph, first.output)), lead_out = lead_of(shape(graph, second.output));
  const auto shared = known.find(mask_key(p.scores));
  auto mask = shared == known.end() ? build_mask(graph, at, p.scores, second.name) : std::optional(shared->second);
  if (!mask) return std::nullopt;
  Parts parts;
  parts.mask = std::move(*mask);
  parts.q = operand(graph, at, first.inputs[0], lead, a.transpose_a, true, second.name, parts.copies);
  parts.k = operand(graph, at, first.inputs[1], lead, !a.transpose_b, true, second.name, parts.copies);
  parts.v = operand(graph, at, second.inputs[1], lead_out, b.transpose_b, false, second.name, parts.copies);
  parts.y = head_targets(at, second.output);
  if (parts.mask.mask != kNoValue) parts.masks = mask_sources(at, parts.mask.mask, parts.mask.lead);
  return parts;
}

/// One choice of views.
struct Choice {
  HeadSource q, k, v, y;
  std::vector<int> moves;
  std::optional<MaskSource> mask;
  bool heads_outside = false;  ///< the leading axes of the products are heads, then batch entries
};

/// Gives all lists at most two positions, batch and head; false when they cannot be told apart evenly. Heads are what
/// lies side by side in the result.
bool split_batch_and_heads(Choice& c, Attention& op) {
  std::vector<std::vector<Factor>> lists = {c.q.lead, c.k.lead, c.v.lead, c.y.lead};
  if (c.mask) lists.push_back(c.mask->place.lead);
  if (!align(lists) || !merge_down(lists, 2)) return false;
  const auto joined = [&](std::size_t at) { return lists[3][at].step == op.value_width; };
  if (lists[0].size() == 2 && !joined(0) && !joined(1)) merge_down(lists, 1);
  const std::size_t count = lists[0].size();
  std::size_t head_at = count, batch_at = count;
  if (count == 1) (joined(0) ? head_at : batch_at) = 0;
  if (count == 2) head_at = joined(0) && !joined(1) ? 0 : 1, batch_at = 1 - head_at;
  c.heads_outside = count == 2 && head_at == 0;
  const auto factor = [&](std::size_t list, std::size_t position) {
    return position < count ? lists[list][position] : Factor{};
  };
  op.batch = factor(0, batch_at).size, op.heads = factor(0, head_at).size;
  const auto view = [&](std::size_t list, const HeadSource& s) {
    return HeadView{s.offset, factor(list, batch_at).step, factor(list, head_at).step, s.row};
  };
  op.q = view(0, c.q), op.k = view(1, c.k), op.v = view(2, c.v), op.y = view(3, c.y);
  op.has_mask = c.mask.has_value();
  if (c.mask) op.mask_step = {factor(4, batch_at).step, factor(4, head_at).step, c.mask->place.row, c.mask->key};
  op.scale = static_cast<float>(static_cast<double>(op.scale) * c.q.scale * c.k.scale);
  return true;
}

/// The farthest views that work together: all operands step back towards the products at once, the result by itself.
std::optional<Choice> choose(const Parts& parts, Attention& op) {
  const std::size_t depth = std::max({parts.q.size(), parts.k.size(), parts.v.size(), parts.masks.size()});
  const auto pick = [](const auto& list, std::size_t level) {
    return list[list.size() - 1 - std::min(level, list.size() - 1)];
  };
  for (std::size_t level = 0; level < depth; ++level)
    for (auto y = parts.y.rbegin(); y != parts.y.rend(); ++y) {
      Choice c{pick(parts.q, level), pick(parts.k, level), pick(parts.v, level), y->place, y->moves, std::nullopt};
      if (!parts.masks.empty()) c.mask = pick(parts.masks, level);
      if (split_batch_and_heads(c, op)) return c;
    }
  return std::nullopt;
}

/// Whether the result's rows hold all heads side by side and nothing else.
bool side_by_side(const Attention& op, const Shape& y) {
  const std::int64_t width = op.heads * op.value_width;
  const auto whole_rows = [&](std::int64_t count, std::int64_t step) { return count == 1 || step % width == 0; };
  return y.back() == width && (op.heads == 1 || op.y.head == op.value_width) && whole_rows(op.rows, op.y.row) &&
         whole_rows(op.batch, op.y.batch);
}

/// Lets the attention write heads side by side into a value of its own, and takes them apart behind it for the result
/// of the second product. Returns the nodes for that.
std::vector<Node> join_heads(Graph& graph, Choice& c, Attention& op, const Node& product) {
  const std::int64_t width = op.heads * op.value_width;
  const auto value = [&](Shape s) {
    return graph.add({unique_value_name(graph, product.name + ".joined"), Element::f32, std::move(s), nullptr});
  };
  c.y.base = value({op.batch, op.rows, width});
  c.moves.clear();
  op.y = {0, op.rows * width, op.value_width, width};
  if (op.heads == 1) return {{Reshape{}, {c.y.base}, product.output, product.name}};
  const ValueId apart = value({op.batch, op.rows, op.heads, op.value_width});
  const ValueId turned = value(c.heads_outside ? Shape{op.heads, op.batch, op.rows, op.value_width}
                                               : Shape{op.batch, op.heads, op.rows, op.value_width});
  const Transpose t{c.heads_outside ? Shape{2, 0, 1, 3} : Shape{0, 2, 1, 3}};
  return {{Reshape{}, {c.y.base}, apart, product.name},
          {t, {apart}, turned, product.name},
          {Reshape{}, {turned}, product.output, product.name}};
}

/// Around the node that writes `output`.
void insert_around(Graph& graph, ValueId output, const std::vector<Node>& before, const std::vector<Node>& after) {
  auto place = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& n) { return n.output == output; });
  place = graph.nodes.insert(place + 1, after.begin(), after.end()) - 1;
  graph.nodes.insert(place, before.begin(), before.end());
}

/// As early as it can be computed: other attentions, in any order, may share it.
void insert_mask(Graph& graph, const Mask& mask) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (std::find(mask.bases.begin(), mask.bases.end(), graph.nodes[i].output) != mask.bases.end()) at = i + 1;
  graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(at), mask.nodes.begin(), mask.nodes.end());
}

/// Puts the attention in the place of the second product and takes what it stands for out.
void replace(Graph& graph, const Uses& u, const Products& p, const Parts& parts, const Choice& c, const Attention& op,
             const std::vector<Node>& apart) {
  std::vector<ValueId> leaves = {c.q.base, c.k.base, c.v.base};
  const auto& bases = parts.mask.bases;
  const bool as_it_is = bases.size() == 1 && bases[0] == parts.mask.mask;
  if (c.mask && as_it_is)
    leaves.push_back(c.mask->place.base);
  else
    leaves.insert(leaves.end(), bases.begin(), bases.end());
  for (const Node& n : parts.copies) leaves.push_back(n.inputs[0]);
  const int root = c.moves.empty() ? p.weighted : c.moves.back();
  std::vector<int> absorbed = cone(graph, u, root, leaves);
  std::erase(absorbed, p.weighted);
  Node& n = graph.nodes[static_cast<std::size_t>(p.weighted)];
  const std::string name = n.name;
  n.op = op;
  n.inputs = {c.q.base, c.k.base, c.v.base};
  if (c.mask) n.inputs.push_back(c.mask->place.base);
  n.output = c.y.base;
  Removal removal(graph);
  for (const int move : c.moves) removal.mark(move);
  for (const int move : c.moves)
    if (const std::string& gone = graph.nodes[static_cast<std::size_t>(move)].name; !name_in_use(graph, gone, removal))
      mark_fused(graph, gone, name);
  absorb(graph, absorbed, name, removal);
  removal.apply(graph);
  insert_around(graph, c.y.base, parts.copies, apart);
  insert_mask(graph, parts.mask);
}

// What one pass over a head holds: its features on the partitions of an array, its scores in half of PSUM.
constexpr std::int64_t kMostFeatures = 128, kMostKeys = 2048;

/// Fuses the attention around a softmax; false, with the graph as it was, when there is none.
bool fuse(Graph& graph, const Uses& u, const Node& softmax, KnownMasks& known) {
  const Pattern at{graph, u};
  if (!last_axis(as<Softmax>(softmax)->axis, shape(graph, softmax.output))) return false;
  const auto p = products_around(at, softmax);
  if (!p) return false;
  const std::size_t values = graph.values.size();
  const Shape scores = shape(graph, graph.nodes[static_cast<std::size_t>(p->scores.product)].output);
  const Node& first = graph.nodes[static_cast<std::size_t>(p->scores.product)];
  const Shape a = shape(graph, first.inputs[0]);
  Attention op;
  op.rows = scores[scores.size() - 2], op.keys = scores.back();
  op.width = as<MatMul>(first)->transpose_a ? a[a.size() - 2] : a.back();
  op.value_width = shape(graph, graph.nodes[static_cast<std::size_t>(p->weighted)].output).back();
  op.scale = static_cast<float>(p->scores.scale);
  if (std::max(op.width, op.value_width) > kMostFeatures || op.keys > kMostKeys) return false;
  const auto parts = parts_of(graph, at, *p, known);
  auto choice = parts ? choose(*parts, op) : std::nullopt;
  if (!choice) return graph.values.resize(values), false;
  const Node second = graph.nodes[static_cast<std::size_t>(p->weighted)];
  std::vector<Node> apart;
  if (!side_by_side(op, shape(graph, choice->y.base))) apart = join_heads(graph, *choice, op, second);
  replace(graph, u, *p, *parts, *choice, op, apart);
  known.try_emplace(mask_key(p->scores), Mask{parts->mask.mask, parts->mask.lead, parts->mask.bases, {}});
  return true;
}

bool fuse_one(Graph& graph, KnownMasks& known) {
  const Uses u = uses(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!as<Softmax>(graph.nodes[i])) continue;
    const Node softmax = graph.nodes[i];
    if (fuse(graph, u, softmax, known)) return true;
  }
  return false;
}

}  // namespace

bool FuseAttention::run(Graph& graph) {
  bool changed = false;
  KnownMasks known;
  while (fuse_one(graph, known)) changed = true;
  return changed;
}

}  // namespace inf::compiler
