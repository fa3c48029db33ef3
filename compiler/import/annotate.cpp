#include "compiler/import/annotate.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <optional>
#include <set>

#include "compiler/import/external_data.h"
#include "compiler/import/onnx_proto.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

constexpr int kMetadataField = 9;                     // NodeProto.metadata_props of ONNX 1.16, StringStringEntryProto
constexpr std::string_view kDocHead = "[inf-sim]\n";  // the first line of what is ours in a doc_string

bool is_ours(const std::string& key) { return key.starts_with(kAnnotationPrefix); }

void add_metadata(onnx::NodeProto& node, const std::vector<Annotation>& entries) {
  google::protobuf::UnknownFieldSet& fields = *node.mutable_unknown_fields();
  google::protobuf::UnknownFieldSet kept;
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField& field = fields.field(i);
    onnx::StringStringEntryProto entry;
    const bool metadata = field.number() == kMetadataField &&
                          field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED &&
                          entry.ParseFromString(field.length_delimited());
    if (!metadata || !is_ours(entry.key())) kept.AddField(field);
  }
  for (const Annotation& a : entries) {
    onnx::StringStringEntryProto entry;
    entry.set_key(fmt::format("{}{}", kAnnotationPrefix, a.key));
    entry.set_value(a.value);
    kept.AddLengthDelimited(kMetadataField, entry.SerializeAsString());
  }
  fields.Swap(&kept);
}

void add_doc(onnx::NodeProto& node, const std::vector<Annotation>& entries) {
  std::string doc = node.doc_string();
  if (const auto ours = doc.find(kDocHead); ours != std::string::npos) doc.resize(ours);
  if (!doc.empty() && !doc.ends_with('\n')) doc += '\n';
  doc += kDocHead;
  for (const Annotation& a : entries) doc += fmt::format("{}: {}\n", a.key, a.value);
  node.set_doc_string(doc);
}

/// Goes through a graph and its bodies as the importer does, so that nodes meet the names that they have in the ledger.
class Annotator {
 public:
  explicit Annotator(const OnnxAnnotations& annotations) : annotations_(annotations) {}
  void annotate(onnx::GraphProto& graph) { annotate(graph, "", ""); }

 private:
  /// `scope` stands before the names of a loop's nodes; `inside` is the If or Loop around the graph.
  void annotate(onnx::GraphProto& graph, const std::string& scope, const std::string& inside);
  const NodeAnnotations* find(const std::string& label, const std::string& type);

  const OnnxAnnotations& annotations_;
  std::set<std::string> taken_;
};

/// The ledger gives a name that it has already a suffix.
const NodeAnnotations* Annotator::find(const std::string& label, const std::string& type) {
  std::string name = label;
  for (int suffix = 1; taken_.contains(name); ++suffix) name = fmt::format("{}.{}", label, suffix);
  const auto found = annotations_.nodes.find(name);
  if (found == annotations_.nodes.end() || found->second.onnx_type != type) return nullptr;
  taken_.insert(name);
  return &found->second;
}

void Annotator::annotate(onnx::GraphProto& graph, const std::string& scope, const std::string& inside) {
  const std::vector<std::string> labels = importer::node_labels(graph);
  for (int i = 0; i < graph.node_size(); ++i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    const NodeAnnotations* found = find(scope + labels[static_cast<std::size_t>(i)], node.op_type());
    const std::vector<Annotation> not_run = {{"placement", fmt::format("nowhere: '{}' never runs it", inside)}};
    add_metadata(node, found ? found->entries : not_run);
    add_doc(node, found ? found->entries : not_run);
  }
  for (int i = 0; i < graph.node_size(); ++i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    const std::string name = scope + labels[static_cast<std::size_t>(i)];
    for (auto& a : *node.mutable_attribute())
      if (a.has_g()) annotate(*a.mutable_g(), node.op_type() == "Loop" ? name + "/" : scope, name);
  }
}

void describe_model(onnx::ModelProto& proto, const std::vector<Annotation>& entries) {
  auto& properties = *proto.mutable_metadata_props();
  for (int i = properties.size() - 1; i >= 0; --i)
    if (is_ours(properties[i].key())) properties.DeleteSubrange(i, 1);
  for (const Annotation& a : entries) {
    onnx::StringStringEntryProto& entry = *properties.Add();
    entry.set_key(fmt::format("{}{}", kAnnotationPrefix, a.key));
    entry.set_value(a.value);
  }
}

std::string annotated(onnx::ModelProto& proto, const std::string& name, const OnnxAnnotations& annotations) {
  describe_model(proto, annotations.model);
  Annotator(annotations).annotate(*proto.mutable_graph());
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  if (proto.ByteSizeLong() > kMost)
    throw Error(ErrorKind::unsupported, name,
                fmt::format("has {} bytes with its weights, an ONNX file holds at most 2 GiB", proto.ByteSizeLong()),
                {"write the annotated model into the model's folder: its weights stay in their files then"});
  return proto.SerializeAsString();
}

}  // namespace

std::string annotate_onnx_file(const std::filesystem::path& file, const std::filesystem::path& destination,
                               const OnnxAnnotations& annotations) {
  std::error_code none;
  if (std::filesystem::equivalent(file, destination, none))
    throw Error(ErrorKind::usage, destination.string(), "is the model itself", {"name another file"});
  onnx::ModelProto proto;
  importer::parse_model(file, proto);
  const auto folder_of = [](const std::filesystem::path& p) { return p.has_parent_path() ? p.parent_path() : "."; };
  if (!std::filesystem::equivalent(folder_of(file), folder_of(destination), none))
    importer::take_in_external(*proto.mutable_graph(), {file.string(), folder_of(file), 0});
  return annotated(proto, file.string(), annotations);
}

std::string annotate_onnx(std::string_view bytes, const std::string& name, const OnnxAnnotations& annotations) {
  onnx::ModelProto proto;
  importer::parse_model(bytes, name, proto);
  return annotated(proto, name, annotations);
}

}  // namespace inf::compiler
