#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inf::workloads {

/// The float formats that weight files carry, little endian.
enum class StoredFloat : std::uint8_t { f16, bf16, f32, f64 };

/// Bytes of one element.
std::size_t size_of(StoredFloat format);

/// Decodes little-endian floats into fp32: exact, but for f64, which is rounded to nearest even.
/// Shapes: bytes.size() must be a multiple of size_of(format); one float per element comes back.
std::vector<float> widen(std::span<const std::byte> bytes, StoredFloat format);

}  // namespace inf::workloads
