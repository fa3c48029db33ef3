#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "tools/workflow/workload.h"

namespace inf::workflow {

/// 128 bits of a hash over what was added, in order; parts do not run into each other.
class ContentKey {
 public:
  ContentKey();
  ~ContentKey();
  ContentKey(const ContentKey&) = delete;
  ContentKey& operator=(const ContentKey&) = delete;

  void add(std::string_view text);
  /// A file's bytes, wherever it lies. Errors: usage when it cannot be read.
  void add_file(const std::filesystem::path& file);
  /// 32 hexadecimal digits.
  std::string text() const;

 private:
  struct State;
  State* state_;
};

/// Everything of a workload that its programs depend on: the model with its sizes (bytes of model and weight files,
/// options of a built-in one), precision, and where refused operators run.
/// Errors: usage for a file that cannot be read.
void add_model(const Workload& workload, ContentKey& key);

/// The version of this program: 16 digits of a hash over its executable file. A rebuilt inf-sim that differs has
/// another one.
const std::string& program_version();

}  // namespace inf::workflow
