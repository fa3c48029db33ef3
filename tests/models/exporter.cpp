#include "tests/models/exporter.h"

#include <algorithm>
#include <cmath>

namespace inf::tests {

Exporter::Value Exporter::input(const std::string& name, const Dims& dims, const std::string& type) {
  builder_.input(name, dims, type);
  return name;
}

void Exporter::output(const Value& from, const std::string& name, const Dims& dims) {
  builder_.node("Identity", {from}, {name}, {}, path_ + "/Identity_" + std::to_string(count_++));
  builder_.output(name, dims);
}

std::vector<Exporter::Value> Exporter::op(const std::string& type, const std::vector<Value>& inputs,
                                          const std::vector<Attr>& attributes, int outputs) {
  const std::string name = path_ + "/" + type + "_" + std::to_string(count_++);
  std::vector<Value> values;
  for (int i = 0; i < outputs; ++i) values.push_back(name + "_output_" + std::to_string(i));
  builder_.node(type, inputs, values, attributes, name);
  return values;
}

Exporter::Value Exporter::op(const std::string& type, const std::vector<Value>& inputs,
                             const std::vector<Attr>& attributes) {
  return op(type, inputs, attributes, 1)[0];
}

Exporter::Value Exporter::constant(const TensorSpec& tensor) { return op("Constant", {}, {{"value", tensor}}); }

Exporter::Value Exporter::weight(const Dims& dims, float scale, float offset) {
  const std::string name = "onnx::weight_" + std::to_string(count_++);
  builder_.random(name, dims, seed_++, scale, offset);
  return name;
}

Exporter::Size Exporter::size(const Value& x, std::int64_t axis, std::int64_t known) {
  if (!style.computed_shapes) return known;
  const Value shape = op("Shape", {x});
  return op("Gather", {shape, constant(scalar("int64", static_cast<double>(axis)))}, {{"axis", std::int64_t{0}}});
}

Exporter::Value Exporter::reshape(const Value& x, const std::vector<Size>& sizes) {
  const auto known = [](const Size& s) { return std::holds_alternative<std::int64_t>(s); };
  if (std::all_of(sizes.begin(), sizes.end(), known)) {
    std::vector<double> numbers;
    for (const Size& s : sizes) numbers.push_back(static_cast<double>(std::get<std::int64_t>(s)));
    return op("Reshape", {x, list(numbers)});
  }
  std::vector<Value> parts;
  for (const Size& s : sizes)
    parts.push_back(known(s) ? list({static_cast<double>(std::get<std::int64_t>(s))})
                             : unsqueeze(std::get<Value>(s), 0));
  return op("Reshape", {x, concat(parts, 0)});
}

Exporter::Value Exporter::slice(const Value& x, std::int64_t axis, std::int64_t from, std::int64_t to) {
  const auto one = [&](std::int64_t v) { return list({static_cast<double>(v)}); };
  return op("Slice", {x, one(from), one(to), one(axis), one(1)});
}

Exporter::Parameters Exporter::linear_parameters(std::int64_t in, std::int64_t out) {
  const Value w = weight({in, out}, std::sqrt(3.0f / static_cast<float>(in)));
  return {w, weight({out}, 0.1f), out};
}
Exporter::Parameters Exporter::gemm_parameters(std::int64_t in, std::int64_t out) {
  const Value w = weight({out, in}, std::sqrt(3.0f / static_cast<float>(in)));
  return {w, weight({out}, 0.1f), out};
}
Exporter::Parameters Exporter::norm_parameters(std::int64_t width) {
  const Value gamma = weight({width}, 0.2f, 1.0f);
  return {gamma, weight({width}, 0.1f), width};
}

Exporter::Value Exporter::linear(const Value& x, const Parameters& p) {
  return add(p.bias, op("MatMul", {x, p.weight}));
}

Exporter::Value Exporter::gemm(const Value& x, const Parameters& p) {
  return op("Gemm", {x, p.weight, p.bias}, {{"alpha", 1.0f}, {"beta", 1.0f}, {"transB", std::int64_t{1}}});
}

Exporter::Value Exporter::layer_norm(const Value& x, const Parameters& p, double epsilon) {
  if (style.layer_norm_op)
    return op("LayerNormalization", {x, p.weight, p.bias},
              {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(epsilon)}});
  const std::vector<Attr> last = {{"axes", Dims{-1}}};
  const Value centred = op("Sub", {x, op("ReduceMean", {x}, last)});
  const Value variance = op("ReduceMean", {op("Pow", {centred, number(2)})}, last);
  const Value deviation = op("Sqrt", {add(variance, number(epsilon))});
  return add(op("Mul", {op("Div", {centred, deviation}), p.weight}), p.bias);
}

Exporter::Value Exporter::gelu(const Value& x) {
  if (style.tanh_gelu) {
    const Value cubic = op("Mul", {op("Pow", {x, number(3)}), number(0.044715)});
    const Value inside = op("Mul", {add(x, cubic), number(0.7978845608028654)});
    return op("Mul", {op("Mul", {x, number(0.5)}), add(op("Tanh", {inside}), number(1))});
  }
  const Value gate = add(op("Erf", {op("Div", {x, number(1.4142135381698608)})}), number(1));
  return op("Mul", {op("Mul", {x, gate}), number(0.5)});
}

Exporter::Value Exporter::mlp(const Value& x, std::int64_t width, std::int64_t hidden) {
  return linear(gelu(linear(x, width, hidden)), hidden, width);
}

}  // namespace inf::tests
