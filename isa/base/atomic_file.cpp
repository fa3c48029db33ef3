#include "isa/base/atomic_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "isa/base/error.h"

namespace inf {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;     // as many as Linux follows
constexpr mode_t kNewFile = 0666;  // less the umask
constexpr mode_t kModeBits = 07777;

[[noreturn]] void refuse(const fs::path& path, int error) {
  throw Error(ErrorKind::usage, path.string(), fmt::format("cannot be written: {}", std::strerror(error)),
              {"check that its folder exists, is writable and has room"});
}

/// The path behind the last symbolic link, whether or not there is a file.
fs::path without_links(const fs::path& given) {
  fs::path path = given;
  std::error_code none;
  for (int i = 0; fs::is_symlink(path, none); ++i) {
    if (i == kMostLinks) refuse(given, ELOOP);
    path = path.parent_path() / fs::read_symlink(path, none);
  }
  return path;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// No regular file, or a name of an open file such as /dev/stdout, which may be redirected to a regular one.
bool is_special(const fs::path& path, const struct stat& status) {
  const std::string text = path.string();
  return !S_ISREG(status.st_mode) || text == "/dev/stdout" || text == "/dev/stderr" || text.starts_with("/dev/fd/");
}

/// Refuses a folder and a file without permission to write; both could be replaced or opened too late to say so.
void check_existing(const fs::path& path, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) throw Error(ErrorKind::usage, path.string(), "cannot be written: is a folder");
  if (::access(path.c_str(), W_OK) != 0) refuse(path, errno);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : path_(path) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists) check_existing(path, status);
  in_place_ = exists && is_special(path, status);
  if (in_place_) {
    file_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file_ < 0) fail(errno);
    return;
  }
  target_ = without_links(path);
  open_temporary();
  if (exists) ::fchmod(file_, status.st_mode & kModeBits);
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) ::close(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(int error) const { refuse(path_, error); }

void AtomicFile::open_temporary() {
  // A file without a name gets one through /proc.
  if (::access("/proc/self/fd", X_OK) == 0)
    file_ = ::open(folder_of(target_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kNewFile);
  while (file_ < 0) {
    name_temporary();
    file_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kNewFile);
    if (file_ >= 0 || errno == EEXIST) continue;
    const int error = errno;
    temporary_.clear();
    fail(error);
  }
}

void AtomicFile::name_temporary() {
  static std::atomic<unsigned> count{0};
  temporary_ = folder_of(target_) / fmt::format(".inf-sim-{}-{}.part", ::getpid(), ++count);
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(file_, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    next += written;
    count -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  if (!in_place_ && temporary_.empty()) {
    const std::string unnamed = fmt::format("/proc/self/fd/{}", file_);
    do {
      name_temporary();
    } while (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0 &&
             errno == EEXIST);
  }
  const int file = std::exchange(file_, -1);
  if (::close(file) != 0) fail(errno);
  if (in_place_) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  temporary_.clear();
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

void check_writable(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && is_special(path, status))
    check_existing(path, status);
  else
    AtomicFile probe(path);
}

}  // namespace inf
