#pragma once
#include <exception>
#include <string>
#include <vector>

namespace inf {

/// Why a run stopped. `exit_code` maps each kind onto the documented exit codes.
enum class ErrorKind {
  config,               ///< a YAML file: unknown key, value out of range
  usage,                ///< the command line, or a file that cannot be read
  import,               ///< an ONNX file, an image or a weight file that is broken
  unsupported,          ///< refused by choice, with what would make it work
  illegal_instruction,  ///< an operand outside what the chip accepts
  race,                 ///< two unordered accesses to overlapping bytes, or a read of never-written memory
  deadlock,             ///< nothing can run and a stream is not drained
  untested,             ///< no evidence yet that the result would be right
  check_failed,         ///< a tolerance of the workload was not met
  internal,             ///< a broken invariant of inf-sim itself
};

/// The one error type. `main` alone turns it into text and an exit code.
/// `where` is "file:line:column", "pass NAME" or "ENGINE pc N tick T"; empty when there is no place.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string where, std::string message, std::vector<std::string> notes = {});

  ErrorKind kind() const { return kind_; }
  const std::string& where() const { return where_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& notes() const { return notes_; }
  /// "where: message" and one indented line per note.
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ErrorKind kind_;
  std::string where_, message_, text_;
  std::vector<std::string> notes_;
};

/// "config", "usage", ...
const char* name(ErrorKind kind);

/// 0 ok, 1 check failed, 2 wrong usage or input, 3 internal.
int exit_code(ErrorKind kind);

}  // namespace inf
