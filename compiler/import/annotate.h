#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace inf::compiler {

/// A key and its value as graph viewers show them. In the file every key has `kAnnotationPrefix` before it.
struct Annotation {
  std::string key, value;
  friend bool operator==(const Annotation&, const Annotation&) = default;
};
inline constexpr std::string_view kAnnotationPrefix = "inf-sim.";

/// What is to be said of one node of a model.
struct NodeAnnotations {
  std::string onnx_type;
  std::vector<Annotation> entries;
};

/// What is to be said of a model.
struct OnnxAnnotations {
  std::vector<Annotation> model;
  std::map<std::string, NodeAnnotations> nodes;  ///< by the node's name in the ledger
};

/// The ONNX model of `file` with annotations, as the bytes of a file that will lie at `destination`: the same graph,
/// weights and names. Tensors that lie in files beside the model stay there where the destination is in the same
/// folder, else they come into the new file.
///
/// A node's annotations are in two places. Its metadata, field 9 of NodeProto, is where ONNX keeps them since 1.16 and
/// where viewers look; libraries from before pass the field over. Its doc_string has the same lines behind what was
/// there, for viewers and tools that know no metadata of nodes. Attributes would be shown everywhere, but are no place:
/// checkers refuse what an operator's schema does not name. Annotations from before are replaced. A node of a branch
/// that is never taken says so.
///
/// Errors: as import_onnx for files that cannot be read; usage for a destination that is the model itself; unsupported
/// where the weights of other files make it more than one file can hold.
std::string annotate_onnx_file(const std::filesystem::path& file, const std::filesystem::path& destination,
                               const OnnxAnnotations& annotations);

/// The same of a model in memory; `name` stands for the file in messages.
std::string annotate_onnx(std::string_view bytes, const std::string& name, const OnnxAnnotations& annotations);

}  // namespace inf::compiler
