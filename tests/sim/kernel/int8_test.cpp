#include <doctest/doctest.h>

#include "isa/base/error.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

constexpr int kRows = 128, kColumns = 64, kMoving = 96;

const arch::ChipSpec& inf1() {
  static const arch::ChipSpec chip = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf1.yaml");
  return chip;
}

/// y [64, 96] int32 = transpose(w [128, 64]) x [128, 96], twice over where `accumulate`.
Builder product(bool accumulate) {
  Builder b;
  b.image().chip = "inf1";
  const auto w = b.input("w", DType::int8, {kRows, kColumns}), x = b.input("x", DType::int8, {kRows, kMoving});
  const auto y = b.output("y", DType::int32, {kColumns, kMoving});
  Access sums = psum(0, kColumns, 0, kMoving);
  sums.dtype = DType::int32;
  b.add(Engine::scalar, dma(sbuf(0, kRows, 0, DType::int8, kColumns), dram(w, kRows, DType::int8, kColumns)), {},
        signal(0));
  b.add(Engine::scalar, dma(sbuf(0, kRows, 1024, DType::int8, kMoving), dram(x, kRows, DType::int8, kMoving)), {},
        signal(1));
  b.add(Engine::tensor, load(sbuf(0, kRows, 0, DType::int8, kColumns)), {wait(0, 1)});
  b.add(Engine::tensor, matmul(sums, sbuf(0, kRows, 1024, DType::int8, kMoving)), {wait(1, 1)},
        accumulate ? isa::Signal{} : signal(2));
  if (accumulate) b.add(Engine::tensor, matmul(sums, sbuf(0, kRows, 1024, DType::int8, kMoving), true), {}, signal(2));
  b.add(Engine::vector, copy(sbuf(0, kColumns, 4096, DType::int32, kMoving), sums), {wait(2, 1)}, signal(3));
  b.add(Engine::scalar, dma(dram(y, kColumns, DType::int32, kMoving), sbuf(0, kColumns, 4096, DType::int32, kMoving)),
        {wait(3, 1)});
  return b;
}

TensorData bytes(const std::string& name, const std::vector<std::int8_t>& values) {
  TensorData d{name, std::vector<std::byte>(values.size())};
  std::memcpy(d.bytes.data(), values.data(), values.size());
  return d;
}

}  // namespace

TEST_CASE("int8 on Inf1: sums are exact 32-bit integers") {
  struct Row {
    const char* name;
    int w, x;  ///< every element; 0, 0: all kinds of values
    bool accumulate;
  };
  // -128 x -128 x 128 = 2^21 is where 24 bits of an fp32 sum would still do; the mixed rows and their doubles are odd.
  const Row rows[] = {{"largest sum", -128, -128, false},
                      {"smallest sum", 127, -128, false},
                      {"mixed", 0, 0, false},
                      {"accumulated", 0, 0, true}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    std::vector<std::int8_t> w(kRows * kColumns), x(kRows * kMoving);
    for (std::size_t i = 0; i < w.size(); ++i)
      w[i] = static_cast<std::int8_t>(row.w ? row.w : static_cast<int>(i * 37 % 255) - 127);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = static_cast<std::int8_t>(row.x ? row.x : static_cast<int>(i * 101 % 253) - 126);
    Builder program = product(row.accumulate);
    const SimResult result = simulate(inf1(), program, {bytes("w", w), bytes("x", x)}, {});
    const auto y = as<std::int32_t>(result.outputs.at(0));
    for (std::size_t m = 0; m < kColumns; ++m)
      for (std::size_t n = 0; n < kMoving; ++n) {
        std::int32_t sum = 0;
        for (std::size_t k = 0; k < kRows; ++k) sum += int{w[k * kColumns + m]} * int{x[k * kMoving + n]};
        REQUIRE(y[m * kMoving + n] == sum * (row.accumulate ? 2 : 1));
      }
  }
}

TEST_CASE("int8 is no matmul type of Inf2") {
  Builder program = product(false);
  program.image().chip = "inf2";
  CHECK_THROWS_AS(simulate(inf2(), program, {}, {.values = false}), Error);
}
