#pragma once
#include <cstdint>
#include <string_view>

namespace inf::workloads {

/// Random numbers without state: the value at an index depends on the seed, the tensor's name and the index alone, so
/// it is the same on every host, in every order and for every size of the rest of the model.
///
/// Definition: key = mix(seed + G) xor fnv1a64(name); bits(i) = mix(key + (i + 1) * G), where G = 0x9e3779b97f4a7c15,
/// mix is the 64-bit finaliser x ^= x >> 30; x *= 0xbf58476d1ce4e5b9; x ^= x >> 27; x *= 0x94d049bb133111eb; x ^= x >>
/// 31 and fnv1a64 is the FNV-1a hash of the name's bytes. Source: both are public-domain integer functions
/// (SplitMix64's output step, FNV-1a).
class CounterRandom {
 public:
  CounterRandom(std::uint64_t seed, std::string_view name);

  std::uint64_t bits(std::uint64_t index) const;
  /// A multiple of 2^-24 in [low, high), scaled with one fp32 multiplication and one addition.
  float uniform(std::uint64_t index, float low, float high) const;
  /// Mean 0, standard deviation 1, within +-3.47: the centred integer sum of the four 16-bit lanes of bits(index),
  /// scaled by one fp32 multiplication. Four uniform summands are close enough to a Gaussian for weights, and exact
  /// everywhere.
  float normal(std::uint64_t index) const;

 private:
  std::uint64_t key_;
};

}  // namespace inf::workloads
