#pragma once
#include <string_view>

namespace inf::numerics {

/// How arithmetic is done: the tensor engine's slow reference, or the fast paths compiled for an instruction set. Every
/// level gives the same bits; `reference` takes some hundred times as long as the others.
enum class SimdLevel { reference, scalar, avx2, avx512 };

std::string_view name(SimdLevel level);

/// The widest level this host runs.
SimdLevel host_simd_level();

/// The level in use: set_simd_level's, else the environment's INF_SIMD (reference, scalar, avx2, avx512), else the
/// host's widest. Errors: usage when INF_SIMD is no level or one that this host does not run.
SimdLevel simd_level();

/// Fixes the level for the whole process. Errors: usage when this host does not run it.
void set_simd_level(SimdLevel level);

}  // namespace inf::numerics
