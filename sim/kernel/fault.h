#pragma once
#include <exception>

namespace inf::sim {

/// The first error of a run. An exception that leaves a SystemC process would turn into the kernel's own type, so
/// processes store it here, stop the kernel, and the caller of sc_start throws it on.
class Fault {
 public:
  /// Call inside a catch block; stops the kernel.
  void store();
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }
  bool raised() const { return error_ != nullptr; }

 private:
  std::exception_ptr error_;
};

}  // namespace inf::sim
