#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace inf::workflow {

/// Results of earlier runs by content key: a file for each, whole or not there at all, with a checksum. An entry that
/// cannot be read or is damaged counts as missing, and a note says so.
class RunCache {
 public:
  /// Without a folder nothing is kept. Errors: usage when entries cannot be written into `folder`, which is made.
  explicit RunCache(const std::optional<std::filesystem::path>& folder);

  /// What store() was given under this key.
  std::optional<std::string> find(const std::string& key);
  void store(const std::string& key, const std::string& text);
  /// The entry under this key made no sense to who read it: it is computed again, and a note says so.
  void refuse(const std::string& key);

  std::size_t found() const { return found_; }
  std::size_t stored() const { return stored_; }
  /// Entries that were damaged, for people.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::filesystem::path file_of(const std::string& key) const;

  std::optional<std::filesystem::path> folder_;
  std::size_t found_ = 0, stored_ = 0;
  std::vector<std::string> notes_;
};

/// $XDG_CACHE_HOME/inf-sim, or ~/.cache/inf-sim; nothing where the environment has neither.
std::optional<std::filesystem::path> default_cache_folder();

}  // namespace inf::workflow
