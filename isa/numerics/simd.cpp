#include "isa/numerics/simd.h"

#include <atomic>
#include <cstdlib>
#include <string>

#include "isa/base/error.h"

namespace inf::numerics {
namespace {

constexpr int kUnset = -1;
std::atomic<int> chosen{kUnset};

void require(SimdLevel level, const std::string& where) {
  if (level <= host_simd_level()) return;
  throw Error(ErrorKind::usage, where,
              "SIMD level " + std::string(name(level)) + " does not run on this host; its widest is " +
                  std::string(name(host_simd_level())));
}

SimdLevel from_environment() {
  const char* const text = std::getenv("INF_SIMD");
  if (text == nullptr || *text == '\0') return host_simd_level();
  for (const SimdLevel level : {SimdLevel::reference, SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
    if (name(level) != text) continue;
    require(level, "INF_SIMD");
    return level;
  }
  throw Error(ErrorKind::usage, "INF_SIMD",
              "\"" + std::string(text) + "\" is not one of reference, scalar, avx2, avx512");
}

}  // namespace

std::string_view name(SimdLevel level) {
  switch (level) {
    case SimdLevel::reference: return "reference";
    case SimdLevel::scalar: return "scalar";
    case SimdLevel::avx2: return "avx2";
    case SimdLevel::avx512: return "avx512";
  }
  return "?";
}

SimdLevel host_simd_level() {
#ifdef INF_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq"))
    return SimdLevel::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
    return SimdLevel::avx2;
#endif
  return SimdLevel::scalar;
}

SimdLevel simd_level() {
  int level = chosen.load(std::memory_order_relaxed);
  if (level == kUnset) {
    level = static_cast<int>(from_environment());
    chosen.store(level, std::memory_order_relaxed);
  }
  return static_cast<SimdLevel>(level);
}

void set_simd_level(SimdLevel level) {
  require(level, "");
  chosen.store(static_cast<int>(level), std::memory_order_relaxed);
}

}  // namespace inf::numerics
