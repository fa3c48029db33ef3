#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"

namespace inf::compiler::importer {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr std::int64_t kMost = 1'000'000;  // keeps every product of window arithmetic far inside int64

/// Window parameters along the spatial axes (one or two), before they become pairs.
struct Window {
  Ints kernel, stride, dilation, before, after;
};

Ints per_axis(const Lowering& at, const std::string& attribute, std::size_t axes, std::int64_t fallback,
              std::int64_t least) {
  Ints v = at.integers(attribute, Ints(axes, fallback));
  if (v.size() != axes)
    at.broken(fmt::format("attribute {} = {} does not match {} spatial axes", attribute, to_string(v), axes));
  for (const std::int64_t n : v)
    if (n < least || n > kMost)
      at.unsupported(fmt::format("attribute {} = {}: {} to {} are supported", attribute, to_string(v), least, kMost));
  return v;
}

/// Rank 3 (one spatial axis) or 4; more is refused.
std::size_t spatial_axes(Lowering& at) {
  const Shape& x = at.shape(0);
  if (x.size() == 3 || x.size() == 4) return x.size() - 2;
  at.unsupported(fmt::format("the input has shape {}: one or two spatial axes are supported", to_string(x)),
                 {"three-dimensional convolution and pooling are not; split the volume into planes"});
}

/// [N, C, W] becomes [N, C, 1, W].
ValueId as_plane(Lowering& at, ValueId x) {
  Shape s = at.shape_of(x);
  if (s.size() != 3) return x;
  s.insert(s.begin() + 2, 1);
  return at.reshaped(x, s);
}

/// The result in the rank that the ONNX node gives.
ValueId as_rank(Lowering& at, ValueId y, std::size_t axes) {
  if (axes == 2) return y;
  Shape s = at.shape_of(y);
  s.erase(s.begin() + 2);
  return at.reshaped(y, s);
}

Pair pair(const Ints& v, std::int64_t missing) { return v.size() == 2 ? Pair{v[0], v[1]} : Pair{missing, v[0]}; }
Pads pads(const Window& w) {
  const Pair before = pair(w.before, 0), after = pair(w.after, 0);
  return {before[0], before[1], after[0], after[1]};
}

std::string auto_pad(const Lowering& at) {
  const std::string mode = at.word("auto_pad", "NOTSET");
  if (mode != "NOTSET" && mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER")
    at.unsupported(fmt::format("attribute auto_pad = '{}'", mode),
                   {"supported: NOTSET, VALID, SAME_UPPER, SAME_LOWER"});
  return mode;
}

/// Splits `total` padding; the odd one goes to the end for SAME_UPPER.
void split_pads(Window& w, std::size_t axis, std::int64_t total, bool upper) {
  total = std::max<std::int64_t>(total, 0);
  w.before[axis] = upper ? total / 2 : total - total / 2;
  w.after[axis] = total - w.before[axis];
}

Window window(Lowering& at, const Ints& kernel) {
  const std::size_t axes = kernel.size();
  Window w{kernel, per_axis(at, "strides", axes, 1, 1), per_axis(at, "dilations", axes, 1, 1), Ints(axes, 0),
           Ints(axes, 0)};
  const Ints explicit_pads = at.integers("pads", Ints(2 * axes, 0));
  if (explicit_pads.size() != 2 * axes)
    at.broken(fmt::format("attribute pads = {} does not match {} spatial axes", to_string(explicit_pads), axes));
  for (std::size_t i = 0; i < 2 * axes; ++i) {
    if (explicit_pads[i] < 0)
      at.unsupported(fmt::format("attribute pads = {}: negative padding", to_string(explicit_pads)),
                     {"crop with Slice before this node"});
    if (explicit_pads[i] > kMost)
      at.unsupported(fmt::format("attribute pads = {}: 0 to {} are supported", to_string(explicit_pads), kMost));
    (i < axes ? w.before[i] : w.after[i - axes]) = explicit_pads[i];
  }
  return w;
}

/// A forward window with auto_pad resolved: SAME gives ceil(size / stride) positions.
Window forward_window(Lowering& at, const Ints& kernel) {
  Window w = window(at, kernel);
  const std::string mode = auto_pad(at);
  if (mode == "NOTSET") return w;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t size = at.shape(0)[i + 2], positions = (size + w.stride[i] - 1) / w.stride[i];
    const std::int64_t total = (positions - 1) * w.stride[i] + (kernel[i] - 1) * w.dilation[i] + 1 - size;
    split_pads(w, i, mode == "VALID" ? 0 : total, mode != "SAME_LOWER");
  }
  return w;
}

Ints kernel_of_weight(Lowering& at, std::size_t axes) {
  const Shape& w = at.shape(1);
  if (w.size() != axes + 2)
    at.broken(fmt::format("weight has shape {}, the input {}", to_string(w), to_string(at.shape(0))));
  Ints kernel(w.begin() + 2, w.end());
  if (const Ints stated = at.integers("kernel_shape", kernel); stated != kernel)
    at.broken(fmt::format("attribute kernel_shape = {} differs from the weight {}", to_string(stated), to_string(w)));
  return kernel;
}

void emit_conv(Lowering& at, Conv conv, const Window& w, std::size_t axes) {
  conv.stride = pair(w.stride, 1), conv.dilation = pair(w.dilation, 1), conv.pads = pads(w);
  conv.groups = at.integer("group", 1);
  conv.has_bias = at.present(2);
  if (conv.groups < 1) at.unsupported(fmt::format("attribute group = {}: at least 1 is supported", conv.groups));
  std::vector<ValueId> inputs = {as_plane(at, at.input(0)), as_plane(at, at.input(1))};
  if (conv.has_bias) inputs.push_back(at.input(2));
  at.result(as_rank(at, at.emit(conv, inputs), axes));
}

/// Adds the positions that ceil_mode asks for to the end padding. A window that would start beyond the input and its
/// leading padding is dropped, as PyTorch does. Returns whether anything was added.
bool extend_for_ceil(Lowering& at, Window& w) {
  bool extended = false;
  for (std::size_t i = 0; i < w.kernel.size(); ++i) {
    const std::int64_t size = at.shape(0)[i + 2], reach = (w.kernel[i] - 1) * w.dilation[i] + 1;
    const std::int64_t room = size + w.before[i] + w.after[i] - reach;
    std::int64_t positions = room < 0 ? 1 : (room + w.stride[i] - 1) / w.stride[i] + 1;
    if ((positions - 1) * w.stride[i] >= size + w.before[i]) --positions;
    const std::int64_t more = (positions - 1) * w.stride[i] - room;
    if (more <= 0) continue;
    w.after[i] += more;
    extended = true;
  }
  return extended;
}

/// Every window must hold an element of the input: one that lies in the padding alone has no maximum and no mean.
void check_pool_pads(Lowering& at, const Window& w) {
  for (std::size_t i = 0; i < w.kernel.size(); ++i) {
    const std::int64_t reach = (w.kernel[i] - 1) * w.dilation[i] + 1;
    if (w.before[i] >= reach || w.after[i] >= reach)
      at.unsupported(fmt::format("attribute pads: {} and {} positions of padding for a window of {}", w.before[i],
                                 w.after[i], reach),
                     {"padding must be smaller than the window"});
  }
}

/// With count_include_pad the model's own padding counts and the extension of ceil_mode does not: pad first, then pool
/// without counting.
ValueId pad_first(Lowering& at, ValueId x, Window& w, const Window& own) {
  const Pads p = pads(own);
  Pad pad{Pad::Mode::constant, {0, 0, p.top, p.left}, {0, 0, p.bottom, p.right}, 0};
  for (std::size_t i = 0; i < w.kernel.size(); ++i) w.before[i] -= own.before[i], w.after[i] -= own.after[i];
  return at.emit(std::move(pad), {x});
}

}  // namespace

void lower_conv(Lowering& at) {
  const std::size_t axes = spatial_axes(at);
  emit_conv(at, Conv{}, forward_window(at, kernel_of_weight(at, axes)), axes);
}

void lower_conv_transpose(Lowering& at) {
  const std::size_t axes = spatial_axes(at);
  Window w = window(at, kernel_of_weight(at, axes));
  const Ints extra = per_axis(at, "output_padding", axes, 0, 0), wanted = at.integers("output_shape");
  const std::string mode = auto_pad(at);
  if (!wanted.empty() && wanted.size() < axes)
    at.broken(fmt::format("attribute output_shape = {} does not match {} spatial axes", to_string(wanted), axes));
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t size = at.shape(0)[i + 2];
    const std::int64_t natural = w.stride[i] * (size - 1) + extra[i] + (w.kernel[i] - 1) * w.dilation[i] + 1;
    const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (wanted.empty() && !same) {
      if (mode == "VALID") w.before[i] = w.after[i] = 0;
      continue;
    }
    const std::int64_t target = wanted.empty() ? size * w.stride[i] : wanted[wanted.size() - axes + i];
    if (target > natural)
      at.unsupported(
          fmt::format("attribute output_shape asks for {} positions on spatial axis {}, the convolution gives {}",
                      target, i, natural),
          {"add output_padding"});
    split_pads(w, i, natural - target, mode == "SAME_UPPER");
  }
  Conv conv;
  conv.transposed = true;
  conv.output_padding = pair(extra, 0);
  emit_conv(at, conv, w, axes);
}

void lower_pool(Lowering& at) {
  const std::size_t axes = spatial_axes(at);
  if (!at.has("kernel_shape")) at.broken("attribute kernel_shape is missing");
  const Ints kernel = per_axis(at, "kernel_shape", axes, 1, 1);
  Pool pool;
  pool.kind = at.node.type == "MaxPool" ? Pool::Kind::max : Pool::Kind::average;
  pool.count_include_pad = at.integer("count_include_pad", 0) != 0;
  Window w = forward_window(at, kernel);
  check_pool_pads(at, w);
  const Window own = w;
  ValueId x = as_plane(at, at.input(0));
  const bool extended = at.integer("ceil_mode", 0) != 0 && extend_for_ceil(at, w);
  if (extended && pool.count_include_pad) x = pad_first(at, x, w, own), pool.count_include_pad = false;
  pool.kernel = pair(w.kernel, 1), pool.stride = pair(w.stride, 1), pool.dilation = pair(w.dilation, 1),
  pool.pads = pads(w);
  at.result(as_rank(at, at.emit(pool, {x}), axes));
}

void lower_global_pool(Lowering& at) {
  const std::size_t axes = spatial_axes(at);
  const ValueId x = as_plane(at, at.input(0));
  Pool pool;
  pool.kind = at.node.type == "GlobalMaxPool" ? Pool::Kind::max : Pool::Kind::average;
  pool.kernel = {at.shape_of(x)[2], at.shape_of(x)[3]};
  at.result(as_rank(at, at.emit(pool, {x}), axes));
}

}  // namespace inf::compiler::importer
