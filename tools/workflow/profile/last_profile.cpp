#include "tools/workflow/profile/last_profile.h"

#include <fstream>
#include <string>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/run_cache.h"

namespace inf::workflow {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> note_file() {
  const std::optional<fs::path> folder = default_cache_folder();
  if (!folder) return std::nullopt;
  return *folder / "last_profile";
}

}  // namespace

void remember_profile(const fs::path& profile) {
  const std::optional<fs::path> file = note_file();
  if (!file) return;
  std::error_code failed;
  fs::create_directories(file->parent_path(), failed);
  if (failed) return;
  try {
    write_file_atomically(*file, fs::absolute(profile).lexically_normal().string() + "\n");
  } catch (const Error&) {
    return;
  }
}

std::optional<fs::path> last_profile() {
  const std::optional<fs::path> file = note_file();
  if (!file) return std::nullopt;
  std::ifstream in(*file);
  std::string line;
  std::error_code none;
  if (!std::getline(in, line) || !fs::is_regular_file(line, none)) return std::nullopt;
  return fs::path(line);
}

}  // namespace inf::workflow
