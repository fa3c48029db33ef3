#include "tools/workflow/tensor_files.h"

#include <algorithm>
#include <set>

namespace inf::workflow {
namespace {

constexpr std::size_t kLongestName = 200;  // file systems take 255 bytes, ending included

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string plain(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_plain(c); }, '_');
  return name.empty() ? "_" : name.substr(0, kLongestName);
}

}  // namespace

std::vector<std::string> tensor_files(const std::vector<std::string>& tensors) {
  std::set<std::string> taken;
  std::vector<std::string> files;
  for (const std::string& tensor : tensors) {
    const std::string name = plain(tensor);
    std::string file = name + ".npy";
    for (int n = 2; !taken.insert(file).second; ++n) file = name + "_" + std::to_string(n) + ".npy";
    files.push_back(file);
  }
  return files;
}

}  // namespace inf::workflow
