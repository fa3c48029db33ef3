#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace inf::workflow {

/// A dense array of numbers as NumPy stores it, widened to fp32.
struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<float> data;  ///< row-major
};

/// Reads a .npy file (format 1 to 3, little-endian, C order; f2, f4, f8, i1, u1, i2, u2, i4, u4, i8 or bool elements).
/// Values that fp32 does not hold are rounded to nearest. Errors: usage when it cannot be read; import when it is no
/// .npy file, is truncated, or stores something else.
NpyArray read_npy(const std::filesystem::path& file);

/// The array as the bytes of a .npy file with f4 elements.
std::string npy_bytes(const NpyArray& array);

}  // namespace inf::workflow
