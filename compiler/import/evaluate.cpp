#include "compiler/import/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

using Inputs = std::vector<const Tensor*>;
[[noreturn]] void fail(std::string message) { throw Error(ErrorKind::import, "", std::move(message)); }

/// Linear index into `from` for each position of the broadcast shape `to`.
std::vector<std::size_t> broadcast_index(const Shape& from, const Shape& to) {
  std::vector<std::size_t> list(evaluated_elements(to));
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t at = 0, step = 1;
    for (std::size_t k = 0; k < from.size(); ++k) {
      const std::int64_t size = from[from.size() - 1 - k], wide = to[to.size() - 1 - k];
      if (size != 1) at += rest % wide * step;
      rest /= wide, step *= size;
    }
    list[i] = static_cast<std::size_t>(at);
  }
  return list;
}

template <class Result, class T, class F>
Tensor zip(const Shape& sa, const std::vector<T>& a, const Shape& sb, const std::vector<T>& b, Element element, F f) {
  const Shape shape = broadcast(sa, sb);
  const auto ia = broadcast_index(sa, shape), ib = broadcast_index(sb, shape);
  std::vector<Result> y(ia.size());
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<Result>(f(a[ia[i]], b[ib[i]]));
  if constexpr (std::is_same_v<Result, float>)
    return make_tensor(shape, std::move(y));
  else
    return make_tensor(shape, std::move(y), element);
}

/// Integer arithmetic of shapes wraps, as the exporters' does: a slice end of INT64_MAX must not be undefined behaviour
/// here.
using U = std::uint64_t;
std::int64_t wrapped(U v) { return static_cast<std::int64_t>(v); }
std::int64_t negated(std::int64_t v) { return wrapped(U{0} - static_cast<U>(v)); }

std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0) fail("divides the integer constant by 0");
  return b == -1 ? negated(a) : a / b;
}
std::int64_t modulo(std::int64_t a, std::int64_t b, bool c_like) {
  if (b == 0) fail("takes the remainder by 0");
  const std::int64_t r = b == -1 ? 0 : a % b;
  return !c_like && r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
std::int64_t int_power(std::int64_t a, std::int64_t n) {
  if (n < 0 || n > 63) fail(fmt::format("raises an integer to the power {}, 0 to 63 are evaluated", n));
  U y = 1;
  for (; n > 0; --n) y *= static_cast<U>(a);
  return wrapped(y);
}

std::optional<Tensor> arithmetic(const ModelNode& n, const Tensor& a, const Tensor& b) {
  using I = std::int64_t;
  const bool c_like = attribute_or<I>(n, "fmod", 0) != 0;
  using Floats = std::map<std::string, float (*)(float, float)>;
  static const Floats kFloats = {{"Add", [](float x, float y) { return x + y; }},
                                 {"Sub", [](float x, float y) { return x - y; }},
                                 {"Mul", [](float x, float y) { return x * y; }},
                                 {"Div", [](float x, float y) { return x / y; }},
                                 {"Pow", [](float x, float y) { return std::pow(x, y); }},
                                 {"Mod", [](float x, float y) { return std::fmod(x, y); }},
                                 {"Max", [](float x, float y) { return std::max(x, y); }},
                                 {"Min", [](float x, float y) { return std::min(x, y); }}};
  const std::map<std::string, std::function<I(I, I)>> ints = {
      {"Add", [](I x, I y) { return wrapped(static_cast<U>(x) + static_cast<U>(y)); }},
      {"Sub", [](I x, I y) { return wrapped(static_cast<U>(x) - static_cast<U>(y)); }},
      {"Mul", [](I x, I y) { return wrapped(static_cast<U>(x) * static_cast<U>(y)); }},
      {"Div", divide},
      {"Pow", int_power},
      {"Mod", [&](I x, I y) { return modulo(x, y, c_like); }},
      {"Max", [](I x, I y) { return std::max(x, y); }},
      {"Min", [](I x, I y) { return std::min(x, y); }}};
  if (!kFloats.contains(n.type) || a.is_float() != b.is_float()) return std::nullopt;
  if (a.is_float()) return zip<float>(a.shape(), a.floats(), b.shape(), b.floats(), Element::f32, kFloats.at(n.type));
  return zip<I>(a.shape(), a.ints(), b.shape(), b.ints(), Element::i64, ints.at(n.type));
}

template <class T>
std::optional<Tensor> compare(const std::string& type, const Tensor& a, const std::vector<T>& x, const Tensor& b,
                              const std::vector<T>& y) {
  using I = std::int64_t;
  if (type == "Equal") return zip<I>(a.shape(), x, b.shape(), y, Element::boolean, std::equal_to<T>());
  if (type == "Less") return zip<I>(a.shape(), x, b.shape(), y, Element::boolean, std::less<T>());
  if (type == "Greater") return zip<I>(a.shape(), x, b.shape(), y, Element::boolean, std::greater<T>());
  if (type == "And")
    return zip<I>(a.shape(), x, b.shape(), y, Element::boolean, [](T p, T q) { return p != 0 && q != 0; });
  if (type == "Or")
    return zip<I>(a.shape(), x, b.shape(), y, Element::boolean, [](T p, T q) { return p != 0 || q != 0; });
  return std::nullopt;
}

std::optional<Tensor> unary(const std::string& type, const Tensor& x) {
  static const std::map<std::string, float (*)(float)> kFloats = {
      {"Floor", [](float v) { return std::floor(v); }},     {"Ceil", [](float v) { return std::ceil(v); }},
      {"Round", [](float v) { return std::nearbyint(v); }}, {"Sqrt", [](float v) { return std::sqrt(v); }},
      {"Abs", [](float v) { return std::abs(v); }},         {"Neg", [](float v) { return -v; }},
      {"Exp", [](float v) { return std::exp(v); }},         {"Log", [](float v) { return std::log(v); }},
      {"Reciprocal", [](float v) { return 1 / v; }}};
  static const std::map<std::string, std::int64_t (*)(std::int64_t)> kInts = {
      {"Abs", [](std::int64_t v) { return v < 0 ? negated(v) : v; }}, {"Neg", negated}, {"Not", [](std::int64_t v) {
                                                                                           return std::int64_t{v == 0};
                                                                                         }}};
  if (x.is_float()) {
    if (!kFloats.contains(type)) return std::nullopt;
    std::vector<float> y = x.floats();
    std::transform(y.begin(), y.end(), y.begin(), kFloats.at(type));
    return make_tensor(x.shape(), std::move(y));
  }
  if (!kInts.contains(type)) return std::nullopt;
  std::vector<std::int64_t> y = x.ints();
  std::transform(y.begin(), y.end(), y.begin(), kInts.at(type));
  return make_tensor(x.shape(), std::move(y), x.element);
}

/// float to integer truncates; ONNX leaves values outside the target open, here they are refused.
std::int64_t truncated(float v) {
  if (!(std::abs(v) < 9.2e18f)) fail(fmt::format("casts {} to an integer", v));
  return static_cast<std::int64_t>(v);
}

Tensor cast(const ModelNode& n, const Tensor& x) {
  const std::int64_t to = attribute_or<std::int64_t>(n, "to", 0);
  const bool to_float = to == 1 || to == 10 || to == 11 || to == 16, to_bool = to == 9;
  if (to == 8 || to == 14 || to == 15 || to <= 0 || to > 16)
    throw Error(ErrorKind::unsupported, "", fmt::format("attribute to = {}", to),
                {"supported: float types, integers and bool"});
  if (to_float) return x.is_float() ? x : make_tensor(x.shape(), std::vector<float>(x.ints().begin(), x.ints().end()));
  std::vector<std::int64_t> y;
  if (!x.is_float())
    y = x.ints();
  else if (to_bool)
    std::transform(x.floats().begin(), x.floats().end(), std::back_inserter(y),
                   [](float v) { return std::int64_t{v != 0}; });
  else
    std::transform(x.floats().begin(), x.floats().end(), std::back_inserter(y), truncated);
  if (to_bool) std::transform(y.begin(), y.end(), y.begin(), [](std::int64_t v) { return std::int64_t{v != 0}; });
  return make_tensor(x.shape(), std::move(y), to_bool ? Element::boolean : Element::i64);
}

/// Reductions of integer lists to one number, as shape arithmetic uses them (all axes, or the one axis of a list).
std::optional<Tensor> reduce(const ModelNode& n, const Tensor& x) {
  if (x.is_float() || x.shape().size() > 1 || x.ints().empty()) return std::nullopt;
  std::int64_t y = x.ints()[0];
  for (std::size_t i = 1; i < x.ints().size(); ++i) {
    const std::int64_t v = x.ints()[i];
    y = n.type == "ReduceProd"  ? wrapped(static_cast<U>(y) * static_cast<U>(v))
        : n.type == "ReduceSum" ? wrapped(static_cast<U>(y) + static_cast<U>(v))
        : n.type == "ReduceMax" ? std::max(y, v)
                                : std::min(y, v);
  }
  const bool keep = attribute_or<std::int64_t>(n, "keepdims", 1) != 0;
  return make_tensor(keep ? Shape(x.shape().size(), 1) : Shape(), std::vector<std::int64_t>{y});
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast(condition.shape(), broadcast(a.shape(), b.shape()));
  const auto ic = broadcast_index(condition.shape(), shape), ia = broadcast_index(a.shape(), shape),
             ib = broadcast_index(b.shape(), shape);
  const auto pick = [&](const auto& x, const auto& y) {
    std::remove_cvref_t<decltype(x)> z(ic.size());
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = condition.ints()[ic[i]] != 0 ? x[ia[i]] : y[ib[i]];
    return z;
  };
  return a.is_float() ? make_tensor(shape, pick(a.floats(), b.floats()))
                      : make_tensor(shape, pick(a.ints(), b.ints()), a.element);
}

}  // namespace

std::optional<Tensor> evaluate(const ModelNode& node, std::int64_t opset, const Inputs& inputs) {
  if (auto moved = evaluate_index(node, opset, inputs)) return moved;
  const std::string& type = node.type;
  if (inputs.empty() || inputs[0] == nullptr) return std::nullopt;
  const Tensor& x = *inputs[0];
  if (type == "Cast") return cast(node, x);
  if (type == "Where" && inputs[1]->is_float() == inputs[2]->is_float()) return where(x, *inputs[1], *inputs[2]);
  if (type == "ReduceProd" || type == "ReduceSum" || type == "ReduceMax" || type == "ReduceMin") return reduce(node, x);
  if (inputs.size() == 1) return unary(type, x);
  if (inputs.size() != 2 || inputs[1] == nullptr) return std::nullopt;
  if (auto result = arithmetic(node, x, *inputs[1])) return result;
  if (x.is_float() != inputs[1]->is_float()) return std::nullopt;
  return x.is_float() ? compare(type, x, x.floats(), *inputs[1], inputs[1]->floats())
                      : compare(type, x, x.ints(), *inputs[1], inputs[1]->ints());
}

}  // namespace inf::compiler::importer
