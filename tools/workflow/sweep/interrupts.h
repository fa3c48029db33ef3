#pragma once
#include <string>

#include "isa/base/error.h"

namespace inf::workflow::sweep {

/// While it lives, Ctrl-C and SIGTERM are noted and do not end the process. One at a time.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// The first signal that came; 0: none.
  int signal() const;
  /// Can be read from once a signal came.
  int handle() const;
};

/// Work that a signal ended. `main` turns it into the exit code that a shell expects.
class Interrupted : public Error {
 public:
  Interrupted(int signal, std::string where, std::string message, std::vector<std::string> notes)
      : Error(ErrorKind::usage, std::move(where), std::move(message), std::move(notes)), signal_(signal) {}
  int exit_code() const { return 128 + signal_; }

 private:
  int signal_;
};

}  // namespace inf::workflow::sweep
