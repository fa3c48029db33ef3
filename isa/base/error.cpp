#include "isa/base/error.h"

namespace inf {

Error::Error(ErrorKind kind, std::string where, std::string message, std::vector<std::string> notes)
    : kind_(kind), where_(std::move(where)), message_(std::move(message)), notes_(std::move(notes)) {
  text_ = where_.empty() ? message_ : where_ + ": " + message_;
  for (const std::string& note : notes_) text_ += "\n  " + note;
}

const char* name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::config: return "config";
    case ErrorKind::usage: return "usage";
    case ErrorKind::import: return "import";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::illegal_instruction: return "illegal instruction";
    case ErrorKind::race: return "race";
    case ErrorKind::deadlock: return "deadlock";
    case ErrorKind::untested: return "untested";
    case ErrorKind::check_failed: return "check failed";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

int exit_code(ErrorKind kind) {
  if (kind == ErrorKind::check_failed) return 1;
  return kind == ErrorKind::internal ? 3 : 2;
}

}  // namespace inf
