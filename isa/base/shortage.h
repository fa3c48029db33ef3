#pragma once
#include <string>
#include <vector>

#include "isa/base/error.h"

namespace inf {

/// What was needed against what there is, where a refusal is an inequality: both as the key that closes it counts them.
struct Shortage {
  std::string what;  ///< "SBUF for one row of a convolution"
  double needed = 0, available = 0;
  std::string unit;  ///< "bytes per partition"
  std::string knob;  ///< as in a sweep: "chip.sbuf.bytes_per_partition"
};

/// "raise chip.sbuf.bytes_per_partition from 98304 to 120000 bytes per partition".
std::string way_out(const Shortage& shortage);

/// An Error whose reason is an inequality. Its last note is the way out of it.
class ShortageError : public Error {
 public:
  ShortageError(ErrorKind kind, std::string where, std::string message, Shortage shortage,
                std::vector<std::string> notes = {});
  const Shortage& shortage() const { return shortage_; }

 private:
  Shortage shortage_;
};

/// Throws what `error` says with another place and other notes, and with its inequality where it has one.
[[noreturn]] void rethrow(const Error& error, std::string where, std::vector<std::string> notes);

}  // namespace inf
