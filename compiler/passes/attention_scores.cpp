#include "compiler/passes/attention_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/shape.h"
#include "compiler/passes/head_views.h"

namespace inf::compiler {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kFar = -1e4;         ///< fills above this are within reach of scores
constexpr float kAbsorbing = -1e30f;  ///< adding any score to it gives it back, in bf16 too

Shape lead_of(const Shape& s) { return {s.begin(), s.end() - std::min<std::ptrdiff_t>(2, std::ssize(s))}; }

class Walk {
 public:
  explicit Walk(const Pattern& at) : at_(at) {}

  std::optional<Scores> up(ValueId id, double factor) const {
    const int p = at_.uses.producer_of(id);
    if (p < 0 || at_.uses.only_consumer(id) < 0 || shape(at_.graph, id).size() < 2) return std::nullopt;
    const Node& n = at_.graph.nodes[static_cast<std::size_t>(p)];
    if (const auto* m = as<MatMul>(n)) return product(*m, p, factor);
    if (as<Reshape>(n)) return keeps_matrices(n) ? up(n.inputs[0], factor) : std::nullopt;
    if (as<Where>(n)) return fill(n, factor);
    const auto* b = as<Binary>(n);
    if (b == nullptr || b->act.fn != Act::none) return std::nullopt;
    if (const auto scaled = at_.with_number(id, Binary::Op::mul); scaled && scaled->number > 0)
      return up(scaled->value, factor * scaled->number);
    if (const auto divided = at_.with_number(id, Binary::Op::div); divided && divided->number > 0)
      return up(divided->value, factor / divided->number);
    return sum(n, *b, factor);
  }

 private:
  static std::optional<Scores> product(const MatMul& m, int node, double factor) {
    if (m.has_bias || m.has_residual || m.act.fn != Act::none) return std::nullopt;
    return Scores{node, factor * m.alpha, {}};
  }
  bool keeps_matrices(const Node& n) const {
    const Shape &x = shape(at_.graph, n.inputs[0]), &y = shape(at_.graph, n.output);
    return x.size() >= 2 && x.back() == y.back() && x[x.size() - 2] == y[y.size() - 2];
  }
  std::optional<Scores> with(ValueId scores, const Node& n, double factor, MaskTerm term) const {
    if (shape(at_.graph, scores) != shape(at_.graph, n.output)) return std::nullopt;
    auto found = up(scores, factor);
    if (!found) return found;
    term.lead = lead_of(shape(at_.graph, n.output));
    found->terms.push_back(std::move(term));
    return found;
  }
  std::optional<Scores> sum(const Node& n, const Binary& b, double factor) const {
    const bool minus = b.op == Binary::Op::sub;
    if (!minus && b.op != Binary::Op::add) return std::nullopt;
    for (std::size_t side = 0; side < (minus ? 1 : 2); ++side)
      if (auto found = with(n.inputs[side], n, factor,
                            {MaskTerm::Kind::add, n.inputs[1 - side], minus ? -factor : factor, 0, {}}))
        return found;
    return std::nullopt;
  }
  std::optional<Scores> fill(const Node& n, double factor) const {
    if (const auto number = at_.scalar(n.inputs[1]))
      return with(n.inputs[2], n, factor, {MaskTerm::Kind::fill_where, n.inputs[0], factor, *number, {}});
    if (const auto number = at_.scalar(n.inputs[2]))
      return with(n.inputs[1], n, factor, {MaskTerm::Kind::fill_unless, n.inputs[0], factor, *number, {}});
    return std::nullopt;
  }

  const Pattern& at_;
};

/// Adds nodes to a mask, computing those with constant operands at once.
class Builder {
 public:
  Builder(Graph& graph, Mask& mask, const std::string& name) : graph_(graph), mask_(mask), name_(name) {}

  ValueId number(float v) { return add_constant(graph_, name_ + ".mask_number", {}, {v}); }
  ValueId emit(Operator op, std::vector<ValueId> inputs, Shape shape) {
    const ValueId y = graph_.add({unique_value_name(graph_, name_ + ".mask"), Element::f32, std::move(shape), nullptr});
    Node n{std::move(op), std::move(inputs), y, name_};
    const auto known = [&](ValueId id) { return graph_.value(id).element == Element::f32 && constant(graph_, id); };
    if (!std::all_of(n.inputs.begin(), n.inputs.end(), known)) return mask_.nodes.push_back(std::move(n)), y;
    std::vector<const std::vector<float>*> operands;
    for (const ValueId id : n.inputs) operands.push_back(&constant(graph_, id)->floats());
    Value& out = graph_.value(y);
    out.constant = std::make_shared<const Constant>(Constant{out.shape, interpret_node(graph_, n, operands)});
    return y;
  }
  /// The mask as factor * mask.
  ValueId scaled(ValueId mask, double factor) {
    if (factor == 1) return mask;
    return emit(Binary{Binary::Op::mul, {}}, {mask, number(static_cast<float>(factor))}, shape(graph_, mask));
  }
  /// `fill` where the condition says so, 0 elsewhere.
  ValueId filled(ValueId condition, float fill, bool where) {
    const Shape s = shape(graph_, condition);
    const float yes = where ? fill : 0, no = where ? 0 : fill;
    if (const Constant* c = constant(graph_, condition);
        c != nullptr && graph_.value(condition).element != Element::f32) {
      std::vector<float> data;
      for (const std::int64_t v : c->ints()) data.push_back(v != 0 ? yes : no);
      return add_constant(graph_, name_ + ".mask", s, std::move(data));
    }
    return emit(Where{}, {condition, number(yes), number(no)}, s);
  }
  ValueId sum(ValueId a, ValueId b) { return emit(Binary{}, {a, b}, broadcast(shape(graph_, a), shape(graph_, b))); }
  /// The mask with an axis for each factor, of size 1 where it is repeated.
  ValueId spread(ValueId mask, const std::vector<Factor>& lead, const Factor& row, const Factor& key) {
    Shape y;
    for (const Factor& f : lead) y.push_back(f.step == 0 ? 1 : f.size);
    for (const Factor& f : {row, key}) y.push_back(f.step == 0 ? 1 : f.size);
    return y == shape(graph_, mask) ? mask : emit(Reshape{}, {mask}, y);
  }

 private:
  Graph& graph_;
  Mask& mask_;
  const std::string& name_;
};

/// What a fill adds to the scores; empty when it cannot be added.
std::optional<float> added(const MaskTerm& term, bool alone) {
  const double fill = term.factor * term.fill;
  if (fill == -kInfinity || fill <= kAbsorbing) return static_cast<float>(fill);
  return alone && fill <= kFar ? std::optional(kAbsorbing) : std::nullopt;
}

/// Where a term is read: the value farthest up whose elements, in their order, are those of the term before it is
/// repeated over heads, batch entries, rows or keys.
MaskSource unrepeated(const Pattern& at, const MaskTerm& term, std::int64_t rows, std::int64_t keys) {
  const auto in_order = [&](const MaskSource& s) {
    std::vector<Factor> all = s.place.lead;
    all.push_back({rows, s.place.row}), all.push_back({keys, s.key});
    std::int64_t step = 1;
    for (auto f = all.rbegin(); f != all.rend(); ++f) {
      if (f->size == 1 || f->step == 0) continue;
      if (f->step != step) return false;
      step *= f->size;
    }
    return step == elements(shape(at.graph, s.place.base));
  };
  const std::vector<MaskSource> sources = mask_sources(at, term.mask, term.lead);
  const auto found = std::find_if(sources.rbegin(), sources.rend(), in_order);
  return found == sources.rend() ? sources.front() : *found;
}

enum class Content : std::uint8_t { nothing, safe, dead_row };
Content content_of(const Graph& graph, ValueId mask) {
  const Constant* c = constant(graph, mask);
  if (c == nullptr) return Content::safe;
  const std::vector<float>& v = c->floats();
  if (std::all_of(v.begin(), v.end(), [](float f) { return f == 0; })) return Content::nothing;
  const auto keys = c->shape.empty() ? 1 : c->shape.back();
  for (auto row = v.begin(); row != v.end(); row += keys)
    if (std::all_of(row, row + keys, [](float f) { return f == -kInfinity; })) return Content::dead_row;
  return Content::safe;
}

/// A sum of masks as masks of their own.
void split_sums(const Pattern& at, std::vector<MaskTerm>& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool adds = terms[i].kind == MaskTerm::Kind::add;
    const Node* sum = adds ? at.binary(terms[i].mask, Binary::Op::add) : nullptr;
    if (sum == nullptr) continue;
    terms.insert(terms.begin() + static_cast<std::ptrdiff_t>(i) + 1, terms[i]);
    terms[i].mask = sum->inputs[0], terms[i + 1].mask = sum->inputs[1];
    --i;
  }
}

/// Whether adding can stand for each term.
bool can_add(const Graph& graph, const std::vector<MaskTerm>& terms) {
  return std::all_of(terms.begin(), terms.end(), [&](const MaskTerm& t) {
    return t.kind == MaskTerm::Kind::add ? graph.value(t.mask).element == Element::f32
                                         : added(t, terms.size() == 1).has_value();
  });
}

}  // namespace

std::optional<Scores> scores_behind(const Pattern& at, ValueId softmax_input) {
  auto found = Walk(at).up(softmax_input, 1);
  if (found) split_sums(at, found->terms);
  return found;
}

MaskKey mask_key(const Scores& scores) {
  MaskKey key;
  for (const MaskTerm& t : scores.terms) key.emplace_back(t.kind, t.mask, t.factor, t.fill, t.lead);
  return key;
}

std::optional<Mask> build_mask(Graph& graph, const Pattern& at, const Scores& scores, const std::string& name) {
  const std::vector<MaskTerm>& terms = scores.terms;
  if (terms.empty()) return Mask{};
  if (!can_add(graph, terms)) return std::nullopt;
  const Shape s = shape(graph, graph.nodes[static_cast<std::size_t>(scores.product)].output);
  const std::int64_t rows = s[s.size() - 2], keys = s.back();
  std::vector<MaskSource> sources;
  std::vector<std::vector<Factor>> leads;
  for (const MaskTerm& t : terms) {
    sources.push_back(terms.size() == 1 ? mask_sources(at, t.mask, t.lead).front() : unrepeated(at, t, rows, keys));
    leads.push_back(sources.back().place.lead);
  }
  if (!align(leads)) return std::nullopt;
  const std::size_t values_before = graph.values.size();
  Mask mask;
  Builder build(graph, mask, name);
  mask.lead = terms[0].lead;
  if (terms.size() > 1) {
    mask.lead.clear();
    for (const Factor& f : leads[0]) mask.lead.push_back(f.size);
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const MaskTerm& t = terms[i];
    const ValueId base = sources[i].place.base;
    mask.bases.push_back(base);
    ValueId part = t.kind == MaskTerm::Kind::add
                       ? build.scaled(base, t.factor)
                       : build.filled(base, *added(t, terms.size() == 1), t.kind == MaskTerm::Kind::fill_where);
    if (terms.size() > 1) part = build.spread(part, leads[i], {rows, sources[i].place.row}, {keys, sources[i].key});
    mask.mask = mask.mask == kNoValue ? part : build.sum(mask.mask, part);
  }
  const Content content = content_of(graph, mask.mask);
  if (content == Content::dead_row) return graph.values.resize(values_before), std::nullopt;
  if (content == Content::nothing) graph.values.resize(values_before), mask.mask = kNoValue;
  return mask;
}

}  // namespace inf::compiler
