#include "tools/workflow/reference_ops.h"

#include <algorithm>
#include <numeric>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"

namespace inf::workflow::reference {
namespace {

using compiler::Act;
using compiler::Activation;
using compiler::Shape;
using dnnl::memory;
using Tag = memory::format_tag;
using Kind = memory::data_type;

constexpr auto kInference = dnnl::prop_kind::forward_inference;

memory::dims row_major_strides(const Shape& shape) {
  memory::dims strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

memory::desc row_major_desc(const Shape& shape) {
  return shape.empty() ? memory::desc({1}, Kind::f32, Tag::a)
                       : memory::desc(shape, Kind::f32, row_major_strides(shape));
}

memory::desc any(const Shape& shape) { return {shape, Kind::f32, Tag::any}; }

std::int64_t count(const memory& m) {
  const memory::dims dims = m.get_desc().dims();
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

const Held& at(const Inputs& in, std::size_t slot) {
  static const Held absent;
  return slot < in.size() ? in[slot] : absent;
}

// ReLU in place in any order of elements; the others one by one, where the order does not matter but padding must not
// be read.
memory activated(const Host& host, memory x, const Activation& act, const Shape& shape) {
  if (act.fn == Act::none) return x;
  if (act.fn == Act::relu) {
    const dnnl::eltwise_forward::desc desc(kInference, dnnl::algorithm::eltwise_relu, x.get_desc(), 0.0F);
    dnnl::eltwise_forward({desc, host.engine}).execute(host.stream, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, x}});
    return x;
  }
  memory plain = reordered(host, x, row_major_desc(shape));
  auto* values = static_cast<float*>(plain.get_data_handle());
  std::transform(values, values + count(plain), values, [&](float v) { return compiler::apply(act, v); });
  return plain;
}

void add_in_place(const Host& host, memory& y, const memory& other) {
  const memory same = reordered(host, other, y.get_desc());
  const dnnl::binary::desc desc(dnnl::algorithm::binary_add, y.get_desc(), same.get_desc(), y.get_desc());
  dnnl::binary({desc, host.engine})
      .execute(host.stream, {{DNNL_ARG_SRC_0, y}, {DNNL_ARG_SRC_1, same}, {DNNL_ARG_DST, y}});
}

memory copy(const Host& host, const memory& from) {
  memory to(from.get_desc(), host.engine);
  dnnl::reorder(from, to).execute(host.stream, const_cast<memory&>(from), to);
  return to;
}

// Where the input may be overwritten, itself; else a copy.
memory own(const Host& host, const Held& held) { return held.last_use ? held.memory : copy(host, held.memory); }

struct ConvGeometry {
  memory::dims stride, dilation, before, after;
};

ConvGeometry geometry(const compiler::Conv& op) {
  return {{op.stride[0], op.stride[1]},
          {op.dilation[0] - 1, op.dilation[1] - 1},
          {op.pads.top, op.pads.left},
          {op.pads.bottom - op.output_padding[0], op.pads.right - op.output_padding[1]}};
}

// ONNX stores [O, I, H, W] and, transposed, [I, O, H, W], with I or O per group: oneDNN wants the groups as an axis of
// their own.
memory grouped_weights(const Host& host, const compiler::Conv& op, const Shape& shape, const memory& w) {
  const std::int64_t g = op.groups, a = shape[0], b = shape[1], h = shape[2], k = shape[3];
  auto* data = w.get_data_handle();
  if (!op.transposed) {
    return g == 1 ? memory({{a, b, h, k}, Kind::f32, Tag::oihw}, host.engine, data)
                  : memory({{g, a / g, b, h, k}, Kind::f32, Tag::goihw}, host.engine, data);
  }
  return g == 1 ? memory({{b, a, h, k}, Kind::f32, Tag::iohw}, host.engine, data)
                : memory({{g, b, a / g, h, k}, Kind::f32, Tag::giohw}, host.engine, data);
}

template <class Primitive>
memory convolve(const Host& host, const typename Primitive::primitive_desc& plan, const Held& x, const memory& w,
                const Held& bias) {
  const memory src = reordered(host, x.memory, plan.src_desc()), weights = reordered(host, w, plan.weights_desc());
  memory dst(plan.dst_desc(), host.engine);
  std::unordered_map<int, memory> args{{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, dst}};
  if (bias) args.emplace(DNNL_ARG_BIAS, bias.memory);
  Primitive(plan).execute(host.stream, args);
  return dst;
}

template <class Primitive>
memory convolve(const Host& host, dnnl::algorithm algorithm, const compiler::Conv& op, const Inputs& in,
                const Shape& shape) {
  const Held& bias = at(in, compiler::kBiasSlot);
  const ConvGeometry g = geometry(op);
  const Shape x = in[0].memory.get_desc().dims();
  const memory w = grouped_weights(host, op, in[1].memory.get_desc().dims(), in[1].memory);
  const memory::desc weights(w.get_desc().dims(), Kind::f32, Tag::any);
  const typename Primitive::desc desc =
      bias ? typename Primitive::desc(kInference, algorithm, any(x), weights, bias.memory.get_desc(), any(shape),
                                      g.stride, g.dilation, g.before, g.after)
           : typename Primitive::desc(kInference, algorithm, any(x), weights, any(shape), g.stride, g.dilation,
                                      g.before, g.after);
  return convolve<Primitive>(host, typename Primitive::primitive_desc(desc, host.engine), in[0], w, bias);
}

}  // namespace

memory row_major(const Host& host, const Shape& shape, const float* data) {
  const memory::desc desc = row_major_desc(shape);
  return data == nullptr ? memory(desc, host.engine) : memory(desc, host.engine, const_cast<float*>(data));
}

memory reordered(const Host& host, const memory& from, const memory::desc& order) {
  if (from.get_desc() == order) return from;
  memory to(order, host.engine);
  dnnl::reorder(from, to).execute(host.stream, const_cast<memory&>(from), to);
  return to;
}

Result run(const Host& host, const compiler::Conv& op, const Inputs& in, const Shape& shape) {
  memory y = op.transposed
                 ? convolve<dnnl::deconvolution_forward>(host, dnnl::algorithm::deconvolution_direct, op, in, shape)
                 : convolve<dnnl::convolution_forward>(host, dnnl::algorithm::convolution_direct, op, in, shape);
  if (const Held& residual = at(in, compiler::kResidualSlot)) add_in_place(host, y, residual.memory);
  return activated(host, y, op.act, shape);
}

Result run(const Host& host, const compiler::Pool& op, const Inputs& in, const Shape& shape) {
  const auto algorithm = op.kind == compiler::Pool::Kind::max ? dnnl::algorithm::pooling_max
                         : op.count_include_pad               ? dnnl::algorithm::pooling_avg_include_padding
                                                              : dnnl::algorithm::pooling_avg_exclude_padding;
  const memory::dims kernel{op.kernel[0], op.kernel[1]}, stride{op.stride[0], op.stride[1]};
  const memory::dims dilation{op.dilation[0] - 1, op.dilation[1] - 1};
  const memory::dims before{op.pads.top, op.pads.left}, after{op.pads.bottom, op.pads.right};
  const memory& src = in[0].memory;
  const dnnl::pooling_v2_forward::desc desc(kInference, algorithm, src.get_desc(), any(shape), stride, kernel, dilation,
                                            before, after);
  const dnnl::pooling_v2_forward::primitive_desc plan(desc, host.engine);
  memory dst(plan.dst_desc(), host.engine);
  dnnl::pooling_v2_forward(plan).execute(host.stream, {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}});
  return dst;
}

Result run(const Host& host, const compiler::Resize& op, const Inputs& in, const Shape& shape) {
  const memory& src = in[0].memory;
  const memory::dims from = src.get_desc().dims();
  // oneDNN samples at pixel centres with the ratio of the sizes; a model may state another scale.
  const bool same_scale = static_cast<float>(from[2]) * op.scale[0] == static_cast<float>(shape[2]) &&
                          static_cast<float>(from[3]) * op.scale[1] == static_cast<float>(shape[3]);
  const bool centres =
      op.coordinates == compiler::Resize::Coordinates::half_pixel ||
      (op.coordinates == compiler::Resize::Coordinates::pytorch_half_pixel && shape[2] > 1 && shape[3] > 1);
  if (op.mode != compiler::Resize::Mode::linear || !centres || !same_scale) return std::nullopt;
  const dnnl::resampling_forward::desc desc(kInference, dnnl::algorithm::resampling_linear, src.get_desc(), any(shape));
  const dnnl::resampling_forward::primitive_desc plan(desc, host.engine);
  memory dst(plan.dst_desc(), host.engine);
  dnnl::resampling_forward(plan).execute(host.stream, {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}});
  return dst;
}

Result run(const Host& host, const compiler::MatMul& op, const Inputs& in, const Shape& shape) {
  Shape a = in[0].memory.get_desc().dims(), b = in[1].memory.get_desc().dims(), y = shape;
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  if (b.size() == 2 && a.size() > 2 && !op.transpose_a) {  // one matrix for all of a's rows
    a = {compiler::elements(a) / a.back(), a.back()};
    y = {compiler::elements(y) / y.back(), y.back()};
  }
  if (a.size() != b.size() || !std::equal(a.begin(), a.end() - 2, b.begin())) return std::nullopt;
  const auto operand = [&](const memory& m, Shape dims, bool transposed) {
    memory::dims strides = row_major_strides(dims);
    if (transposed) {
      std::swap(dims[dims.size() - 2], dims.back());
      std::swap(strides[dims.size() - 2], strides.back());
    }
    const memory plain = reordered(host, m, row_major_desc(m.get_desc().dims()));
    // The caller keeps `plain` alive until the product is done; the view alone would not.
    return std::pair(plain, memory({dims, Kind::f32, strides}, host.engine, plain.get_data_handle()));
  };
  const auto [a_plain, a_view] = operand(in[0].memory, a, op.transpose_a);
  const auto [b_plain, b_view] = operand(in[1].memory, b, op.transpose_b);
  const memory plain = row_major(host, shape);
  const memory product(row_major_desc(y), host.engine, plain.get_data_handle());
  const dnnl::matmul::desc desc(a_view.get_desc(), b_view.get_desc(), product.get_desc());
  dnnl::matmul({desc, host.engine})
      .execute(host.stream, {{DNNL_ARG_SRC, a_view}, {DNNL_ARG_WEIGHTS, b_view}, {DNNL_ARG_DST, product}});

  const Held& bias = at(in, compiler::kBiasSlot);
  const Held& residual = at(in, compiler::kResidualSlot);
  const std::int64_t columns = shape.back(), biases = bias ? count(bias.memory) : 0;
  if (bias && biases != columns && biases != 1) return std::nullopt;
  auto* values = static_cast<float*>(plain.get_data_handle());
  const auto* added = bias ? static_cast<const float*>(bias.memory.get_data_handle()) : nullptr;
  const memory sum = residual ? reordered(host, residual.memory, row_major_desc(shape)) : memory();
  const auto* also = residual ? static_cast<const float*>(sum.get_data_handle()) : nullptr;
  for (std::int64_t i = 0; i < compiler::elements(shape); ++i) {
    float v = op.alpha * values[i];
    if (added != nullptr) v += op.beta * added[biases == 1 ? 0 : i % columns];
    if (also != nullptr) v += also[i];
    values[i] = compiler::apply(op.act, v);
  }
  return plain;
}

Result run(const Host& host, const compiler::BatchNorm& op, const Inputs& in, const Shape& shape) {
  if (shape.size() < 2 || shape.size() > 5) return std::nullopt;
  using Flags = dnnl::normalization_flags;
  memory y = own(host, in[0]);
  const dnnl::batch_normalization_forward::desc desc(kInference, y.get_desc(), op.epsilon,
                                                     Flags::use_global_stats | Flags::use_scale | Flags::use_shift);
  dnnl::batch_normalization_forward({desc, host.engine})
      .execute(host.stream, {{DNNL_ARG_SRC, y},
                             {DNNL_ARG_DST, y},
                             {DNNL_ARG_SCALE, in[1].memory},
                             {DNNL_ARG_SHIFT, in[2].memory},
                             {DNNL_ARG_MEAN, in[3].memory},
                             {DNNL_ARG_VARIANCE, in[4].memory}});
  return y;
}

Result run(const Host& host, const compiler::Unary& op, const Inputs& in, const Shape& shape) {
  return activated(host, own(host, in[0]), op.act, shape);
}

Result run(const Host& host, const compiler::Concat& op, const Inputs& in, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::vector<memory::desc> parts;
  std::unordered_map<int, memory> args;
  for (const Held& part : in) {
    args.emplace(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(parts.size()), part.memory);
    parts.push_back(part.memory.get_desc());
  }
  const dnnl::concat::primitive_desc plan(static_cast<int>(op.axis < 0 ? op.axis + rank : op.axis), parts, host.engine);
  memory dst(plan.dst_desc(), host.engine);
  args.emplace(DNNL_ARG_DST, dst);
  dnnl::concat(plan).execute(host.stream, args);
  return dst;
}

Result run(const Host& host, const compiler::Softmax& op, const Inputs& in, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  memory y = own(host, {reordered(host, in[0].memory, row_major_desc(shape)), in[0].last_use});
  const dnnl::softmax_forward::desc desc(kInference, y.get_desc(),
                                         static_cast<int>(op.axis < 0 ? op.axis + rank : op.axis));
  dnnl::softmax_forward({desc, host.engine}).execute(host.stream, {{DNNL_ARG_SRC, y}, {DNNL_ARG_DST, y}});
  return y;
}

Result run(const Host& host, const compiler::Reshape&, const Inputs& in, const Shape& shape) {
  const memory plain = reordered(host, in[0].memory, row_major_desc(in[0].memory.get_desc().dims()));
  memory y = row_major(host, shape);
  const auto* from = static_cast<const float*>(plain.get_data_handle());
  std::copy(from, from + count(plain), static_cast<float*>(y.get_data_handle()));
  return y;
}

}  // namespace inf::workflow::reference
