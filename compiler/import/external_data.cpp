#include "compiler/import/external_data.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <limits>

#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

struct External {
  std::string location;
  std::int64_t offset = 0, length = -1;
};

External external_entry(const onnx::TensorProto& proto, const std::string& place) {
  External e;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") e.location = entry.value();
    std::int64_t* number = entry.key() == "offset" ? &e.offset : entry.key() == "length" ? &e.length : nullptr;
    if (number == nullptr) continue;
    try {
      *number = std::stoll(entry.value());
    } catch (const std::exception&) {
      throw Error(ErrorKind::import, place,
                  fmt::format("external data has {} = '{}', a whole number is needed", entry.key(), entry.value()));
    }
  }
  if (e.location.empty()) throw Error(ErrorKind::import, place, "external data has no location");
  if (e.offset < 0)
    throw Error(ErrorKind::import, place, fmt::format("external data has offset {}, at least 0 is needed", e.offset));
  return e;
}

/// 0 for types that no tensor of a supported model has.
std::int64_t element_bytes(int type) {
  using Type = onnx::TensorProto;
  switch (type) {
    case Type::INT8:
    case Type::UINT8:
    case Type::BOOL: return 1;
    case Type::INT16:
    case Type::UINT16:
    case Type::FLOAT16:
    case Type::BFLOAT16: return 2;
    case Type::FLOAT:
    case Type::INT32:
    case Type::UINT32: return 4;
    case Type::DOUBLE:
    case Type::INT64:
    case Type::UINT64: return 8;
    default: return 0;
  }
}

/// Brings files' tensors in until they are more than fit.
class Taker {
 public:
  explicit Taker(const Origin& origin) : origin_(origin) {}
  void take(onnx::TensorProto& tensor);
  void take(onnx::GraphProto& graph) {
    for (auto& tensor : *graph.mutable_initializer()) take(tensor);
    for (auto& node : *graph.mutable_node())
      for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) take(*attribute.mutable_t());
        if (attribute.has_g()) take(*attribute.mutable_g());
      }
  }

 private:
  const Origin& origin_;
  std::int64_t bytes_ = 0;
};

void Taker::take(onnx::TensorProto& tensor) {
  if (!is_external(tensor)) return;
  std::int64_t bytes = element_bytes(tensor.data_type());
  for (const std::int64_t d : tensor.dims()) bytes *= d;
  bytes_ += bytes;
  if (bytes_ > std::numeric_limits<int>::max())
    throw Error(ErrorKind::unsupported, origin_.file, "its weights are more than the 2 GiB that one ONNX file holds",
                {"write the new model into the model's folder: its weights stay in their files then"});
  std::string raw(static_cast<std::size_t>(bytes), '\0');
  read_external(tensor, fmt::format("{}: tensor '{}'", origin_.file, tensor.name()), origin_, bytes, raw.data());
  tensor.set_raw_data(std::move(raw));
  tensor.clear_external_data();
  tensor.clear_data_location();
}

}  // namespace

void read_external(const onnx::TensorProto& proto, const std::string& place, const Origin& origin,
                   std::int64_t expected, char* to) {
  const External e = external_entry(proto, place);
  if (origin.folder.empty())
    throw Error(ErrorKind::import, place,
                fmt::format("its data is in the file '{}', and the model is in memory", e.location),
                {"import the model from its file"});
  const std::filesystem::path relative = std::filesystem::path(e.location).lexically_normal();
  if (relative.is_absolute() || (!relative.empty() && *relative.begin() == ".."))
    throw Error(ErrorKind::import, place, fmt::format("external data '{}' lies outside the model's folder", e.location),
                {"put the data file beside the model"});
  if (e.length >= 0 && e.length != expected)
    throw Error(ErrorKind::import, place,
                fmt::format("external data has length {}, its shape and type need {} bytes", e.length, expected));
  std::ifstream file(origin.folder / relative, std::ios::binary);
  if (!file)
    throw Error(ErrorKind::usage, place, fmt::format("cannot read external data file '{}'", e.location),
                {"copy the data file into the folder of the model"});
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::int64_t>(file.tellg());
  if (e.offset + expected > size)
    throw Error(ErrorKind::import, place,
                fmt::format("external data '{}' has {} bytes, bytes {} to {} are needed", e.location, size, e.offset,
                            e.offset + expected),
                {"the data file is truncated or belongs to another model"});
  file.seekg(e.offset);
  if (!file.read(to, expected))
    throw Error(ErrorKind::usage, place, fmt::format("reading external data '{}' failed", e.location));
}

void take_in_external(onnx::GraphProto& graph, const Origin& origin) { Taker(origin).take(graph); }

bool is_external(const onnx::TensorProto& proto) { return proto.data_location() == onnx::TensorProto::EXTERNAL; }

}  // namespace inf::compiler::importer
