#pragma once
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "isa/base/error.h"
#include "workloads/weights/tensor_map.h"

namespace inf::test {

/// A folder that is removed with everything in it at the end of the test.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("inf_test_" + name)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path operator/(const std::string& file) const { return path_ / file; }
  std::filesystem::path write(const std::string& file, const std::string& bytes) const {
    std::ofstream(path_ / file, std::ios::binary) << bytes;
    return path_ / file;
  }

 private:
  std::filesystem::path path_;
};

/// The text of the inf::Error that a call throws; empty when it throws none.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// A safetensors file: header length, header, data.
inline std::string safetensors(const std::string& header, const std::string& data) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>((header.size() >> (8 * i)) & 0xff);
  return bytes + header + data;
}

inline std::string float_bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// A safetensors file of these tensors, each name behind a prefix.
inline std::string as_safetensors(const workloads::TensorMap& tensors, const std::string& prefix) {
  std::string header = "{", data;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t begin = data.size();
    data += float_bytes(tensor.data);
    header += fmt::format(R"({}"{}{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})",
                          header.size() > 1 ? "," : "", prefix, name, fmt::join(tensor.shape, ","), begin, data.size());
  }
  return safetensors(header + "}", data);
}

}  // namespace inf::test
