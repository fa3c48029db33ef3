#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace inf::tests {

using Dims = std::vector<std::int64_t>;

/// A tensor for an initialiser or an attribute. `type` is ONNX's word: "float", "float16", "bfloat16", "double",
/// "int64", "int32", "int8", "uint8", "bool".
struct TensorSpec {
  std::string type = "float";
  Dims dims;
  std::vector<double> values;
  bool raw = true;  ///< raw_data, else the typed field
};
TensorSpec floats(Dims dims, std::vector<double> values);
TensorSpec ints(std::vector<double> values);  ///< int64, one axis
TensorSpec scalar(const std::string& type, double value);
/// Deterministic values in [-scale, scale].
TensorSpec noise(Dims dims, unsigned seed, double scale = 1.0);

class OnnxBuilder;
struct Attr {
  std::string name;
  std::variant<std::int64_t, float, std::string, Dims, std::vector<float>, TensorSpec, std::vector<std::string>,
               std::shared_ptr<OnnxBuilder>>  ///< the last: a graph, the body of a control-flow node
      value;
};

/// Builds an ONNX model; protobuf stays behind it.
class OnnxBuilder {
 public:
  explicit OnnxBuilder(int opset = 13);
  ~OnnxBuilder();
  OnnxBuilder(OnnxBuilder&&) noexcept;

  /// A size of 0 is open; `symbols` names open axes by position.
  OnnxBuilder& input(const std::string& name, const Dims& dims, const std::string& type = "float",
                     const std::vector<std::string>& symbols = {});
  OnnxBuilder& weight(const std::string& name, const TensorSpec& tensor);
  /// A float initialiser of seeded values in [offset - scale, offset + scale], made without a list of doubles.
  OnnxBuilder& random(const std::string& name, const Dims& dims, unsigned seed, float scale, float offset = 0);
  /// A float initialiser of zeros, made without a list of values.
  OnnxBuilder& zeros(const std::string& name, std::int64_t count);
  /// An initialiser whose bytes lie in a file beside the model; length -1 leaves the length out.
  OnnxBuilder& external(const std::string& name, const std::string& type, const Dims& dims, const std::string& location,
                        std::int64_t offset, std::int64_t length);
  OnnxBuilder& node(const std::string& type, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs, const std::vector<Attr>& attributes = {},
                    const std::string& name = "", const std::string& domain = "");
  /// No dims: the model does not say.
  OnnxBuilder& output(const std::string& name, const Dims& dims = {}, const std::string& type = "float");
  OnnxBuilder& opset(const std::string& domain, int version);

  std::string bytes() const;
  /// What FillAttribute needs to put this model's graph into an attribute.
  std::string graph_bytes() const;
  void save(const std::filesystem::path& file) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace inf::tests
