#include "sim/kernel/serving/arrivals.h"

#include <cmath>

namespace inf::sim {
namespace {

std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

double uniform(std::uint64_t seed, std::uint64_t counter) {
  const std::uint64_t bits = mix(mix(seed) ^ counter) >> 11;  // 53
  return static_cast<double>(bits + 1) * 0x1p-53;
}

std::int64_t Arrivals::next() {
  at_ns_ -= mean_ns_ * std::log(uniform(seed_, count_++));
  return static_cast<std::int64_t>(at_ns_);
}

}  // namespace inf::sim
