#include "compiler/import/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "compiler/import/nearest.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

constexpr OperatorRow kOperators[] = {
    {"Abs", 1, 1, "", lower_activation},
    {"Add", 2, 2, "", lower_binary},
    {"And", 2, 2, "", lower_comparison},
    {"ArgMax", 1, 1, "axis keepdims select_last_index", lower_arg_max},
    {"ArgMin", 1, 1, "axis keepdims select_last_index", lower_arg_max},
    {"AveragePool", 1, 1, "auto_pad ceil_mode count_include_pad kernel_shape pads strides", lower_pool},
    {"BatchNormalization", 5, 5, "epsilon momentum spatial training_mode", lower_batch_norm},
    {"Cast", 1, 1, "to", lower_cast},
    {"Ceil", 1, 1, "", lower_constant_only},
    {"Clip", 1, 3, "min max", lower_clip},
    {"Concat", 1, -1, "axis", lower_concat},
    {"Constant", 0, 0, "value value_float value_floats value_int value_ints", lower_constant_only},
    {"ConstantOfShape", 1, 1, "value", lower_constant_only},
    {"Conv", 2, 3, "auto_pad dilations group kernel_shape pads strides", lower_conv},
    {"ConvTranspose", 2, 3, "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
     lower_conv_transpose},
    {"CumSum", 2, 2, "exclusive reverse", lower_cum_sum},
    {"Div", 2, 2, "", lower_binary},
    {"Dropout", 1, 3, "ratio seed", lower_dropout},
    {"Einsum", 1, 2, "equation", lower_einsum},
    {"Elu", 1, 1, "alpha", lower_activation},
    {"Equal", 2, 2, "", lower_comparison},
    {"Erf", 1, 1, "", lower_activation},
    {"Exp", 1, 1, "", lower_activation},
    {"Expand", 2, 2, "", lower_expand},
    {"Flatten", 1, 1, "axis", lower_flatten},
    {"Floor", 1, 1, "", lower_constant_only},
    {"GRU", 3, 6, "activation_alpha activation_beta activations clip direction hidden_size layout linear_before_reset",
     lower_gru},
    {"Gather", 2, 2, "axis", lower_gather},
    {"GatherElements", 2, 2, "axis", lower_gather_elements},
    {"GatherND", 2, 2, "batch_dims", lower_gather_nd},
    {"Gemm", 2, 3, "alpha beta transA transB", lower_gemm},
    {"GlobalAveragePool", 1, 1, "", lower_global_pool},
    {"GlobalMaxPool", 1, 1, "", lower_global_pool},
    {"Greater", 2, 2, "", lower_comparison},
    {"GreaterOrEqual", 2, 2, "", lower_comparison},
    {"HardSigmoid", 1, 1, "alpha beta", lower_activation},
    {"HardSwish", 1, 1, "", lower_activation},
    {"Identity", 1, 1, "", lower_identity},
    {"If", 1, 1, "else_branch then_branch", lower_constant_only},
    {"LSTM", 3, 8, "activation_alpha activation_beta activations clip direction hidden_size input_forget layout",
     lower_lstm},
    {"LayerNormalization", 2, 3, "axis epsilon stash_type", lower_layer_norm},
    {"LeakyRelu", 1, 1, "alpha", lower_activation},
    {"Less", 2, 2, "", lower_comparison},
    {"LessOrEqual", 2, 2, "", lower_comparison},
    {"Log", 1, 1, "", lower_activation},
    {"LogSoftmax", 1, 1, "axis", lower_log_softmax},
    {"Loop", 0, -1, "body", lower_constant_only},
    {"MatMul", 2, 2, "", lower_matmul},
    {"Max", 1, -1, "", lower_variadic},
    {"MaxPool", 1, 1, "auto_pad ceil_mode dilations kernel_shape pads storage_order strides", lower_pool},
    {"Mean", 1, -1, "", lower_variadic},
    {"Min", 1, -1, "", lower_variadic},
    {"Mod", 2, 2, "fmod", lower_constant_only},
    {"Mul", 2, 2, "", lower_binary},
    {"Neg", 1, 1, "", lower_activation},
    {"Not", 1, 1, "", lower_not},
    {"OneHot", 3, 3, "axis", lower_one_hot},
    {"Or", 2, 2, "", lower_comparison},
    {"PRelu", 2, 2, "", lower_prelu},
    {"Pad", 1, 3, "mode pads value", lower_pad},
    {"Pow", 2, 2, "", lower_binary},
    {"RNN", 3, 6, "activation_alpha activation_beta activations clip direction hidden_size layout", lower_rnn},
    {"Range", 3, 3, "", lower_constant_only},
    {"Reciprocal", 1, 1, "", lower_activation},
    {"ReduceL1", 1, 1, "axes keepdims", lower_composed_reduce},
    {"ReduceL2", 1, 1, "axes keepdims", lower_composed_reduce},
    {"ReduceLogSum", 1, 1, "axes keepdims", lower_composed_reduce},
    {"ReduceLogSumExp", 1, 1, "axes keepdims", lower_composed_reduce},
    {"ReduceMax", 1, 1, "axes keepdims", lower_reduce},
    {"ReduceMean", 1, 1, "axes keepdims", lower_reduce},
    {"ReduceMin", 1, 1, "axes keepdims", lower_reduce},
    {"ReduceProd", 1, 1, "axes keepdims", lower_composed_reduce},
    {"ReduceSum", 1, 2, "axes keepdims noop_with_empty_axes", lower_reduce},
    {"ReduceSumSquare", 1, 1, "axes keepdims", lower_composed_reduce},
    {"Relu", 1, 1, "", lower_activation},
    {"Reshape", 2, 2, "allowzero", lower_reshape},
    {"Resize", 1, 4,
     "coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value mode nearest_mode",
     lower_resize},
    {"Round", 1, 1, "", lower_constant_only},
    {"ScatterElements", 3, 3, "axis reduction", lower_scatter_elements},
    {"ScatterND", 3, 3, "reduction", lower_scatter_nd},
    {"Shape", 1, 1, "start end", lower_constant_only},
    {"Sigmoid", 1, 1, "", lower_activation},
    {"Sign", 1, 1, "", lower_activation},
    {"Sin", 1, 1, "", lower_activation},
    {"Size", 1, 1, "", lower_constant_only},
    {"Slice", 1, 5, "axes ends starts", lower_slice},
    {"Softmax", 1, 1, "axis", lower_softmax},
    {"Softplus", 1, 1, "", lower_activation},
    {"Split", 1, 2, "axis split", lower_split},
    {"Sqrt", 1, 1, "", lower_activation},
    {"Squeeze", 1, 2, "axes", lower_squeeze},
    {"Sub", 2, 2, "", lower_binary},
    {"Sum", 1, -1, "", lower_variadic},
    {"Tanh", 1, 1, "", lower_activation},
    {"Tile", 2, 2, "", lower_tile},
    {"Transpose", 1, 1, "perm", lower_transpose},
    {"Trilu", 1, 2, "upper", lower_trilu},
    {"Unsqueeze", 1, 2, "axes", lower_unsqueeze},
    {"Upsample", 2, 2, "mode", lower_upsample},
    {"Where", 3, 3, "", lower_where},
    {"Xor", 2, 2, "", lower_comparison},
};

bool default_domain(const ModelNode& n) { return n.domain.empty() || n.domain == "ai.onnx"; }
bool known(const ModelNode& n) { return default_domain(n) && find_operator(n.type) != nullptr; }

/// Why a few well-known types are not in the table.
std::string hint(std::string_view type) {
  if (type == "Scan") return "control flow of this kind is not supported: export it as a Loop, or unrolled";
  if (type.starts_with("Sequence") || type == "SplitToSequence" || type == "ConcatFromSequence")
    return "lists of tensors are not supported: export with fixed sizes, so that the exporter unrolls what fills them";
  if (type == "IsNaN" || type == "IsInf") return "remove the check: the chip's results are compared with fp32 instead";
  if (type == "TopK") return "supported: ArgMax for the largest; take more on the host";
  if (type.starts_with("Quantize") || type.starts_with("Dequantize") || type.starts_with("QLinear"))
    return "quantised models are not supported: export the float model";
  std::vector<std::string> types;
  for (const OperatorRow& row : kOperators) types.emplace_back(row.type);
  return fmt::format("nearest supported type: {}", nearest(std::string(type), types));
}

/// Attributes that became inputs. From `opset` on a reader that looks at the inputs would silently pass them over.
struct Moved {
  std::string_view type, attribute;
  std::int64_t opset;
};
constexpr Moved kMoved[] = {{"Clip", "min", 11},     {"Clip", "max", 11},       {"Pad", "pads", 11},
                            {"Pad", "value", 11},    {"ReduceSum", "axes", 13}, {"Slice", "axes", 10},
                            {"Slice", "ends", 10},   {"Slice", "starts", 10},   {"Split", "split", 13},
                            {"Squeeze", "axes", 13}, {"Unsqueeze", "axes", 13}};

void check_moved(const Model& model, const ModelNode& n) {
  for (const Moved& m : kMoved)
    if (m.type == n.type && model.opset >= m.opset && n.attributes.contains(std::string(m.attribute)))
      throw Error(ErrorKind::import, place(model, n),
                  fmt::format("attribute '{}' is an input from opset {} on, the model uses opset {}", m.attribute,
                              m.opset, model.opset),
                  {"the file names the wrong opset or was edited; export it again"});
}

void check_attributes(const Model& model, const ModelNode& n, const OperatorRow& row) {
  std::istringstream words{std::string(row.attributes)};
  const std::vector<std::string> supported{std::istream_iterator<std::string>(words), {}};
  for (const auto& [key, value] : n.attributes)
    if (std::find(supported.begin(), supported.end(), key) == supported.end())
      throw Error(ErrorKind::unsupported, place(model, n), fmt::format("attribute '{}' is not supported", key),
                  {supported.empty() ? fmt::format("{} takes no attributes here", n.type)
                                     : fmt::format("supported: {}", fmt::join(supported, ", "))});
}

void check_input_count(const Model& model, const ModelNode& n, const OperatorRow& row) {
  const auto count = static_cast<int>(n.inputs.size());
  const bool each_counts = row.most_inputs < 0 && row.least_inputs > 0;
  const int required = each_counts ? count : std::min(count, row.least_inputs);
  for (int i = 0; i < required; ++i)
    if (n.inputs[static_cast<std::size_t>(i)].empty())
      throw Error(ErrorKind::import, place(model, n), fmt::format("input {} is left out, {} needs it", i, n.type),
                  {"the file is damaged or was written for another opset"});
  if (count < row.least_inputs || (row.most_inputs >= 0 && count > row.most_inputs) || n.outputs.empty())
    throw Error(ErrorKind::import, place(model, n),
                fmt::format("has {} inputs and {} outputs, {} takes {} to {} inputs", count, n.outputs.size(), n.type,
                            row.least_inputs, row.most_inputs < 0 ? "any number of" : std::to_string(row.most_inputs)),
                {"the file is damaged or was written for another opset"});
}

}  // namespace

std::span<const OperatorRow> operators() { return kOperators; }

const OperatorRow* find_operator(std::string_view type) {
  const auto* at = std::lower_bound(std::begin(kOperators), std::end(kOperators), type,
                                    [](const OperatorRow& row, std::string_view t) { return row.type < t; });
  return at != std::end(kOperators) && at->type == type ? at : nullptr;
}

void check_node(const Model& model, const ModelNode& n) {
  if (!known(n))
    throw Error(ErrorKind::unsupported, place(model, n),
                fmt::format("operator '{}' (domain '{}', opset {}) is not supported", n.type,
                            n.domain.empty() ? "ai.onnx" : n.domain, model.opset),
                {default_domain(n) ? hint(n.type)
                                   : fmt::format("domain '{}' is not ai.onnx: replace the custom operator by standard "
                                                 "ones",
                                                 n.domain)});
  check_input_count(model, n, *find_operator(n.type));
  check_attributes(model, n, *find_operator(n.type));
  check_moved(model, n);
  for (const auto& [key, value] : n.attributes)
    if (const auto* body = std::get_if<std::shared_ptr<const Model>>(&value)) check_operators(**body);
}

void check_operators(const Model& model) {
  const ModelNode* first = nullptr;
  std::vector<std::string> others;
  for (const ModelNode& n : model.nodes) {
    if (known(n)) continue;
    if (first == nullptr)
      first = &n;
    else
      others.push_back(fmt::format("'{}' ({})", n.label, n.type));
  }
  if (first != nullptr && !others.empty()) try {
      check_node(model, *first);
    } catch (const Error& e) {
      std::vector<std::string> notes = e.notes();
      notes.push_back(
          fmt::format("{} more unsupported node(s): {}{}", others.size(),
                      fmt::join(others.begin(), others.begin() + std::min<std::ptrdiff_t>(6, std::ssize(others)), ", "),
                      others.size() > 6 ? ", ..." : ""));
      throw Error(e.kind(), e.where(), e.message(), std::move(notes));
    }
  if (first != nullptr) check_node(model, *first);
  for (const ModelNode& n : model.nodes) check_node(model, n);
}

}  // namespace inf::compiler::importer
