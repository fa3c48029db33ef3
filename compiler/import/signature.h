#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inf::compiler {

/// What a model's file says before any size is bound: inputs, outputs and nodes by name.
struct Signature {
  /// A size, or the name of a symbolic dimension. An open axis of an input without a name is called "input.axis", which
  /// is what binds it; one of an output has an empty name.
  using Axis = std::variant<std::int64_t, std::string>;
  struct Tensor {
    std::string name, type;  ///< type in ONNX's words: "float", "int64", ...
    bool has_shape = false;
    std::vector<Axis> axes;
  };
  /// One ONNX node as a ledger names it.
  struct Node {
    std::string label, type;
    std::vector<std::string> inputs, outputs;
  };
  std::string file;
  std::vector<Tensor> inputs, outputs;
  std::vector<Node> nodes;

  /// Names of the symbolic dimensions of the inputs, in the order in which they first come.
  std::vector<std::string> symbols() const;
};

/// Name of an axis, empty where it has a size (or, of an output, no name).
std::string symbol(const Signature::Axis& axis);

/// Errors: as import_onnx for a file that cannot be read or is broken.
Signature read_signature(const std::filesystem::path& file);
Signature read_signature(std::string_view bytes, const std::string& name);

}  // namespace inf::compiler
