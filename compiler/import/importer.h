#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/import/evaluate.h"
#include "compiler/import/model.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/graph.h"

namespace inf::compiler::importer {

/// Builds a graph from a model, or from the body of a loop, node by node. The branch of an If is imported in place.
class Importer {
 public:
  Importer(const Model& model, const ImportOptions& options);
  Graph run();

 private:
  using Names = std::map<std::string, ValueId>;

  /// The body of a loop: names that it does not define are looked up in `outer` and become further inputs.
  Importer(const Model& body, Importer& outer);

  // importer.cpp
  ValueId add_tensor(const std::string& name, const Tensor& t);
  ValueId find(const std::string& name, const ModelNode& reader);
  /// A value of the graphs around this body: a constant is copied, a run-time value becomes an input.
  ValueId captured(const std::string& name, const ModelNode& reader);
  /// The value that an ONNX name stands for here, kNoValue when nothing gave it one yet.
  ValueId known(const std::string& name);
  std::optional<Tensor> evaluated(const ModelNode& n, const std::vector<ValueId>& inputs);
  /// Imports the nodes of `model` into the graph, in execution order.
  void take_nodes(const Model& model);
  void take(const ModelNode& n, std::size_t entry);
  /// Imports a node; what it appended is named after it.
  void take_supported(const ModelNode& n, std::size_t entry);
  void lower(const ModelNode& n, std::vector<ValueId> inputs, std::size_t entry);
  void refuse_infinite_weights(const ModelNode& n);
  /// The node is refused: its results become inputs of the graph where their shape is known.
  void refuse(const ModelNode& n, std::size_t entry, const Error& why, std::size_t nodes_before);
  void take_outputs();
  void require_written(const ModelValue& declared);
  ValueId copied(ValueId from, const std::string& output);
  void name_values();
  std::string unique_label(const std::string& label);

  // control.cpp
  void take_if(const ModelNode& n, std::size_t entry);
  void take_loop(const ModelNode& n, std::size_t entry);
  /// Imports a loop's body with carried values of these shapes; `iteration` is a constant when it is not negative.
  /// Leaves the body's outputs in body order, each in its graph.
  std::vector<ValueId> take_body(const std::vector<Value>& carried, bool conditional, std::int64_t iteration);
  void finish_loop(const ModelNode& n, std::size_t entry, Importer& inner, std::vector<ValueId> outputs,
                   std::int64_t trips, ValueId condition, std::vector<ValueId> inputs);
  /// A condition of one element without axes.
  ValueId as_scalar(ValueId id, const std::string& label);
  /// The refusal of a body that changes the shape of what it carries, or reads data-dependent bounds.
  [[noreturn]] void explain_loop(const Model& body, const std::vector<Value>& initial, const Error* cause);

  const Model& model_;
  const ImportOptions& options_;
  Importer* outer_ = nullptr;
  Graph graph_;
  std::vector<std::pair<const Model*, Names>> scopes_;  ///< innermost last: the model itself, then branches
  std::vector<ValueId> captures_;                       ///< outer values behind the inputs added for them
  std::map<std::string, std::string> unknown_;          ///< results of refused nodes without a shape -> the node
  std::set<std::string> labels_;
  std::set<std::string> finite_;  ///< weights of products that were looked through
  bool bound_ = false;
};

}  // namespace inf::compiler::importer
