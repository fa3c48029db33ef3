#pragma once
#include <cstdint>
#include <initializer_list>

namespace inf::numerics {

enum class Round : std::uint8_t { nearest_even, stochastic };

/// How a narrowing conversion rounds. Stochastic rounding draws one number per element from a counter-based generator,
/// so the result depends on (seed, instruction, element) alone and never on scheduling. Source: stochastic rounding up
/// with probability remainder / ulp documented (fact sheet 7.3); generator our own.
struct Rounding {
  Round mode = Round::nearest_even;
  std::uint64_t seed = 0;
  std::uint64_t instruction = 0;
  std::uint64_t element = 0;  ///< counter of the first element; a row of n uses element .. element + n - 1

  constexpr Rounding at(std::uint64_t offset) const { return {mode, seed, instruction, element + offset}; }
};

/// 64 random bits of one counter value.
constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint64_t instruction, std::uint64_t element) {
  std::uint64_t x = seed;
  for (const std::uint64_t word : {instruction, element}) {
    x += word * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    x ^= x >> 32;
  }
  return x;
}

}  // namespace inf::numerics
