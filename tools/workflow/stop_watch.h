#pragma once
#include <chrono>

namespace inf::workflow {

/// Host seconds since it was made.
class StopWatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The most memory that this process has held. Units: bytes.
double peak_memory();

}  // namespace inf::workflow
