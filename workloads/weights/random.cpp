#include "workloads/weights/random.h"

namespace inf::workloads {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

CounterRandom::CounterRandom(std::uint64_t seed, std::string_view name) : key_(mix(seed + kGolden) ^ fnv1a64(name)) {}

std::uint64_t CounterRandom::bits(std::uint64_t index) const { return mix(key_ + (index + 1) * kGolden); }

float CounterRandom::uniform(std::uint64_t index, float low, float high) const {
  const float unit = static_cast<float>(bits(index) >> 40) * 0x1p-24F;
  return low + (high - low) * unit;
}

float CounterRandom::normal(std::uint64_t index) const {
  const std::uint64_t b = bits(index);
  const auto lane = [b](int i) { return static_cast<std::int32_t>((b >> (16 * i)) & 0xffff); };
  const std::int32_t centred = lane(0) + lane(1) + lane(2) + lane(3) - 2 * 0xffff;
  // Standard deviation of the sum of four integers uniform on 0..65535: sqrt(4 (65536^2 - 1) / 12) = 37837.22...
  constexpr float kScale = 1.0F / 37837.227F;
  return static_cast<float>(centred) * kScale;
}

}  // namespace inf::workloads
