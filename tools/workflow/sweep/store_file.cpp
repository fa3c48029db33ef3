#include "tools/workflow/sweep/store_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "isa/base/error.h"
#include "tools/workflow/profile/schema.h"
#include "tools/workflow/sweep/store_schema.h"

namespace inf::workflow::sweep {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why, const std::string& way_out) {
  throw Error(ErrorKind::usage, file.string(), why, {way_out});
}

constexpr const char* kOtherName = "name another file; a new one is made where there is none";

[[noreturn]] void refuse_write(const fs::path& file, int error) {
  refuse(file, fmt::format("cannot be written: {}", std::strerror(error)),
         "check that its folder exists, is writable and has room, or name another file");
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// A number of an SQLite header, big-endian.
std::uint32_t number_at(std::string_view head, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i) number = number << 8 | static_cast<unsigned char>(head[i]);
  return number;
}

/// A file in the folder without a name, where the file system knows such files; -1 otherwise.
int open_nameless(const fs::path& folder) {
  if (::access("/proc/self/fd", X_OK) != 0) return -1;
  return ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

void write_all(int handle, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(handle, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse_write(file, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(handle) != 0 && errno != EINVAL) refuse_write(file, errno);
}

/// The name reaches the disk with the folder.
void sync_folder(const fs::path& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

/// Owns an open file and, where it has one, its temporary name.
struct Temporary {
  int handle = -1;
  fs::path name;
  ~Temporary() {
    if (handle >= 0) ::close(handle);
    if (!name.empty()) ::unlink(name.c_str());
  }
};

}  // namespace

void check_store_file(const fs::path& file) {
  std::error_code none;
  const fs::file_status status = fs::status(file, none);
  if (!fs::exists(status)) refuse(file, "does not exist", "inf-sim sweep S.yaml makes and fills it");
  if (fs::is_directory(status)) refuse(file, "is a folder, no database of a sweep", kOtherName);
  if (!fs::is_regular_file(status)) refuse(file, "is no regular file, so no database of a sweep", kOtherName);
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::size_t kVersionAt = 60, kApplicationAt = 68;  // of the header of an SQLite file
  std::array<char, kApplicationAt + 4> bytes{};
  std::ifstream in(file, std::ios::binary);
  if (!in) refuse(file, fmt::format("cannot be read: {}", std::strerror(errno)), "check its permissions");
  in.read(bytes.data(), bytes.size());
  const std::string_view head(bytes.data(), static_cast<std::size_t>(in.gcount()));
  if (head.empty()) refuse(file, "is empty, no database of a sweep", std::string("remove it, or ") + kOtherName);
  if (head.size() < bytes.size() || !head.starts_with(kMagic))
    refuse(file, "is no database of a sweep: not an SQLite file", kOtherName);
  const std::uint32_t application = number_at(head, kApplicationAt), version = number_at(head, kVersionAt);
  if (application == static_cast<std::uint32_t>(kProfileApplication))
    refuse(file, "is a profile of a run, no database of a sweep", kOtherName);
  if (application != static_cast<std::uint32_t>(kStoreApplication))
    refuse(file, "is an SQLite file of something else, no database of a sweep", kOtherName);
  if (version != kStoreVersion)
    refuse(file,
           fmt::format("is a database of a sweep with tables of version {}; this inf-sim knows version {}", version,
                       kStoreVersion),
           "use the inf-sim that wrote it, or name another file; a new one is made where there is none");
}

void make_store_file(const fs::path& file) {
  std::error_code none;
  if (fs::exists(fs::symlink_status(file, none))) return;
  const fs::path folder = folder_of(file);
  Temporary temporary{open_nameless(folder), {}};
  if (temporary.handle < 0) {
    temporary.name = folder / fmt::format(".inf-sim-sweep-{}.part", ::getpid());
    temporary.handle = ::open(temporary.name.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
    if (temporary.handle < 0) {
      temporary.name.clear();
      refuse_write(file, errno);
    }
  }
  write_all(temporary.handle, empty_store(), file);
  const std::string from =
      temporary.name.empty() ? fmt::format("/proc/self/fd/{}", temporary.handle) : temporary.name.string();
  // Another sweep may have made it meanwhile: the lock decides which one goes on.
  if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, file.c_str(), AT_SYMLINK_FOLLOW) != 0 && errno != EEXIST)
    refuse_write(file, errno);
  sync_folder(folder);
}

void check_store_writable(const fs::path& file) {
  if (::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0) refuse_write(file, errno);
  // The journal of a transaction lies beside the file.
  const fs::path real = fs::canonical(file);
  if (::faccessat(AT_FDCWD, folder_of(real).c_str(), W_OK, AT_EACCESS) != 0) refuse_write(file, errno);
}

}  // namespace inf::workflow::sweep
