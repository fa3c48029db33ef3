#include "compiler/passes/strided_view.h"

#include <algorithm>

namespace inf::compiler {
namespace {

bool joins(const Factor& outer, const Factor& inner) { return outer.step == inner.step * inner.size; }

/// Hands the factors out to axes of the wanted sizes, cutting where an axis ends inside one.
std::optional<std::vector<Axis>> regroup(const std::vector<Factor>& flat, const Shape& out) {
  std::vector<Axis> axes;
  std::size_t next = 0;
  Factor rest;
  for (const std::int64_t size : out) {
    Axis& axis = axes.emplace_back();
    std::int64_t need = size;
    while (need > 1) {
      while (rest.size == 1 && next < flat.size()) rest = flat[next++];
      if (rest.size == 1) return std::nullopt;
      if (need % rest.size == 0) {
        axis.push_back(rest);
        need /= rest.size;
        rest = {};
      } else if (rest.size % need == 0) {
        const std::int64_t inner = rest.size / need;
        axis.push_back({need, rest.step * inner});
        rest.size = inner;
        need = 1;
      } else {
        return std::nullopt;
      }
    }
  }
  return axes;
}

std::optional<StridedView> reshaped(const StridedView& in, const Shape& out) {
  Axis flat;
  for (const Axis& axis : in.axes) flat.insert(flat.end(), axis.begin(), axis.end());
  auto axes = regroup(flat, out);  // first without merging: heads stay apart from batch entries
  if (!axes) axes = regroup(merged(flat), out);
  if (!axes) return std::nullopt;
  return StridedView{in.offset, std::move(*axes)};
}

/// Keeps `count` positions of an axis from `start` in steps of `step`.
bool cut(Axis& axis, std::int64_t start, std::int64_t step, std::int64_t count, std::int64_t size,
         std::int64_t& offset) {
  if (start == 0 && step == 1 && count == size) return true;
  if (count == 1) {
    for (auto f = axis.rbegin(); f != axis.rend(); ++f) offset += start % f->size * f->step, start /= f->size;
    axis.clear();
    return true;
  }
  if (step < 0) return false;
  axis = merged(axis);
  Factor& outer = axis.front();
  const std::int64_t inner = size / outer.size;
  if (inner > 1 && (step != 1 || start % inner != 0 || count % inner != 0)) return false;
  offset += start / inner * outer.step;
  outer = {count / inner, outer.step * step};
  if (outer.size == 1) axis.erase(axis.begin());
  return true;
}

std::optional<StridedView> sliced(StridedView v, const Slice& s, const Shape& in, const Shape& out) {
  for (std::size_t i = 0; i < v.axes.size(); ++i)
    if (!cut(v.axes[i], s.start[i], s.step[i], out[i], in[i], v.offset)) return std::nullopt;
  return v;
}

StridedView expanded(const StridedView& in, const Shape& in_shape, const Shape& out) {
  StridedView y{in.offset, {}};
  const std::size_t missing = out.size() - in_shape.size();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool repeated = i < missing || in_shape[i - missing] != out[i];
    Axis axis = repeated ? Axis{{out[i], 0}} : in.axes[i - missing];
    if (out[i] == 1) axis.clear();
    y.axes.push_back(std::move(axis));
  }
  return y;
}

}  // namespace

StridedView row_major(const Shape& shape) {
  StridedView v;
  v.axes.resize(shape.size());
  std::int64_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0; step *= shape[i])
    if (shape[i] > 1) v.axes[i] = {{shape[i], step}};
  return v;
}

std::optional<StridedView> moved(const StridedView& in, const Operator& op, const Shape& in_shape, const Shape& out) {
  if (std::holds_alternative<Reshape>(op)) return reshaped(in, out);
  if (const auto* s = std::get_if<Slice>(&op)) return sliced(in, *s, in_shape, out);
  if (std::holds_alternative<Expand>(op) && out.size() >= in_shape.size()) return expanded(in, in_shape, out);
  const auto* t = std::get_if<Transpose>(&op);
  if (t == nullptr) return std::nullopt;
  StridedView y{in.offset, {}};
  for (const std::int64_t axis : t->perm) y.axes.push_back(in.axes[static_cast<std::size_t>(axis)]);
  return y;
}

Axis merged(const Axis& axis) {
  Axis y;
  for (const Factor& f : axis) {
    if (f.size == 1) continue;
    if (!y.empty() && joins(y.back(), f))
      y.back() = {y.back().size * f.size, f.step};
    else
      y.push_back(f);
  }
  return y;
}

std::optional<Factor> single(const Axis& axis) {
  const Axis m = merged(axis);
  if (m.size() > 1) return std::nullopt;
  return m.empty() ? Factor{} : m[0];
}

bool align(std::vector<std::vector<Factor>>& lists) {
  std::vector<std::vector<Factor>> aligned(lists.size());
  for (auto& list : lists) std::erase_if(list, [](const Factor& f) { return f.size == 1; });
  while (!lists[0].empty()) {
    std::int64_t size = lists[0].back().size;
    for (const auto& list : lists) {
      if (list.empty()) return false;
      size = std::min(size, list.back().size);
    }
    for (std::size_t i = 0; i < lists.size(); ++i) {
      Factor& inner = lists[i].back();
      if (inner.size % size != 0) return false;
      aligned[i].insert(aligned[i].begin(), {size, inner.step});
      inner = {inner.size / size, inner.step * size};
      if (inner.size == 1) lists[i].pop_back();
    }
  }
  const bool same = std::all_of(lists.begin(), lists.end(), [](const auto& l) { return l.empty(); });
  lists = std::move(aligned);
  return same;
}

bool merge_down(std::vector<std::vector<Factor>>& lists, std::size_t most) {
  const auto all_join = [&](std::size_t at) {
    return std::all_of(lists.begin(), lists.end(), [&](const auto& l) { return joins(l[at], l[at + 1]); });
  };
  for (std::size_t at = 0; lists[0].size() > most;) {
    if (at + 1 >= lists[0].size()) return false;
    if (!all_join(at)) {
      ++at;
      continue;
    }
    for (auto& l : lists) {
      l[at + 1].size *= l[at].size;
      l.erase(l.begin() + static_cast<std::ptrdiff_t>(at));
    }
    at = 0;
  }
  return true;
}

}  // namespace inf::compiler
