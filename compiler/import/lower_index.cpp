#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

using Ints = std::vector<std::int64_t>;

/// Constant indices among `size` positions, counted from the front.
Ints known_indices(const Lowering& at, std::size_t slot, std::int64_t size, std::int64_t axis) {
  Ints indices = at.constant_integers(slot, "indices");
  for (std::int64_t& i : indices) {
    if (i < -size || i >= size)
      at.broken(fmt::format("index {} is outside the {} positions of axis {}", i, size, axis));
    i = i < 0 ? i + size : i;
  }
  if (indices.empty()) at.unsupported("there are no indices: the result is empty");
  return indices;
}

/// The common distance of neighbours (1 for a single index), 0 when they are no arithmetic sequence.
std::int64_t step_of(const Ints& indices) {
  const std::int64_t step = indices.size() > 1 ? indices[1] - indices[0] : 1;
  for (std::size_t i = 1; i < indices.size(); ++i)
    if (indices[i] - indices[i - 1] != step) return 0;
  return step;
}

/// Distance in elements between neighbours on each axis.
Ints row_major(const Shape& shape) {
  Ints s(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) s[i - 1] = s[i] * shape[i];
  return s;
}

/// Several positions of an axis: one slice, a few slices joined, or a gather with constant indices.
ValueId picked(Lowering& at, ValueId x, std::size_t axis, const Ints& indices) {
  constexpr std::size_t kMostSlices = 8;
  Shape y = at.shape_of(x);
  if (const std::int64_t step = step_of(indices); step != 0) {
    if (step == 1) return cut(at, x, axis, indices[0], indices.back() + 1);
    Slice s{Ints(y.size(), 0), Ints(y.size(), 1)};
    s.start[axis] = indices[0], s.step[axis] = step, y[axis] = static_cast<std::int64_t>(indices.size());
    return at.emit(std::move(s), {x}, y);
  }
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (i == 0 || indices[i] != indices[i - 1] + 1) starts.push_back(i);
  if (starts.size() > kMostSlices) {
    const ValueId ids = at.constant_value({static_cast<std::int64_t>(indices.size())}, indices);
    return at.emit(Gather{static_cast<std::int64_t>(axis)}, {x, ids});
  }
  starts.push_back(indices.size());
  std::vector<ValueId> parts;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i)
    parts.push_back(cut(at, x, axis, indices[starts[i]], indices[starts[i + 1] - 1] + 1));
  return at.emit(Concat{static_cast<std::int64_t>(axis)}, parts);
}

/// Run-time indices of one axis as distances in elements of an array of `total`: negative ones count from the end, and
/// one outside its axis goes outside of the whole array, where the gather or scatter stops the run.
ValueId offsets(Lowering& at, ValueId index, std::int64_t size, std::int64_t stride, std::int64_t total) {
  const auto whole = [&](std::int64_t v) { return at.scalar(Element::i64, static_cast<double>(v)); };
  const ValueId wrapped = at.emit(
      Where{}, {binary(at, Binary::Op::less, index, whole(0)), binary(at, Binary::Op::add, index, whole(size)), index});
  const ValueId outside = binary(at, Binary::Op::logic_or, binary(at, Binary::Op::less, wrapped, whole(0)),
                                 binary(at, Binary::Op::greater_equal, wrapped, whole(size)));
  const ValueId scaled = stride == 1 ? wrapped : binary(at, Binary::Op::mul, wrapped, whole(stride));
  return at.emit(Where{}, {outside, whole(total), scaled});
}

/// For each position of `shape`: the distance in elements that its index on the axes that `counts` gives.
template <class Counts>
ValueId position_offsets(Lowering& at, const Shape& shape, const Ints& strides, Counts counts) {
  Ints list(static_cast<std::size_t>(elements(shape)), 0), index(shape.size(), 0);
  for (std::int64_t& v : list) {
    for (std::size_t a = 0; a < shape.size(); ++a)
      if (counts(a)) v += index[a] * strides[a];
    for (std::size_t a = shape.size(); a-- > 0;) {
      if (++index[a] < shape[a]) break;
      index[a] = 0;
    }
  }
  return at.constant_value(shape, std::move(list));
}

/// Linear element index for every position of a GatherElements or ScatterElements.
ValueId element_indices(Lowering& at, const Shape& data, std::size_t axis, std::size_t slot) {
  const Shape shape = at.shape(slot);
  if (shape.size() != data.size())
    at.broken(fmt::format("indices {} and data {} have different ranks", to_string(shape), to_string(data)));
  const Ints strides = row_major(data);
  const ValueId others = position_offsets(at, shape, strides, [&](std::size_t a) { return a != axis; });
  if (!at.is_constant(slot)) {
    if (data.size() == 1) return at.typed(slot);
    return binary(at, Binary::Op::add, offsets(at, at.typed(slot), data[axis], strides[axis], elements(data)), others);
  }
  Ints list = known_indices(at, slot, data[axis], static_cast<std::int64_t>(axis));
  const Ints& rest = at.constant_of(others)->ints();
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = list[i] * strides[axis] + rest[i];
  return at.constant_value(shape, std::move(list));
}

/// Row index for every tuple along the last axis of the indices (GatherND, ScatterND): the first axes of the tuple's
/// shape are `batch` ones that data shares. Shape: the indices' without the last axis.
ValueId tuple_indices(Lowering& at, const Shape& data, std::size_t batch, std::size_t slot) {
  const Shape shape = at.shape(slot);
  const auto width = static_cast<std::size_t>(shape.empty() ? 0 : shape.back());
  if (width == 0 || batch + width > data.size() || batch >= shape.size())
    at.broken(fmt::format("indices {} name {} axes of data {}", to_string(shape), width, to_string(data)));
  const Shape lead(shape.begin(), shape.end() - 1);
  const auto rows_shape = Shape(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(batch + width));
  const Ints strides = row_major(rows_shape);
  if (at.is_constant(slot)) {
    const Ints tuples = at.constant_integers(slot, "indices");
    const ValueId shared = position_offsets(at, lead, strides, [&](std::size_t a) { return a < batch; });
    Ints list = at.constant_of(shared)->ints();
    for (std::size_t i = 0; i < list.size(); ++i)
      for (std::size_t k = 0; k < width; ++k) {
        const std::int64_t size = data[batch + k], index = tuples[i * width + k];
        if (index < -size || index >= size)
          at.broken(fmt::format("index {} is outside the {} positions of axis {}", index, size, batch + k));
        list[i] += (index < 0 ? index + size : index) * strides[batch + k];
      }
    return at.constant_value(lead, std::move(list));
  }
  if (width == 1 && batch == 0) return at.reshaped(at.typed(slot), lead);
  ValueId sum = kNoValue;
  const auto add = [&](ValueId v) { sum = sum == kNoValue ? v : binary(at, Binary::Op::add, sum, v); };
  for (std::size_t k = 0; k < width; ++k) {
    const auto position = static_cast<std::int64_t>(k);
    const ValueId one = at.reshaped(cut(at, at.typed(slot), shape.size() - 1, position, position + 1), lead);
    add(offsets(at, one, data[batch + k], strides[batch + k], elements(rows_shape)));
  }
  if (batch > 0) add(position_offsets(at, lead, strides, [&](std::size_t a) { return a < batch; }));
  return sum;
}

/// Updates written into the rows {first, first + step, ...} of data (R, C): slices around them joined.
ValueId replace_sequence(Lowering& at, ValueId data, ValueId updates, std::int64_t first, std::int64_t step,
                         std::int64_t count, bool add) {
  const Shape x = at.shape_of(data);
  // As (groups, step, C): one position of the middle axis is written.
  const bool run = step == 1;
  const Shape view = run ? Shape{1, x[0], x[1]} : Shape{count, step, x[1]};
  const std::int64_t width = run ? count : 1, from = first;
  const ValueId old = at.reshaped(data, view);
  ValueId middle = at.reshaped(updates, {view[0], width, x[1]});
  if (add) middle = binary(at, Binary::Op::add, cut(at, old, 1, from, from + width), middle);
  std::vector<ValueId> parts;
  if (from > 0) parts.push_back(cut(at, old, 1, 0, from));
  parts.push_back(middle);
  if (from + width < view[1]) parts.push_back(cut(at, old, 1, from + width, view[1]));
  return at.reshaped(parts.size() == 1 ? middle : at.emit(Concat{1}, parts), x);
}

/// Constant updates at constant rows: chosen by a constant mask.
ValueId replace_constant(Lowering& at, ValueId data, ValueId updates, const Ints& rows) {
  const Shape x = at.shape_of(data);
  const auto width = static_cast<std::size_t>(x[1]);
  Ints mask(static_cast<std::size_t>(x[0]), 0);
  for (const std::int64_t r : rows) mask[static_cast<std::size_t>(r)] = 1;
  const auto spread = [&](const auto& from) {
    std::remove_cvref_t<decltype(from)> to(mask.size() * width);
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  to.begin() + rows[i] * static_cast<std::int64_t>(width));
    return to;
  };
  const Constant& from = *at.constant_of(updates);
  const ValueId values = at.element_of(updates) == Element::f32
                             ? at.constant_value(x, spread(from.floats()))
                             : at.constant_value(x, spread(from.ints()), at.element_of(updates));
  const ValueId chosen = at.constant_value({x[0], 1}, std::move(mask), Element::boolean);
  return at.emit(Where{}, {chosen, values, data});
}

/// data (R, C) with rows replaced by (or increased by) updates (n, C).
ValueId scattered(Lowering& at, ValueId data, ValueId rows, ValueId updates, bool add) {
  const std::int64_t all = at.shape_of(data)[0], count = at.shape_of(rows)[0];
  if (const Constant* known = at.constant_of(rows)) {
    const Ints list = known->ints();
    const std::int64_t step = step_of(list);
    if (step == 1) return replace_sequence(at, data, updates, list[0], 1, count, add);
    if (step > 1 && all == count * step && list[0] < step)
      return replace_sequence(at, data, updates, list[0], step, count, add);
    if (!add && at.constant_of(updates) != nullptr) return replace_constant(at, data, updates, list);
  }
  return at.emit(Scatter{add}, {data, rows, updates});
}

bool adds(const Lowering& at) {
  const std::string reduction = at.word("reduction", "none");
  if (reduction != "none" && reduction != "add")
    at.unsupported(fmt::format("attribute reduction = '{}'", reduction), {"supported: none, add"});
  return reduction == "add";
}

}  // namespace

void lower_gather(Lowering& at) {
  const Shape x = at.shape(0), of_indices = at.shape(1);
  const std::int64_t axis = positive_axis(at, at.integer("axis", 0), x.size());
  if (!at.is_constant(1)) return at.result(at.emit(Gather{axis}, {at.typed(0), at.typed(1)}));
  const Ints indices = known_indices(at, 1, x[static_cast<std::size_t>(axis)], axis);
  // The axis is replaced by the axes of the indices: none for a scalar.
  Shape y(x.begin(), x.begin() + axis);
  y.insert(y.end(), of_indices.begin(), of_indices.end());
  y.insert(y.end(), x.begin() + axis + 1, x.end());
  at.result(at.reshaped(picked(at, at.typed(0), static_cast<std::size_t>(axis), indices), y));
}

void lower_gather_elements(Lowering& at) {
  const Shape x = at.shape(0);
  const std::int64_t axis = positive_axis(at, at.integer("axis", 0), x.size());
  const ValueId flat = at.reshaped(at.typed(0), {elements(x)});
  at.result(at.emit(Gather{0}, {flat, element_indices(at, x, static_cast<std::size_t>(axis), 1)}));
}

void lower_gather_nd(Lowering& at) {
  const Shape x = at.shape(0);
  const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(0, at.integer("batch_dims", 0)));
  const ValueId rows = tuple_indices(at, x, batch, 1);
  const auto named = static_cast<std::ptrdiff_t>(batch) + at.shape(1).back();
  Shape table = {elements(Shape(x.begin(), x.begin() + named))};
  table.insert(table.end(), x.begin() + named, x.end());
  const Shape lead = at.shape_of(rows);
  Shape y = lead;
  y.insert(y.end(), table.begin() + 1, table.end());
  const ValueId data = at.reshaped(at.typed(0), table);
  if (const Constant* known = at.constant_of(rows))
    return at.result(at.reshaped(picked(at, data, 0, known->ints()), y));
  at.result(at.emit(Gather{0}, {data, rows}));
}

void lower_scatter_elements(Lowering& at) {
  const Shape x = at.shape(0);
  const std::int64_t axis = positive_axis(at, at.integer("axis", 0), x.size()), count = elements(at.shape(1));
  const bool add = adds(at), floats = at.any_float({0, 2});
  const ValueId indices = at.reshaped(element_indices(at, x, static_cast<std::size_t>(axis), 1), {count});
  const ValueId data = at.reshaped(at.operand(0, floats), {elements(x), 1});
  at.result(at.reshaped(scattered(at, data, indices, at.reshaped(at.operand(2, floats), {count, 1}), add), x));
}

void lower_scatter_nd(Lowering& at) {
  const Shape x = at.shape(0);
  const bool add = adds(at), floats = at.any_float({0, 2});
  const ValueId tuples = tuple_indices(at, x, 0, 1);
  const std::int64_t count = elements(at.shape_of(tuples));
  const ValueId rows = at.reshaped(tuples, {count});
  const Shape named(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(at.shape(1).back()));
  const Shape table = {elements(named), elements(x) / elements(named)};
  const ValueId data = at.reshaped(at.operand(0, floats), table);
  if (elements(at.shape(2)) != count * table[1])
    at.broken(fmt::format("updates have shape {}, {} rows of {} elements are needed", to_string(at.shape(2)), count,
                          table[1]));
  const ValueId updates = at.reshaped(at.operand(2, floats), {count, table[1]});
  at.result(at.reshaped(scattered(at, data, rows, updates, add), x));
}

void lower_one_hot(Lowering& at) {
  const Ints sizes = at.constant_integers(1, "depth");
  if (sizes.size() != 1 || sizes[0] < 1) at.broken(fmt::format("depth is {}", to_string(sizes)));
  const std::int64_t depth = sizes[0];
  Shape shape = at.shape(0);
  const auto axis = static_cast<std::ptrdiff_t>(positive_axis(at, at.integer("axis", -1), shape.size() + 1));
  shape.insert(shape.begin() + axis, 1);
  Shape along(shape.size(), 1);
  along[static_cast<std::size_t>(axis)] = depth;
  Ints count(static_cast<std::size_t>(depth));
  std::iota(count.begin(), count.end(), 0);
  Ints from_end = count;
  for (std::int64_t& v : from_end) v -= depth;
  const ValueId indices = at.reshaped(at.typed(0), shape);
  const ValueId hot =
      binary(at, Binary::Op::logic_or, binary(at, Binary::Op::equal, indices, at.constant_value(along, count)),
             binary(at, Binary::Op::equal, indices, at.constant_value(along, from_end)));
  if (at.shape(2) != Shape{2}) at.broken(fmt::format("values have shape {}, [2] is needed", to_string(at.shape(2))));
  const ValueId values = at.typed(2);
  const auto value = [&](std::int64_t i) { return at.reshaped(cut(at, values, 0, i, i + 1), {}); };
  at.result(at.emit(Where{}, {hot, value(1), value(0)}));
}

void lower_arg_max(Lowering& at) {
  ArgMax a;
  a.axis = positive_axis(at, at.integer("axis", 0), at.shape(0).size());
  a.keep_dims = at.integer("keepdims", 1) != 0, a.last = at.integer("select_last_index", 0) != 0;
  a.smallest = at.node.type == "ArgMin";
  at.result(at.emit(a, {at.typed(0)}));
}

void lower_cum_sum(Lowering& at) {
  const Ints axis = at.constant_integers(1, "axis");
  if (axis.size() != 1) at.broken(fmt::format("axis has {} elements, one is needed", axis.size()));
  CumSum c;
  c.axis = positive_axis(at, axis[0], at.shape(0).size());
  c.exclusive = at.integer("exclusive", 0) != 0, c.reverse = at.integer("reverse", 0) != 0;
  at.result(at.emit(c, {at.typed(0)}));
}

void lower_trilu(Lowering& at) {
  const Shape x = at.shape(0);
  if (x.size() < 2) at.broken(fmt::format("the input has shape {}, a matrix is needed", to_string(x)));
  const bool upper = at.integer("upper", 1) != 0;
  const Ints given = at.present(1) ? at.constant_integers(1, "k") : Ints{0};
  if (given.size() != 1) at.broken(fmt::format("k has {} elements, one is needed", given.size()));
  const std::int64_t rows = x[x.size() - 2], columns = x.back();
  const std::int64_t k = std::clamp(given[0], -rows - 1, columns + 1);
  Ints keep;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) keep.push_back(upper ? c - r >= k : c - r <= k);
  const ValueId mask = at.constant_value({rows, columns}, std::move(keep), Element::boolean);
  at.result(at.emit(Where{}, {mask, at.typed(0), at.scalar(at.element(0), 0)}));
}

void lower_expand(Lowering& at) {
  const Shape x = at.shape(0);
  Shape y;
  try {
    y = broadcast(x, at.constant_integers(1, "shape"));
  } catch (const Error& e) {
    if (!e.where().empty()) throw;
    at.broken(e.message());
  }
  at.result(y == x ? at.typed(0) : at.emit(Expand{}, {at.typed(0)}, y));
}

void lower_tile(Lowering& at) {
  const Shape x = at.shape(0);
  const Ints repeats = at.constant_integers(1, "repeats");
  if (repeats.size() != x.size() || std::any_of(repeats.begin(), repeats.end(), [](std::int64_t r) { return r < 0; }))
    at.broken(fmt::format("repeats {} do not match the axes of {}", to_string(repeats), to_string(x)));
  // Each axis becomes (repeats, size): the first of the two is expanded.
  Shape apart, wide, y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    apart.insert(apart.end(), {1, x[i]}), wide.insert(wide.end(), {repeats[i], x[i]});
    y.push_back(repeats[i] * x[i]);
  }
  if (y == x) return at.result(at.typed(0));
  at.result(at.reshaped(at.emit(Expand{}, {at.reshaped(at.typed(0), apart)}, wide), y));
}

}  // namespace inf::compiler::importer
