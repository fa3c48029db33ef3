#include "workloads/weights/widen.h"

#include <bit>
#include <cstring>

namespace inf::workloads {
namespace {

// Little-endian on every host, whatever its own order is.
template <class Word>
Word load(const std::byte* p) {
  Word word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    word = static_cast<Word>(word | static_cast<Word>(static_cast<Word>(p[i]) << (8 * i)));
  }
  return word;
}

float from_f16(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000U) << 16;
  const std::uint32_t exponent = (h >> 10) & 0x1fU;
  const std::uint32_t fraction = h & 0x3ffU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 0x1f ? 0xffU : exponent + 112;  // bias 15 to bias 127
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

}  // namespace

std::size_t size_of(StoredFloat format) {
  switch (format) {
    case StoredFloat::f16:
    case StoredFloat::bf16: return 2;
    case StoredFloat::f32: return 4;
    case StoredFloat::f64: return 8;
  }
  return 0;
}

std::vector<float> widen(std::span<const std::byte> bytes, StoredFloat format) {
  const std::size_t width = size_of(format);
  std::vector<float> out(bytes.size() / width);
  if (format == StoredFloat::f32 && std::endian::native == std::endian::little) {
    std::memcpy(out.data(), bytes.data(), out.size() * width);
    return out;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::byte* p = bytes.data() + i * width;
    switch (format) {
      case StoredFloat::f16: out[i] = from_f16(load<std::uint16_t>(p)); break;
      case StoredFloat::bf16:
        out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(p)) << 16);
        break;
      case StoredFloat::f32: out[i] = std::bit_cast<float>(load<std::uint32_t>(p)); break;
      case StoredFloat::f64: out[i] = static_cast<float>(std::bit_cast<double>(load<std::uint64_t>(p))); break;
    }
  }
  return out;
}

}  // namespace inf::workloads
