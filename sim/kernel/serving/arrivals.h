#pragma once
#include <cstdint>

namespace inf::sim {

/// Times of a Poisson process from counter-based random numbers: the n-th gap depends on seed and n alone.
class Arrivals {
 public:
  Arrivals(double rate_per_s, std::uint64_t seed) : mean_ns_(1e9 / rate_per_s), seed_(seed) {}

  /// Time of the next arrival, in ns from the start; never falls.
  std::int64_t next();

 private:
  double mean_ns_, at_ns_ = 0;
  std::uint64_t seed_, count_ = 0;
};

/// A uniform number in (0, 1] for this counter. Source: the finaliser of SplitMix64, applied to both words.
double uniform(std::uint64_t seed, std::uint64_t counter);

}  // namespace inf::sim
