#pragma once
#include <cstdint>

namespace inf::workflow::sweep {

/// Random bits from a counter: the same for the same numbers, whatever was asked before.
/// Source: the finaliser of SplitMix64 (Steele, Lea, Flood, 2014), applied to each number in turn.
inline std::uint64_t mixed(std::uint64_t seed, std::uint64_t counter, std::uint64_t lane = 0) {
  std::uint64_t bits = 0;
  for (const std::uint64_t part : {seed, counter, lane}) {
    bits += part + 0x9e3779b97f4a7c15u;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    bits ^= bits >> 31;
  }
  return bits;
}

/// The numbers 0..size-1 in an order that the seed decides, each once, without a list of them.
class Shuffle {
 public:
  /// `size` up to 2^62.
  Shuffle(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {
    while ((std::uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
  }

  std::uint64_t operator[](std::uint64_t index) const {
    // A Feistel network permutes the next power of four; what lies outside goes round again.
    do index = permuted(index);
    while (index >= size_);
    return index;
  }

 private:
  std::uint64_t permuted(std::uint64_t value) const {
    constexpr int kRounds = 6;
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = value >> half_bits_, right = value & mask;
    for (int round = 0; round < kRounds; ++round) {
      const std::uint64_t next = left ^ (mixed(seed_, right, static_cast<std::uint64_t>(round)) & mask);
      left = right;
      right = next;
    }
    return (left << half_bits_) | right;
  }

  std::uint64_t size_, seed_;
  int half_bits_ = 1;
};

}  // namespace inf::workflow::sweep
