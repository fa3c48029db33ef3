#pragma once
#include <filesystem>

namespace inf::workflow::sweep {

/// The right to write a database, as a lock on a byte of the file far behind its end, where SQLite's own locks are not:
/// it needs no second file, holds for every name of the file, and ends with the process.
class WriterLock {
 public:
  /// Takes nothing where another process has it. Errors: usage when the file cannot be opened or its file system has no
  /// locks.
  explicit WriterLock(const std::filesystem::path& file);
  ~WriterLock() { let_go(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  bool held() const { return handle_ >= 0; }
  /// Closes the file here. A process forked from the holder shares the lock until it does so.
  void let_go();

 private:
  int handle_ = -1;
};

/// Does another process hold the lock now?
bool writer_lock_taken(const std::filesystem::path& file);

}  // namespace inf::workflow::sweep
