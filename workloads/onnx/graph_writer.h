#pragma once
#include <onnx/onnx_pb.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "workloads/weights/tensor_map.h"

namespace inf::workloads {

/// Appends nodes to an ONNX graph and names them as exporters do: "/encoder/norm/LayerNormalization", with a number
/// behind where the name is taken. Bodies of loops share names and initialisers with the main graph, as ONNX's scoping
/// wants it.
class GraphWriter {
 public:
  using Inputs = std::vector<std::string>;

  explicit GraphWriter(onnx::GraphProto& main);

  /// A writer of a loop's body; what it adds as constants goes to the main graph.
  GraphWriter inside(onnx::GraphProto& body) const;

  /// A node with `outputs` outputs, each named after it. The reference stays good while the graph lives.
  onnx::NodeProto& add(const char* type, const std::string& scope, const Inputs& inputs, int outputs = 1);
  /// A node without attributes; the name of its output.
  std::string op(const char* type, const std::string& scope, const Inputs& inputs);

  std::string reshape(const std::string& scope, const std::string& x, const std::vector<std::int64_t>& shape);
  std::string expand(const std::string& scope, const std::string& x, const std::vector<std::int64_t>& shape);
  std::string transpose(const std::string& scope, const std::string& x, const std::vector<std::int64_t>& perm);
  std::string concat(const std::string& scope, const Inputs& inputs, std::int64_t axis);
  std::string gather(const std::string& scope, const std::string& data, const std::string& indices, std::int64_t axis);
  std::string slice(const std::string& scope, const std::string& x, std::int64_t axis, std::int64_t from,
                    std::int64_t to);
  std::string cast(const std::string& scope, const std::string& x, onnx::TensorProto::DataType to);

  /// Initialisers; the same name twice is the same tensor.
  std::string floats(const std::string& name, const std::vector<std::int64_t>& shape, const std::vector<float>& data);
  std::string ints(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& data);
  std::string scalar(float value);
  /// The name of an initialiser that `make` fills when it is asked for first.
  template <class Make>
  std::string floats_once(const std::string& name, Make make) {
    if (!has(name)) {
      const WeightTensor tensor = make();
      floats(name, tensor.shape, tensor.data);
    }
    return name;
  }

  /// Makes `from`, the output of a node of this graph, a graph output of another name.
  void name_output(const std::string& from, const std::string& to);

 private:
  struct Shared;
  GraphWriter(onnx::GraphProto& graph, std::shared_ptr<Shared> shared) : graph_(&graph), shared_(std::move(shared)) {}
  bool has(const std::string& initialiser) const;

  onnx::GraphProto* graph_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace inf::workloads
