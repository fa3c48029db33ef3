#include "isa/numerics/reference/matmul.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "isa/numerics/convert.h"
#include "isa/numerics/reference/chain.h"

namespace inf::numerics::reference {
namespace {

/// Element offsets of a pattern in linear order.
std::vector<std::int64_t> offsets(const Pattern& p) {
  std::vector<std::int64_t> result;
  for (std::uint32_t a = 0; a < p.dims[0].count; ++a)
    for (std::uint32_t b = 0; b < p.dims[1].count; ++b)
      for (std::uint32_t c = 0; c < p.dims[2].count; ++c)
        for (std::uint32_t d = 0; d < p.dims[3].count; ++d)
          result.push_back(std::int64_t{p.dims[0].step} * a + std::int64_t{p.dims[1].step} * b +
                           std::int64_t{p.dims[2].step} * c + std::int64_t{p.dims[3].step} * d);
  return result;
}

std::uint32_t stored_bits(const std::byte* at, DType t) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, at, static_cast<std::size_t>(size_of(t)));
  return bits;
}

/// [partition][free] as stored bits.
std::vector<std::vector<std::uint32_t>> read(const ConstTile& tile) {
  std::vector<std::vector<std::uint32_t>> rows;
  for (int p = 0; p < tile.partitions; ++p) {
    rows.emplace_back();
    for (const std::int64_t offset : offsets(tile.free))
      rows.back().push_back(stored_bits(tile.partition(p) + offset * size_of(tile.dtype), tile.dtype));
  }
  return rows;
}

}  // namespace

void matmul(const ConstTile& stationary, const ConstTile& moving, const Tile& psum, bool accumulate) {
  const auto weights = read(stationary);
  const auto columns = read(moving);
  const auto places = offsets(psum.free);
  const bool exact = stationary.dtype == DType::int8;
  for (std::size_t m = 0; m < static_cast<std::size_t>(stationary.free.elements()); ++m) {
    for (std::size_t n = 0; n < places.size(); ++n) {
      std::byte* const place = psum.partition(static_cast<int>(m)) + places[n] * 4;
      std::uint32_t acc = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        if (exact)
          acc += static_cast<std::uint32_t>(std::int32_t{static_cast<std::int8_t>(weights[k][m])} *
                                            std::int32_t{static_cast<std::int8_t>(columns[k][n])});
        else
          acc = fma_flush(load_f32_bits(stationary.dtype, weights[k][m]), load_f32_bits(moving.dtype, columns[k][n]),
                          acc);
      }
      if (accumulate) {
        const std::uint32_t old = stored_bits(place, DType::fp32);
        acc = exact ? old + acc : add_flush(old, acc);
      }
      std::memcpy(place, &acc, 4);
    }
  }
}

}  // namespace inf::numerics::reference
