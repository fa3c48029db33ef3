#include "workloads/weights/onnx_initialisers.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <limits>
#include <optional>
#include <span>

#include "isa/base/error.h"
#include "workloads/weights/widen.h"

namespace inf::workloads {
namespace {

using onnx::TensorProto;

std::optional<StoredFloat> float_format(const TensorProto& proto) {
  switch (proto.data_type()) {
    case TensorProto::FLOAT16: return StoredFloat::f16;
    case TensorProto::BFLOAT16: return StoredFloat::bf16;
    case TensorProto::FLOAT: return StoredFloat::f32;
    case TensorProto::DOUBLE: return StoredFloat::f64;
    default: return std::nullopt;  // an open protobuf enumeration: integers and strings are no weights
  }
}

// The bytes of external data: key/value pairs location, offset, length; the location is relative to the model.
std::string external_bytes(const TensorProto& proto, const std::filesystem::path& file) {
  std::string location;
  std::uint64_t offset = 0, length = 0;
  for (const auto& pair : proto.external_data()) {
    if (pair.key() == "location") location = pair.value();
    if (pair.key() == "offset") offset = std::strtoull(pair.value().c_str(), nullptr, 10);
    if (pair.key() == "length") length = std::strtoull(pair.value().c_str(), nullptr, 10);
  }
  const std::filesystem::path path = file.parent_path() / location;
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error || offset > size || length > size - offset) {
    throw Error(ErrorKind::import, file.string(),
                fmt::format("external data of '{}' ({} bytes at {} of '{}') cannot be read", proto.name(), length,
                            offset, location),
                {"external data files must lie where the model states, relative to its folder"});
  }
  std::string bytes(length != 0 ? length : size - offset, '\0');
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset)).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::vector<float> values(const TensorProto& proto, StoredFloat format, const std::filesystem::path& file) {
  std::string external;
  if (proto.data_location() == TensorProto::EXTERNAL) external = external_bytes(proto, file);
  const std::string& raw = external.empty() ? proto.raw_data() : external;
  if (!raw.empty()) return widen(std::as_bytes(std::span(raw)), format);
  switch (format) {
    case StoredFloat::f32: return {proto.float_data().begin(), proto.float_data().end()};
    case StoredFloat::f64: return {proto.double_data().begin(), proto.double_data().end()};
    case StoredFloat::f16:
    case StoredFloat::bf16: break;
  }
  std::vector<std::byte> bits;  // 16-bit formats sit in int32_data, one per entry
  for (const std::int32_t word : proto.int32_data()) {
    bits.push_back(static_cast<std::byte>(word & 0xff));
    bits.push_back(static_cast<std::byte>((word >> 8) & 0xff));
  }
  return widen(bits, format);
}

onnx::ModelProto parse(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(ErrorKind::import, file.string(), "cannot read this weight file",
                {"check the path and its permissions"});
  google::protobuf::io::IstreamInputStream stream(&in);
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
  onnx::ModelProto model;
  if (!model.ParseFromCodedStream(&coded) || !model.has_graph()) {
    throw Error(ErrorKind::import, file.string(), "is not an ONNX model: its protobuf message does not parse",
                {"give a .onnx or a .safetensors file that was written whole"});
  }
  return model;
}

}  // namespace

TensorMap read_onnx_initialisers(const std::filesystem::path& file) {
  const onnx::ModelProto model = parse(file);
  TensorMap tensors;
  for (const TensorProto& proto : model.graph().initializer()) {
    const std::optional<StoredFloat> format = float_format(proto);
    if (!format) continue;
    WeightTensor tensor{{proto.dims().begin(), proto.dims().end()}, values(proto, *format, file)};
    std::int64_t want = 1;
    for (const std::int64_t extent : tensor.shape) want *= extent;
    if (want != static_cast<std::int64_t>(tensor.data.size())) {
      throw Error(ErrorKind::import, file.string(),
                  fmt::format("initialiser '{}' holds {} values, but its shape needs {}", proto.name(),
                              tensor.data.size(), want),
                  {"the file is damaged: export it again"});
    }
    tensors.emplace(proto.name(), std::move(tensor));
  }
  return tensors;
}

}  // namespace inf::workloads
