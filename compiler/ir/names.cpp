#include "compiler/ir/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace inf::compiler {
namespace {

template <class Enum>
struct Words;

#define INF_WORDS(Enum, ...)                                                     \
  template <>                                                                    \
  struct Words<Enum> {                                                           \
    static constexpr auto list = std::to_array<std::string_view>({__VA_ARGS__}); \
  };
INF_WORDS(Element, "f32", "i64", "bool")
INF_WORDS(Act, "none", "relu", "leaky_relu", "clip", "sigmoid", "tanh", "silu", "gelu", "gelu_tanh", "elu",
          "hard_sigmoid", "hard_swish", "softplus", "exp", "log", "sqrt", "abs", "neg", "reciprocal", "erf", "sin",
          "square", "sign", "mish")
INF_WORDS(Pool::Kind, "max", "average")
INF_WORDS(Resize::Mode, "nearest", "linear")
INF_WORDS(Resize::Coordinates, "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
INF_WORDS(Resize::Round, "prefer_floor", "prefer_ceil", "floor", "ceil")
INF_WORDS(Binary::Op, "add", "sub", "mul", "div", "max", "min", "pow", "equal", "less", "less_equal", "greater",
          "greater_equal", "logic_and", "logic_or", "logic_xor")
INF_WORDS(Pad::Mode, "constant", "reflect", "edge")
INF_WORDS(Reduce::Op, "mean", "sum", "max", "min")
INF_WORDS(Fate, "compiled", "fused", "folded", "host", "refused")
#undef INF_WORDS

constexpr std::array<std::string_view, std::variant_size_v<Operator>> kOps = {
    "conv",    "pool",    "resize",    "binary", "unary",   "matmul",  "batch_norm", "concat",
    "softmax", "reshape", "transpose", "slice",  "pad",     "reduce",  "layer_norm", "attention",
    "where",   "cast",    "expand",    "gather", "scatter", "arg_max", "cum_sum",    "loop"};

template <class Enum>
std::string_view word(Enum e) {
  return Words<Enum>::list[static_cast<std::size_t>(e)];
}

template <std::size_t... I>
Operator op_at(std::size_t index, std::index_sequence<I...>) {
  Operator op;
  ((I == index ? void(op.emplace<I>()) : void()), ...);
  return op;
}

}  // namespace

std::string_view name(Element e) { return word(e); }
std::string_view name(Act a) { return word(a); }
std::string_view name(Pool::Kind k) { return word(k); }
std::string_view name(Resize::Mode m) { return word(m); }
std::string_view name(Resize::Coordinates c) { return word(c); }
std::string_view name(Resize::Round r) { return word(r); }
std::string_view name(Binary::Op o) { return word(o); }
std::string_view name(Pad::Mode m) { return word(m); }
std::string_view name(Reduce::Op o) { return word(o); }
std::string_view name(Fate f) { return word(f); }

template <class Enum>
std::optional<Enum> from_name(std::string_view text) {
  const auto& list = Words<Enum>::list;
  const auto at = std::find(list.begin(), list.end(), text);
  if (at == list.end()) return std::nullopt;
  return static_cast<Enum>(at - list.begin());
}
template std::optional<Element> from_name(std::string_view);
template std::optional<Act> from_name(std::string_view);
template std::optional<Pool::Kind> from_name(std::string_view);
template std::optional<Resize::Mode> from_name(std::string_view);
template std::optional<Resize::Coordinates> from_name(std::string_view);
template std::optional<Resize::Round> from_name(std::string_view);
template std::optional<Binary::Op> from_name(std::string_view);
template std::optional<Pad::Mode> from_name(std::string_view);
template std::optional<Reduce::Op> from_name(std::string_view);
template std::optional<Fate> from_name(std::string_view);

std::string_view op_name(const Operator& op) { return kOps[op.index()]; }

std::optional<Operator> op_from_name(std::string_view text) {
  const auto at = std::find(kOps.begin(), kOps.end(), text);
  if (at == kOps.end()) return std::nullopt;
  return op_at(static_cast<std::size_t>(at - kOps.begin()), std::make_index_sequence<kOps.size()>{});
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace inf::compiler
