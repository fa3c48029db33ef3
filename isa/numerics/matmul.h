#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "isa/numerics/tile.h"

namespace inf::numerics {

/// The stationary operand of the tensor engine, widened to fp32 (int8: to int16) and packed for the register blocks.
/// Immutable after construction; threads may share one. Works with every SIMD level.
/// Shapes: [K part, M free], K and M in 1..128.
/// Errors: illegal_instruction when a size is outside that range or the dtype is an integer other than int8.
class Stationary {
 public:
  explicit Stationary(const ConstTile& weights);

  int k() const { return k_; }
  int m() const { return m_; }
  /// True for int8 weights: the product is exact in int32.
  bool is_integer() const { return !integers_.empty(); }

  /// Blocks of neighbouring columns m, each [K][rows of the block].
  const float* blocks() const { return blocks_.get(); }
  /// [M][K].
  const std::int16_t* integers() const { return integers_.data(); }

 private:
  int k_, m_;
  std::unique_ptr<float[]> blocks_;
  std::vector<std::int16_t> integers_;
};

/// psum = or += transpose(stationary) x moving, bit for bit reference::matmul.
/// Per element: an fp32 fma chain over K in ascending order from +0, subnormals zero; then PSUM is overwritten or gets
/// one fp32 addition, which flushes subnormals too because it belongs to the tensor engine. fp16 and fp8 subnormals are
/// normal numbers once widened and keep their value. int8: exact int32; only PSUM's own addition can leave the range,
/// after more than 1,023 full products into one element, and then wraps. Shapes: stationary [K part, M free], moving [K
/// part, N free], psum [M part, N free]; moving and psum may each have any pattern, of the same number of elements.
/// psum's dtype is fp32, or int32 for int8 inputs. Errors: illegal_instruction when shapes or dtypes do not fit
/// together.
void matmul(const Stationary& stationary, const ConstTile& moving, const Tile& psum, bool accumulate);

}  // namespace inf::numerics
