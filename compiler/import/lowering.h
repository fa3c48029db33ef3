#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "compiler/import/model.h"
#include "compiler/ir/access.h"
#include "compiler/ir/graph.h"

namespace inf::compiler::importer {

/// One ONNX node on its way into the graph: reads attributes and inputs, appends graph nodes, names what does not fit.
class Lowering {
 public:
  Lowering(Graph& graph, const Model& model, const ModelNode& node, std::vector<ValueId> inputs)
      : node(node),
        opset(model.opset),
        graph_(graph),
        model_(model),
        inputs_(std::move(inputs)),
        results_(node.outputs.size(), kNoValue) {}

  const ModelNode& node;
  const std::int64_t opset;

  // Attributes; a wrong type is an Error{import}.
  bool has(const std::string& attribute) const { return node.attributes.contains(attribute); }
  std::int64_t integer(const std::string& attribute, std::int64_t fallback) const;
  float number(const std::string& attribute, float fallback) const;
  std::string word(const std::string& attribute, const std::string& fallback) const;
  std::vector<std::int64_t> integers(const std::string& attribute, std::vector<std::int64_t> fallback = {}) const;
  std::vector<std::string> words(const std::string& attribute) const;

  // Inputs.
  std::size_t input_count() const { return inputs_.size(); }
  bool present(std::size_t slot) const { return slot < inputs_.size() && inputs_[slot] != kNoValue; }
  /// A float operand; an integer constant becomes a float one. Error when it is absent, or holds integers at run time.
  ValueId input(std::size_t slot);
  /// An operand of any element type, as it is.
  ValueId typed(std::size_t slot) const;
  /// An operand that one of several others must match: floats when `floats`, else as it is.
  ValueId operand(std::size_t slot, bool floats) { return floats ? input(slot) : typed(slot); }
  /// Whether one of the slots holds floats, so that integer constants beside it are floats too.
  bool any_float(std::initializer_list<std::size_t> slots) const;
  Element element(std::size_t slot) const { return graph_.value(typed(slot)).element; }
  Element element_of(ValueId id) const { return graph_.value(id).element; }
  bool is_constant(std::size_t slot) const { return present(slot) && graph_.value(inputs_[slot]).constant != nullptr; }
  const Constant* constant_of(ValueId id) const { return graph_.value(id).constant.get(); }
  const Shape& shape(std::size_t slot) const { return graph_.value(typed(slot)).shape; }
  const Shape& shape_of(ValueId id) const { return graph_.value(id).shape; }
  /// Values of an input that must be known at compile time: Error{unsupported} names `what` otherwise.
  std::vector<std::int64_t> constant_integers(std::size_t slot, const std::string& what) const;
  const Shape& constant_shape(std::size_t slot) const { return graph_.value(inputs_.at(slot)).shape; }
  std::vector<float> constant_floats(std::size_t slot, const std::string& what) const;
  /// Axes as an attribute (before opset `moved`) or as input `slot` (from it on); empty when neither is given.
  std::vector<std::int64_t> axes(const std::string& attribute, std::size_t slot, std::int64_t moved) const;

  // Results.
  /// Appends a node, or computes it when its operands are constants; its shape is inferred unless the operator leaves
  /// it open. Values get their names from `result` or at the end of the import.
  ValueId emit(Operator op, std::vector<ValueId> inputs, std::optional<Shape> shape = std::nullopt);
  /// A reshape, or `x` itself when it has that shape; a constant is reshaped in place.
  ValueId reshaped(ValueId x, const Shape& shape);
  ValueId constant_value(Shape shape, std::vector<float> data);
  ValueId constant_value(Shape shape, std::vector<std::int64_t> data, Element element = Element::i64);
  /// One element of `element` that holds `value`.
  ValueId scalar(Element element, double value);
  /// Says that output `slot` of the ONNX node is this value.
  void result(std::size_t slot, ValueId id);
  void result(ValueId id) { result(0, id); }
  const std::vector<ValueId>& results() const { return results_; }

  // Errors with the node's place.
  [[noreturn]] void unsupported(const std::string& message, std::vector<std::string> notes = {}) const;
  [[noreturn]] void broken(const std::string& message, std::vector<std::string> notes = {}) const;

 private:
  const Constant& known(std::size_t slot, const std::string& what) const;
  template <class T>
  const T* find(const std::string& attribute) const;

  Graph& graph_;
  const Model& model_;
  std::vector<ValueId> inputs_, results_;
};

// Elementwise nodes by their operator, for lowerings made of several.
ValueId binary(Lowering& at, Binary::Op op, ValueId a, ValueId b);
ValueId unary(Lowering& at, Act fn, ValueId x);
ValueId reduced(Lowering& at, Reduce::Op op, ValueId x, std::vector<std::int64_t> axes);  ///< keeps the axes
/// Positions `start` to `end` of one axis.
ValueId cut(Lowering& at, ValueId x, std::size_t axis, std::int64_t start, std::int64_t end);

/// `axis` in 0..rank-1, negative ones counted from the back.
std::int64_t positive_axis(const Lowering& at, std::int64_t axis, std::size_t rank);

// One function per family of ONNX operators; `operators.cpp` lists which types each takes.
void lower_conv(Lowering& at);
void lower_conv_transpose(Lowering& at);
void lower_pool(Lowering& at);
void lower_global_pool(Lowering& at);
void lower_resize(Lowering& at);
void lower_upsample(Lowering& at);
void lower_batch_norm(Lowering& at);
void lower_activation(Lowering& at);
void lower_clip(Lowering& at);
void lower_prelu(Lowering& at);
void lower_binary(Lowering& at);
void lower_variadic(Lowering& at);
void lower_softmax(Lowering& at);
void lower_reduce(Lowering& at);
void lower_gemm(Lowering& at);
void lower_matmul(Lowering& at);
void lower_flatten(Lowering& at);
void lower_reshape(Lowering& at);
void lower_squeeze(Lowering& at);
void lower_unsqueeze(Lowering& at);
void lower_transpose(Lowering& at);
void lower_concat(Lowering& at);
void lower_slice(Lowering& at);
void lower_split(Lowering& at);
void lower_pad(Lowering& at);
void lower_gather(Lowering& at);
void lower_gather_elements(Lowering& at);
void lower_gather_nd(Lowering& at);
void lower_scatter_elements(Lowering& at);
void lower_scatter_nd(Lowering& at);
void lower_one_hot(Lowering& at);
void lower_arg_max(Lowering& at);
void lower_cum_sum(Lowering& at);
void lower_trilu(Lowering& at);
void lower_expand(Lowering& at);
void lower_tile(Lowering& at);
void lower_where(Lowering& at);
void lower_comparison(Lowering& at);
void lower_not(Lowering& at);
void lower_layer_norm(Lowering& at);
void lower_log_softmax(Lowering& at);
void lower_composed_reduce(Lowering& at);
void lower_einsum(Lowering& at);
void lower_lstm(Lowering& at);
void lower_gru(Lowering& at);
void lower_rnn(Lowering& at);
void lower_cast(Lowering& at);
void lower_identity(Lowering& at);
void lower_dropout(Lowering& at);
/// Types that exist only in shape computations, and control flow that the importer did not resolve: reached when an
/// input is not constant.
void lower_constant_only(Lowering& at);

}  // namespace inf::compiler::importer
