#include "tools/workflow/sweep/writer_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "isa/base/error.h"

namespace inf::workflow::sweep {
namespace {

struct flock writer_byte() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = off_t{1} << 62;
  lock.l_len = 1;
  return lock;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& file) {
  handle_ = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (handle_ < 0)
    throw Error(ErrorKind::usage, file.string(), fmt::format("cannot be written: {}", std::strerror(errno)),
                {"check its permissions, or name another file"});
  // Of the open file, not of the process: SQLite closes files of its own, which would end a process's locks.
  struct flock lock = writer_byte();
  if (::fcntl(handle_, F_OFD_SETLK, &lock) == 0) return;
  const int error = errno;
  let_go();
  if (error == EAGAIN || error == EACCES) return;
  throw Error(ErrorKind::usage, file.string(), fmt::format("cannot be locked: {}", std::strerror(error)),
              {"put the database on a file system with locks, such as a local disk; inf-sim sweep merge brings several "
               "together"});
}

void WriterLock::let_go() {
  if (handle_ >= 0) ::close(handle_);
  handle_ = -1;
}

bool writer_lock_taken(const std::filesystem::path& file) {
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return false;
  struct flock lock = writer_byte();
  const bool taken = ::fcntl(handle, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(handle);
  return taken;
}

}  // namespace inf::workflow::sweep
