#include "workloads/weights/safetensors.h"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "isa/base/error.h"
#include "workloads/weights/widen.h"

namespace inf::workloads {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

[[noreturn]] void fail(const std::filesystem::path& file, std::string message) {
  throw Error(ErrorKind::import, file.string(), std::move(message),
              {"a safetensors file is: 8 bytes of header length, a JSON header, the tensor data; write it again or "
               "copy it again"});
}

std::vector<std::byte> read_all(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) {
    throw Error(ErrorKind::import, file.string(), "cannot read this weight file",
                {"check the path and its permissions"});
  }
  std::vector<std::byte> bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) fail(file, fmt::format("the file ended after {} of {} bytes", in.gcount(), size));
  return bytes;
}

std::uint64_t header_length(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthBytes)
    fail(file, fmt::format("only {} bytes long; the header length alone takes 8", bytes.size()));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  const std::uint64_t room = bytes.size() - kLengthBytes;
  if (length > room || length > kMaxHeader) {
    fail(file,
         fmt::format("states a header of {} bytes, but only {} bytes follow (limit {})", length, room, kMaxHeader));
  }
  return length;
}

std::optional<StoredFloat> float_format(const std::string& dtype) {
  if (dtype == "F16") return StoredFloat::f16;
  if (dtype == "BF16") return StoredFloat::bf16;
  if (dtype == "F32") return StoredFloat::f32;
  if (dtype == "F64") return StoredFloat::f64;
  return std::nullopt;
}

// One entry of the header against the data block; nullopt for a type that is no float.
std::optional<WeightTensor> read_tensor(const std::filesystem::path& file, const std::string& name, const json& entry,
                                        std::span<const std::byte> data) {
  const std::optional<StoredFloat> format = float_format(entry.at("dtype").get<std::string>());
  if (!format) return std::nullopt;
  WeightTensor tensor{entry.at("shape").get<std::vector<std::int64_t>>(), {}};
  std::uint64_t want = size_of(*format);
  for (const std::int64_t extent : tensor.shape) {
    std::uint64_t product = 0;
    if (extent < 0 || __builtin_mul_overflow(want, static_cast<std::uint64_t>(extent), &product)) {
      fail(file, fmt::format("tensor '{}' has the extent {} in its shape", name, extent));
    }
    want = product;
  }
  const json& offsets = entry.at("data_offsets");
  const auto begin = offsets.at(0).get<std::uint64_t>(), end = offsets.at(1).get<std::uint64_t>();
  if (begin > end || end > data.size()) {
    fail(file,
         fmt::format("tensor '{}' lies at bytes {}..{} of a data block of {} bytes: the file is truncated or damaged",
                     name, begin, end, data.size()));
  }
  if (end - begin != want) {
    fail(file, fmt::format("tensor '{}' takes {} bytes, but its type and shape need {}", name, end - begin, want));
  }
  tensor.data = widen(data.subspan(begin, want), *format);
  return tensor;
}

}  // namespace

TensorMap read_safetensors(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_all(file);
  const std::uint64_t length = header_length(file, bytes);
  const auto* text = reinterpret_cast<const char*>(bytes.data() + kLengthBytes);
  const json header = json::parse(text, text + length, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) fail(file, fmt::format("the {} bytes of header are not a JSON object", length));

  const std::span<const std::byte> data = std::span(bytes).subspan(kLengthBytes + length);
  TensorMap tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    try {
      if (auto tensor = read_tensor(file, name, entry, data)) tensors.emplace(name, std::move(*tensor));
    } catch (const json::exception&) {
      fail(file, fmt::format(
                     "the header entry of tensor '{}' lacks dtype, shape or data_offsets, or has them in another form",
                     name));
    }
  }
  return tensors;
}

}  // namespace inf::workloads
