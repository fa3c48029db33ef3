#include "compiler/import/onnx_proto.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <limits>
#include <map>
#include <set>

#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& file) : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// An ONNX file starts with the field ir_version, a small varint; anything else was never a model.
[[noreturn]] void cannot_parse(const std::string& file, std::string_view head) {
  if (head.size() < 2 || head[0] != 0x08 || static_cast<unsigned char>(head[1]) > 32)
    throw Error(ErrorKind::import, file, "not an ONNX file", {"expected the protobuf form of an ONNX model (*.onnx)"});
  throw Error(ErrorKind::import, file, "the ONNX file is truncated or damaged", {"download or export it again"});
}

/// Its own name, or its first output where it has none or shares it; a suffix keeps labels apart.
std::string unique_label(const onnx::NodeProto& n, const std::map<std::string, int>& named,
                         std::set<std::string>& taken) {
  const bool own = !n.name().empty() && named.at(n.name()) == 1;
  const std::string base = own || n.output_size() == 0 ? n.name() : n.output(0);
  std::string label = base;
  for (int suffix = 1; !taken.insert(label).second; ++suffix) label = fmt::format("{}.{}", base, suffix);
  return label;
}

}  // namespace

void parse_model(const std::filesystem::path& file, onnx::ModelProto& proto) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    throw Error(ErrorKind::usage, file.string(), "is a folder, an ONNX file is needed");
  const Descriptor in(file);
  if (in.get() < 0)
    throw Error(ErrorKind::usage, file.string(), "cannot open the ONNX file",
                {"check the path; a relative one starts at the current folder or at the workload file"});
  constexpr std::uintmax_t kMost = std::numeric_limits<int>::max();
  if (const auto size = std::filesystem::file_size(file, ignored); !ignored && size > kMost)
    throw Error(ErrorKind::unsupported, file.string(), fmt::format("has {} bytes, protobuf reads at most 2 GiB", size),
                {"store the weights as external data"});
  google::protobuf::io::FileInputStream stream(in.get());
  if (!proto.ParseFromZeroCopyStream(&stream)) {
    char head[2] = {0, 0};
    const auto got = ::pread(in.get(), head, sizeof head, 0);
    cannot_parse(file.string(), std::string_view(head, got > 0 ? static_cast<std::size_t>(got) : 0));
  }
}

void parse_model(std::string_view bytes, const std::string& name, onnx::ModelProto& proto) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error(ErrorKind::unsupported, name,
                fmt::format("{} bytes in memory, protobuf reads at most 2 GiB", bytes.size()),
                {"store the weights as external data"});
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) cannot_parse(name, bytes.substr(0, 2));
}

std::vector<std::string> node_labels(const onnx::GraphProto& graph) {
  std::map<std::string, int> named;
  for (const auto& n : graph.node()) ++named[n.name()];
  std::set<std::string> taken;
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(graph.node_size()));
  for (const auto& n : graph.node()) labels.push_back(unique_label(n, named, taken));
  return labels;
}

}  // namespace inf::compiler::importer
