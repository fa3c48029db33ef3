#pragma once
#ifdef INF_X86
#include <xmmintrin.h>
#endif

namespace inf::numerics::fast {

/// While alive, the host's vector unit treats subnormal inputs and results as zero, rounds to nearest even and traps
/// nothing.
class FlushGuard {
 public:
#ifdef INF_X86
  FlushGuard() : saved_(_mm_getcsr()) { _mm_setcsr(kMaskAllExceptions | kFlushToZero | kDenormalsAreZero); }
  ~FlushGuard() { _mm_setcsr(saved_); }

 private:
  static constexpr unsigned kMaskAllExceptions = 0x1f80, kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  unsigned saved_;

 public:
#else
  FlushGuard() = default;
#endif
  FlushGuard(const FlushGuard&) = delete;
  FlushGuard& operator=(const FlushGuard&) = delete;
};

}  // namespace inf::numerics::fast
