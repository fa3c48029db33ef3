#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "tools/workflow/workload.h"

namespace inf::workflow {

/// Hashes of files' contents, each file read once.
class FileHashes {
 public:
  /// Of a file's bytes, wherever it lies. Errors: usage when it cannot be read.
  const std::string& of(const std::filesystem::path& file);
  /// Of an ONNX model with the files in which it keeps tensors. Errors: as external_files() as well.
  const std::string& of_onnx(const std::filesystem::path& model);

 private:
  std::map<std::filesystem::path, std::string> files_, models_;
};

/// 128 bits of a hash over what was added, in order; parts do not run into each other.
class ContentKey {
 public:
  /// What add_file() takes of a file: its bytes, or its name alone where files do not change while the key is used.
  enum class Files : std::uint8_t { bytes, names };
  explicit ContentKey(Files files = Files::bytes);
  /// Files go into the hash by theirs: keys of this kind differ from the others.
  explicit ContentKey(FileHashes& hashes);
  ~ContentKey();
  ContentKey(const ContentKey&) = delete;
  ContentKey& operator=(const ContentKey&) = delete;

  void add(std::string_view text);
  /// A file's bytes, wherever it lies, or its name. Errors: usage when it cannot be read.
  void add_file(const std::filesystem::path& file);
  /// An ONNX model with the files in which it keeps tensors. Errors: as external_files() as well.
  void add_onnx(const std::filesystem::path& model);
  /// 32 hexadecimal digits.
  std::string text() const;

 private:
  struct State;
  State* state_;
  Files files_;
  FileHashes* hashes_ = nullptr;
};

/// Everything of a workload that its programs depend on: the model with its sizes (bytes of model and weight files,
/// options of a built-in one), precision, and where refused operators run.
/// Errors: usage for a file that cannot be read.
void add_model(const Workload& workload, ContentKey& key);
/// The same without the inputs, which decide the sizes of some models.
void add_model_alone(const Workload& workload, ContentKey& key);
/// The bytes of pictures and arrays.
void add_inputs(const Workload& workload, ContentKey& key);

/// The version of this program: 16 digits of a hash over its executable file. A rebuilt inf-sim that differs has
/// another one.
const std::string& program_version();

}  // namespace inf::workflow
