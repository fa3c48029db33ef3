#pragma once
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace inf {

/// A file that appears whole or not at all. The bytes go to a file without a name in the folder of `path` (one with a
/// temporary name where the file system knows no other), which `commit` puts in the place of `path`; unless that
/// happens, nothing is left behind. A symbolic link stays, and what it points to is replaced. What is no regular file,
/// such as a device or a pipe, is written as the bytes come.
/// Errors: usage, naming the path and why it cannot be written, from the constructor, `write` and `commit`.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, std::size_t count);
  void commit();

 private:
  void open_temporary();
  void name_temporary();
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;       ///< as given, for messages
  std::filesystem::path target_;     ///< without symbolic links
  std::filesystem::path temporary_;  ///< empty while the file has no name
  int file_ = -1;
  bool in_place_ = false;  ///< the target is no regular file
};

/// Writes a whole file or nothing. Errors: as AtomicFile.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Can `path` be written? Leaves nothing behind. Errors: as AtomicFile.
void check_writable(const std::filesystem::path& path);

}  // namespace inf
