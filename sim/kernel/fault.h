#pragma once
#include <exception>
#include <string>

namespace inf::sim {

/// The first error of a core's run. An exception that leaves a SystemC process would turn into the kernel's own type,
/// so processes store it here, stop the kernel, and the caller of sc_start throws it on.
class Fault {
 public:
  /// `place` goes in front of where the error happened; empty where there is one core only.
  explicit Fault(std::string place = {}) : place_(std::move(place)) {}

  /// Call inside a catch block; stops the kernel.
  void store();
  void rethrow() const;
  bool raised() const { return error_ != nullptr; }

 private:
  std::string place_;
  std::exception_ptr error_;
};

}  // namespace inf::sim
