#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class GraphProto;
class ModelProto;
}  // namespace onnx

namespace inf::compiler::importer {

/// Reads an ONNX file into its protobuf form. Errors: usage for a file that cannot be read; import for one that is no
/// ONNX model or damaged; unsupported for one beyond 2 GiB.
void parse_model(const std::filesystem::path& file, onnx::ModelProto& proto);
/// The same from memory; `name` stands for the file in messages.
void parse_model(std::string_view bytes, const std::string& name, onnx::ModelProto& proto);

/// What each node of a graph or body is called, in the file's order: its own name, or its first output where it has
/// none or shares it; no two are equal.
std::vector<std::string> node_labels(const onnx::GraphProto& graph);

}  // namespace inf::compiler::importer
