#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/import/evaluate.h"
#include "compiler/import/slicing.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

using Inputs = std::vector<const Tensor*>;
using Ints = std::vector<std::int64_t>;
[[noreturn]] void fail(std::string message) { throw Error(ErrorKind::import, "", std::move(message)); }

Ints list(const Inputs& in, std::size_t slot) {
  if (slot >= in.size() || in[slot] == nullptr) return {};
  if (in[slot]->is_float()) fail(fmt::format("input {} holds floats, integers are needed", slot));
  return in[slot]->ints();
}

Ints row_major(const Shape& shape) {
  Ints s(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) s[i - 1] = s[i] * shape[i];
  return s;
}

/// y[i] = x[source(index of i)]: `source` maps a multi-index of y to a linear index of x.
template <class F>
Tensor pick(const Tensor& x, const Shape& shape, F source) {
  std::vector<std::size_t> from(evaluated_elements(shape));
  Ints index(shape.size(), 0);
  for (std::size_t& f : from) {
    f = static_cast<std::size_t>(source(index));
    for (std::size_t a = shape.size(); a-- > 0;) {
      if (++index[a] < shape[a]) break;
      index[a] = 0;
    }
  }
  const auto moved = [&](const auto& data) {
    std::remove_cvref_t<decltype(data)> y(from.size());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = data[from[i]];
    return y;
  };
  return x.is_float() ? make_tensor(shape, moved(x.floats())) : make_tensor(shape, moved(x.ints()), x.element);
}

Tensor with_shape(const Tensor& x, Shape shape) {
  return x.is_float() ? make_tensor(std::move(shape), x.floats()) : make_tensor(std::move(shape), x.ints(), x.element);
}

std::size_t positive(std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) fail(fmt::format("axis {} is outside the {} axes of the input", axis, n));
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

Tensor gather(const ModelNode& n, const Tensor& x, const Tensor& indices) {
  const std::size_t axis = positive(attribute_or<std::int64_t>(n, "axis", 0), x.shape().size());
  const std::int64_t size = x.shape()[axis];
  for (const std::int64_t i : indices.ints())
    if (i < -size || i >= size) fail(fmt::format("index {} is outside the {} positions of axis {}", i, size, axis));
  const std::size_t rank = indices.shape().size();
  Shape y(x.shape().begin(), x.shape().begin() + static_cast<std::ptrdiff_t>(axis));
  y.insert(y.end(), indices.shape().begin(), indices.shape().end());
  y.insert(y.end(), x.shape().begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.shape().end());
  const Ints steps = row_major(x.shape()), index_steps = row_major(indices.shape());
  return pick(x, y, [&](const Ints& at) {
    std::int64_t which = 0, from = 0;
    for (std::size_t k = 0; k < rank; ++k) which += at[axis + k] * index_steps[k];
    const std::int64_t chosen = indices.ints()[static_cast<std::size_t>(which)];
    for (std::size_t a = 0; a < axis; ++a) from += at[a] * steps[a];
    from += (chosen < 0 ? chosen + size : chosen) * steps[axis];
    for (std::size_t a = axis + 1; a < steps.size(); ++a) from += at[a + rank - 1] * steps[a];
    return from;
  });
}

Tensor concat(const ModelNode& n, const Inputs& in) {
  const std::size_t axis = positive(attribute_or<std::int64_t>(n, "axis", 0), in[0]->shape().size());
  Shape shape = in[0]->shape();
  std::vector<std::optional<Shape>> shapes;
  for (const Tensor* t : in) {
    if (t->is_float() != in[0]->is_float()) fail("joins floats and integers");
    shapes.emplace_back(t->shape());
  }
  shape = *infer_shape(Concat{static_cast<std::int64_t>(axis)}, shapes);
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  const std::int64_t outer = std::accumulate(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis),
                                             std::int64_t{1}, std::multiplies<>());
  const auto join = [&](auto values_of) {
    std::remove_cvref_t<decltype(values_of(*in[0]))> y;
    for (std::int64_t o = 0; o < outer; ++o)
      for (const Tensor* t : in) {
        const std::int64_t length = t->shape()[axis] * inner;
        const auto begin = values_of(*t).begin() + o * length;
        y.insert(y.end(), begin, begin + length);
      }
    return y;
  };
  if (in[0]->is_float())
    return make_tensor(shape, join([](const Tensor& t) -> const std::vector<float>& { return t.floats(); }));
  return make_tensor(shape, join([](const Tensor& t) -> const Ints& { return t.ints(); }), in[0]->element);
}

Tensor slice(const ModelNode& n, std::int64_t opset, const Inputs& in) {
  const Tensor& x = *in[0];
  const Slicing s = opset < 10 ? resolve_slice(x.shape(), attribute_or<Ints>(n, "starts", {}),
                                               attribute_or<Ints>(n, "ends", {}), attribute_or<Ints>(n, "axes", {}), {})
                               : resolve_slice(x.shape(), list(in, 1), list(in, 2), list(in, 3), list(in, 4));
  const Ints steps = row_major(x.shape());
  return pick(x, s.shape, [&](const Ints& at) {
    std::int64_t from = 0;
    for (std::size_t a = 0; a < at.size(); ++a) from += (s.start[a] + at[a] * s.step[a]) * steps[a];
    return from;
  });
}

Tensor transpose(const ModelNode& n, const Tensor& x) {
  Ints reversed(x.shape().size());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  const Ints perm = attribute_or<Ints>(n, "perm", reversed), steps = row_major(x.shape());
  const Shape y = *infer_shape(Transpose{perm}, {x.shape()});
  return pick(x, y, [&](const Ints& at) {
    std::int64_t from = 0;
    for (std::size_t a = 0; a < at.size(); ++a) from += at[a] * steps[static_cast<std::size_t>(perm[a])];
    return from;
  });
}

/// Repeats x along axes of size 1 (Expand) or whole (Tile).
Tensor repeated(const Tensor& x, const Shape& shape) {
  const Ints steps = row_major(x.shape());
  const std::size_t lead = shape.size() - x.shape().size();
  return pick(x, shape, [&](const Ints& at) {
    std::int64_t from = 0;
    for (std::size_t a = 0; a < steps.size(); ++a) from += at[a + lead] % x.shape()[a] * steps[a];
    return from;
  });
}

Tensor tile(const Tensor& x, const Ints& repeats) {
  Shape y = x.shape();
  if (repeats.size() != y.size())
    fail(fmt::format("repeats {} do not match the axes of {}", to_string(repeats), to_string(y)));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] *= repeats[i];
  return repeated(x, y);
}

Tensor filled(const ModelNode& n, const Shape& shape) {
  const Tensor value = attribute_or<Tensor>(n, "value", make_tensor({1}, std::vector<float>{0}));
  if (elements(value.shape()) != 1)
    fail(fmt::format("the value has shape {}, one element is needed", to_string(value.shape())));
  return pick(value, shape, [](const Ints&) { return 0; });
}

template <class T>
T only(const std::vector<T>& values, const char* what) {
  if (values.size() != 1) fail(fmt::format("{} has {} elements, one is needed", what, values.size()));
  return values[0];
}

Tensor range(const Inputs& in) {
  if (in[0]->is_float()) fail("counts in floats: only integer ranges are evaluated");
  const std::int64_t start = only(list(in, 0), "start"), limit = only(list(in, 1), "limit"),
                     step = only(list(in, 2), "delta");
  if (step == 0) fail("delta is 0");
  const double count =
      std::max(0.0, std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(step)));
  Ints y(evaluated_elements({static_cast<std::int64_t>(std::min(count, 1e15))}));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = start + static_cast<std::int64_t>(i) * step;
  const auto length = static_cast<std::int64_t>(y.size());
  return make_tensor({length}, std::move(y));
}

std::optional<Tensor> constant(const ModelNode& n) {
  if (n.attributes.size() != 1) fail(fmt::format("has {} attributes, one value is needed", n.attributes.size()));
  const auto& [key, value] = *n.attributes.begin();
  if (key == "value") return attribute_or<Tensor>(n, key, {});
  if (key == "value_float") return make_tensor({}, std::vector<float>{attribute_or<float>(n, key, 0)});
  if (key == "value_int") return make_tensor({}, Ints{attribute_or<std::int64_t>(n, key, 0)});
  if (key == "value_floats") {
    auto v = attribute_or<std::vector<float>>(n, key, {});
    const auto count = static_cast<std::int64_t>(v.size());
    return make_tensor({count}, std::move(v));
  }
  auto v = attribute_or<Ints>(n, key, {});
  const auto count = static_cast<std::int64_t>(v.size());
  return make_tensor({count}, std::move(v));
}

}  // namespace

std::size_t evaluated_elements(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t d : shape) {
    if (d < 0 || (d > 0 && count > (std::int64_t{1} << 31) / d))
      fail(fmt::format("would make a constant of shape {}: at most 2^31 elements are evaluated", to_string(shape)));
    count *= d;
  }
  return static_cast<std::size_t>(count);
}

Tensor shape_tensor(const ModelNode& node, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto clamped = [&](std::int64_t v) { return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank); };
  const std::int64_t first = clamped(attribute_or<std::int64_t>(node, "start", 0)),
                     last = std::max(first, clamped(attribute_or<std::int64_t>(node, "end", rank)));
  return make_tensor({last - first}, Ints(shape.begin() + first, shape.begin() + last));
}

std::vector<std::int64_t> integer_list(const ModelNode& node, const std::string& key, std::size_t slot,
                                       std::int64_t opset, std::int64_t moved, const Inputs& inputs) {
  return opset < moved ? attribute_or<Ints>(node, key, {}) : list(inputs, slot);
}

std::optional<Tensor> evaluate_index(const ModelNode& n, std::int64_t opset, const Inputs& in) {
  const std::string& type = n.type;
  if (type == "Constant") return constant(n);
  if (in.empty() || in[0] == nullptr) return std::nullopt;
  const Tensor& x = *in[0];
  if (type == "Identity") return x;
  if (type == "ConstantOfShape") return filled(n, list(in, 0));
  if (type == "Gather" && !in[1]->is_float()) return gather(n, x, *in[1]);
  if (type == "Unsqueeze") return with_shape(x, unsqueezed(x.shape(), integer_list(n, "axes", 1, opset, 13, in)));
  if (type == "Squeeze") return with_shape(x, squeezed(x.shape(), integer_list(n, "axes", 1, opset, 13, in)));
  if (type == "Reshape")
    return with_shape(x, resolve_reshape(x.shape(), list(in, 1), attribute_or<std::int64_t>(n, "allowzero", 0) != 0));
  if (type == "Transpose") return transpose(n, x);
  if (type == "Concat") return concat(n, in);
  if (type == "Slice") return slice(n, opset, in);
  if (type == "Expand") return repeated(x, broadcast(x.shape(), list(in, 1)));
  if (type == "Tile") return tile(x, list(in, 1));
  if (type == "Range") return range(in);
  return std::nullopt;
}

}  // namespace inf::compiler::importer
