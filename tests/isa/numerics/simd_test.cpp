#include "isa/numerics/simd.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::numerics;

TEST_CASE("INF_SIMD and set_simd_level") {
  // Nothing is chosen yet: the environment decides, and a wrong one is refused each time.
  setenv("INF_SIMD", "sse9", 1);
  CHECK_THROWS_WITH_AS(simd_level(), "INF_SIMD: \"sse9\" is not one of reference, scalar, avx2, avx512", Error);
  setenv("INF_SIMD", "scalar", 1);
  CHECK(simd_level() == SimdLevel::scalar);
  set_simd_level(host_simd_level());
  CHECK(simd_level() == host_simd_level());
  if (host_simd_level() < SimdLevel::avx512) CHECK_THROWS_AS(set_simd_level(SimdLevel::avx512), Error);
}
