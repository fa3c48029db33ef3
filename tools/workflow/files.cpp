#include "tools/workflow/files.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::workflow {
namespace fs = std::filesystem;

namespace {

/// A path inside the current folder is shown from there.
fs::path as_typed(const fs::path& file) {
  const fs::path near = file.lexically_proximate(fs::current_path());
  return near.string().starts_with("..") ? file : near;
}

}  // namespace

void refuse_folder(const fs::path& file) {
  std::error_code none;
  if (fs::is_directory(file, none)) throw Error(ErrorKind::usage, file.string(), "is a folder; give a file");
}

std::string read_file(const fs::path& file) {
  refuse_folder(file);
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) throw Error(ErrorKind::usage, file.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
  std::string text(static_cast<std::size_t>(in.tellg()), '\0');
  in.seekg(0);
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())))
    throw Error(ErrorKind::usage, file.string(), "ends while it is being read");
  return text;
}

fs::path data_folder() {
  std::error_code none;
  const fs::path executable = fs::read_symlink("/proc/self/exe", none);
  for (fs::path folder = executable.parent_path(); folder != folder.parent_path(); folder = folder.parent_path())
    if (fs::is_directory(folder / "configs" / "chips", none)) return folder;
  return INF_SOURCE_DIR;
}

fs::path find_config(std::string_view kind, const std::string& word, const fs::path& base, const std::string& place) {
  if (word.find_first_of("/.") != std::string::npos) {
    const fs::path path(word);
    const fs::path file = path.is_absolute() || base.empty() ? path : base / path;
    refuse_folder(file);
    return file;
  }
  const fs::path folder = data_folder() / "configs" / kind;
  const fs::path file = folder / (word + ".yaml");
  std::error_code none;
  if (fs::is_regular_file(file, none)) return as_typed(file);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  throw Error(
      ErrorKind::usage, place,
      fmt::format("{} = {} is not known{}", kind == "chips" ? "chip" : "instances", word, did_you_mean(word, names)),
      {fmt::format("known: {}; or give the path of a YAML file", fmt::join(names, ", "))});
}

}  // namespace inf::workflow
