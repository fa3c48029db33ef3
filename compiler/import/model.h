#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler::importer {

/// Values of a constant with their type; booleans are stored as integers.
struct Tensor {
  Element element = Element::f32;
  std::shared_ptr<const Constant> constant;

  const Shape& shape() const { return constant->shape; }
  bool is_float() const { return element == Element::f32; }
  const std::vector<float>& floats() const { return constant->floats(); }
  const std::vector<std::int64_t>& ints() const { return constant->ints(); }
};
Tensor make_tensor(Shape shape, std::vector<float> data);
Tensor make_tensor(Shape shape, std::vector<std::int64_t> data, Element element = Element::i64);

struct Model;
/// monostate: a kind that no supported operator has (a sparse tensor, a list of graphs). A graph is the body of a
/// control-flow node.
using Attribute = std::variant<std::monostate, std::int64_t, float, std::string, std::vector<std::int64_t>,
                               std::vector<float>, std::vector<std::string>, Tensor, std::shared_ptr<const Model>>;

/// An ONNX node without protobuf.
struct ModelNode {
  std::string label;  ///< its name, or its first output when it has none or shares it
  std::string type, domain;
  std::vector<std::string> inputs, outputs;  ///< "" for an absent optional one
  std::map<std::string, Attribute> attributes;
};

/// A size, or a symbol ("" when the file gives neither).
using Dimension = std::variant<std::int64_t, std::string>;
struct ModelValue {
  std::string name, type;  ///< type: "float", "int64", ... in ONNX's words
  bool has_shape = false;
  std::vector<Dimension> dimensions;
};

/// An ONNX model without protobuf, or the body of a control-flow node: what the rest of the importer reads.
struct Model {
  std::string file, name;
  std::int64_t opset = 0;
  std::map<std::string, Tensor> initialisers;
  std::vector<ModelValue> inputs, outputs;     ///< inputs that are initialisers are left out
  std::vector<ModelNode> nodes;                ///< in the file's order
  std::vector<std::string> captured;           ///< a body's: names that it reads from the graphs around it
  std::map<std::string, ModelValue> inferred;  ///< what ONNX says of values between nodes; filled when asked for
};

/// Names that a node reads: its inputs and what its bodies capture.
std::vector<std::string> reads(const ModelNode& node);

struct ReadOptions {
  /// Runs ONNX shape inference over the model with these input shapes and symbols bound, and keeps what it finds.
  bool infer_shapes = false;
  std::map<std::string, std::int64_t> symbols;
  std::map<std::string, Shape> shapes;
  std::optional<std::int64_t> batch;  ///< leading size of every input
};

/// Opsets the operator semantics here are written for.
inline constexpr std::int64_t kOldestOpset = 9, kNewestOpset = 17;

Model read_model(const std::filesystem::path& file, const ReadOptions& options = {});
Model read_model(std::string_view bytes, const std::string& name, const ReadOptions& options = {});

/// Indices of nodes so that each comes after the nodes it reads from; ties keep the file's order.
/// Errors: Error{import} for a value written twice, read but never written, or nodes in a cycle.
std::vector<std::size_t> execution_order(const Model& model);

/// "file: node 'name' (Type)"
std::string place(const Model& model, const ModelNode& node);

}  // namespace inf::compiler::importer
