#include "compiler/import/external_files.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <set>

#include "isa/base/error.h"

namespace inf::compiler {
namespace {

void collect(const onnx::TensorProto& tensor, std::set<std::string>& locations) {
  for (const auto& entry : tensor.external_data())
    if (entry.key() == "location") locations.insert(entry.value());
}

void collect(const onnx::GraphProto& graph, std::set<std::string>& locations) {
  for (const auto& tensor : graph.initializer()) collect(tensor, locations);
  for (const auto& node : graph.node())
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_t()) collect(attribute.t(), locations);
      if (attribute.has_g()) collect(attribute.g(), locations);
    }
}

}  // namespace

std::vector<std::filesystem::path> external_files(const std::filesystem::path& model) {
  std::ifstream in(model, std::ios::binary);
  if (!in) throw Error(ErrorKind::usage, model.string(), "cannot open the ONNX file");
  google::protobuf::io::IstreamInputStream stream(&in);
  onnx::ModelProto proto;
  if (!proto.ParseFromZeroCopyStream(&stream))
    throw Error(ErrorKind::import, model.string(), "the ONNX file is truncated or damaged",
                {"download or export it again"});
  std::set<std::string> locations;
  collect(proto.graph(), locations);
  std::vector<std::filesystem::path> files;
  for (const std::string& location : locations) files.push_back(model.parent_path() / location);
  return files;
}

}  // namespace inf::compiler
