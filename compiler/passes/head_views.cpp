#include "compiler/passes/head_views.h"

#include <algorithm>

namespace inf::compiler {
namespace {

struct Origin {
  ValueId base = kNoValue;
  StridedView view;
  double scale = 1;
};

/// The values that `id` is moved from, nearest first, each with the view of `id` on it; those without one are left out.
std::vector<Origin> origins(const Pattern& at, ValueId id, bool through_scale) {
  const Graph& g = at.graph;
  std::vector<Origin> found = {{id, row_major(shape(g, id)), 1}};
  std::vector<const Node*> path;
  double scale = 1;
  for (ValueId base = id;;) {
    if (static_cast<std::size_t>(base) >= at.uses.producer.size()) return found;  // newer than the snapshot
    const int p = at.uses.producer_of(base);
    if (p < 0) return found;
    const Node& n = g.nodes[static_cast<std::size_t>(p)];
    const auto scaled = through_scale ? at.with_number(base, Binary::Op::mul) : std::nullopt;
    if (scaled)
      scale *= scaled->number, base = scaled->value;
    else if (as<Reshape>(n) || as<Transpose>(n) || as<Slice>(n) || as<Expand>(n))
      path.push_back(&n), base = n.inputs[0];
    else
      return found;
    std::optional<StridedView> view = row_major(shape(g, base));
    for (auto move = path.rbegin(); move != path.rend() && view; ++move)
      view = moved(*view, (*move)->op, shape(g, (*move)->inputs[0]), shape(g, (*move)->output));
    if (view) found.push_back({base, std::move(*view), scale});
  }
}

/// Positions of the axes `lead` in a view whose own axes before `count` are aligned with them at the back.
std::vector<Factor> lead_factors(const std::vector<Axis>& axes, std::size_t count, const Shape& lead) {
  std::vector<Factor> factors;
  for (std::size_t i = 0; i < lead.size(); ++i) {
    const bool missing = lead.size() - i > count;
    const Axis axis = missing ? Axis{} : axes[count + i - lead.size()];
    if (axis.empty())
      factors.push_back({lead[i], 0});
    else
      factors.insert(factors.end(), axis.begin(), axis.end());
  }
  return factors;
}

/// The view of `target` seen from the row-major order of the value it is moved from, turned round: where each element
/// of axes with these sizes comes to lie in `target`. Empty when an axis of `target` spans several of them.
std::optional<std::vector<Axis>> landing(const StridedView& target, const Shape& sizes) {
  struct Piece {
    Factor from;
    std::int64_t to;
  };
  std::vector<Piece> pieces;
  std::int64_t to = 1;
  for (auto axis = target.axes.rbegin(); axis != target.axes.rend(); ++axis)
    for (auto f = axis->rbegin(); f != axis->rend(); to *= f->size, ++f) pieces.push_back({*f, to});
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.from.step > b.from.step; });
  std::vector<Axis> axes;
  std::size_t next = 0;
  for (const std::int64_t size : sizes) {
    Axis& axis = axes.emplace_back();
    for (std::int64_t left = size; left > 1; ++next) {
      if (next >= pieces.size() || left % pieces[next].from.size != 0) return std::nullopt;
      axis.push_back({pieces[next].from.size, pieces[next].to});
      left /= pieces[next].from.size;
    }
  }
  return axes;
}

/// Rows and features of matrices on the last two axes; false when they are not evenly spaced or not neighbours.
bool place_matrices(const std::vector<Axis>& axes, bool swapped, const Shape& lead, HeadSource& place) {
  const std::size_t last = axes.size() - 1;
  const auto row = single(axes[swapped ? last : last - 1]), feature = single(axes[swapped ? last - 1 : last]);
  if (!row || !feature || (feature->size > 1 && feature->step != 1)) return false;
  place.row = row->step;
  place.lead = lead_factors(axes, last - 1, lead);
  return true;
}

}  // namespace

std::vector<HeadSource> head_sources(const Pattern& at, ValueId id, const Shape& lead, bool swapped,
                                     bool through_scale) {
  std::vector<HeadSource> sources;
  for (const Origin& o : origins(at, id, through_scale)) {
    HeadSource place{o.base, o.view.offset, {}, 0, o.scale};
    if (place_matrices(o.view.axes, swapped, lead, place)) sources.push_back(std::move(place));
  }
  return sources;
}

std::vector<HeadTarget> head_targets(const Pattern& at, ValueId id) {
  const Graph& g = at.graph;
  const Shape sizes = shape(g, id);
  const Shape lead(sizes.begin(), sizes.end() - 2);
  std::vector<HeadTarget> targets;
  std::vector<int> moves;
  std::optional<StridedView> view = row_major(sizes);
  for (ValueId at_value = id; view;) {
    HeadSource place{at_value, 0, {}, 0, 1};
    if (const auto axes = landing(*view, sizes); axes && place_matrices(*axes, false, lead, place))
      targets.push_back({std::move(place), moves});
    const int reader = at.uses.only_consumer(at_value);
    if (reader < 0) break;
    const Node& n = g.nodes[static_cast<std::size_t>(reader)];
    if (!as<Reshape>(n) && !as<Transpose>(n)) break;
    moves.push_back(reader);
    view = moved(*view, n.op, shape(g, at_value), shape(g, n.output));
    at_value = n.output;
  }
  return targets;
}

std::vector<MaskSource> mask_sources(const Pattern& at, ValueId id, const Shape& lead) {
  std::vector<MaskSource> sources;
  for (const Origin& o : origins(at, id, false)) {
    std::vector<Axis> axes = o.view.axes;
    if (axes.size() < 2) axes.insert(axes.begin(), 2 - axes.size(), Axis{});
    const auto key = single(axes.back()), row = single(axes[axes.size() - 2]);
    if (!key || !row || key->step > 1 || o.view.offset != 0) continue;
    sources.push_back({{o.base, 0, lead_factors(axes, axes.size() - 2, lead), row->step, 1}, key->step});
  }
  return sources;
}

}  // namespace inf::compiler
