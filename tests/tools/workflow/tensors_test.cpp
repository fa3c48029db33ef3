#include "tools/workflow/tensors.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow;

TEST_CASE("fp32 values become the bytes of each type and come back") {
  struct Row {
    const char* name;
    DType dtype;
    float value;
    std::vector<int> bytes;
    float back;
  };
  const Row rows[] = {
      {"fp32", DType::fp32, 1.5F, {0x00, 0x00, 0xc0, 0x3f}, 1.5F},
      {"bf16", DType::bf16, 1.0F, {0x80, 0x3f}, 1.0F},
      // 1 + 2^-8 lies half-way between two bf16 values: the even one wins
      {"bf16, tie", DType::bf16, 1.00390625F, {0x80, 0x3f}, 1.0F},
      {"fp16", DType::fp16, -2.0F, {0x00, 0xc0}, -2.0F},
      {"int8 saturates", DType::int8, 300.0F, {0x7f}, 127.0F},
      {"uint8 saturates", DType::uint8, -4.0F, {0x00}, 0.0F},
      {"int32", DType::int32, -1.0F, {0xff, 0xff, 0xff, 0xff}, -1.0F},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<float> values = {0.0F, row.value};
    const std::vector<std::byte> bytes = to_bytes(values, row.dtype);
    const std::size_t width = row.bytes.size();
    REQUIRE(bytes.size() == 2 * width);
    for (std::size_t i = 0; i < width; ++i) {
      CHECK(std::to_integer<int>(bytes[i]) == 0);
      CHECK(std::to_integer<int>(bytes[width + i]) == row.bytes[i]);
    }
    CHECK(to_floats(bytes, row.dtype) == std::vector<float>{0.0F, row.back});
  }
}

TEST_CASE("half an element is an error") { CHECK_THROWS_AS(to_floats(std::vector<std::byte>(3), DType::bf16), Error); }
