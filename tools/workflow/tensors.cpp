#include "tools/workflow/tensors.h"

#include <cstring>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"

namespace inf::workflow {

std::vector<std::byte> to_bytes(std::span<const float> values, DType dtype) {
  const std::size_t width = static_cast<std::size_t>(size_of(dtype));
  std::vector<std::byte> bytes(values.size() * width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Little-endian hosts only: the low bytes of the word are the element.
    const std::uint32_t bits = numerics::store_f32_bits(dtype, numerics::bits_of(values[i]));
    std::memcpy(bytes.data() + i * width, &bits, width);
  }
  return bytes;
}

std::vector<float> to_floats(std::span<const std::byte> bytes, DType dtype) {
  const std::size_t width = static_cast<std::size_t>(size_of(dtype));
  if (bytes.size() % width != 0) throw Error(ErrorKind::internal, "", "a tensor ends inside an element");
  std::vector<float> values(bytes.size() / width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, bytes.data() + i * width, width);
    values[i] = numerics::float_of(numerics::load_f32_bits(dtype, bits));
  }
  return values;
}

}  // namespace inf::workflow
