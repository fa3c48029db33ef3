#include <doctest/doctest.h>

#include <cmath>

#include "isa/numerics/simd.h"
#include "tests/sim/support/conv_program.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

SimResult run(int tiles, SimOptions options) {
  ConvProgram program(tiles, 3);
  return simulate(inf2(), program, program.inputs(), options);
}

}  // namespace

TEST_CASE("bits do not depend on threads or timing, cycles do not depend on values or threads") {
  SimOptions base;
  base.threads = 1;
  const SimResult reference = run(5, base);
  REQUIRE(reference.outputs.size() == 1);
  struct Row {
    std::string name;
    int threads;
    bool values, timing, hazards;
  };
  const Row rows[] = {
      {"two threads", 2, true, true, true},       {"four threads", 4, true, true, true},
      {"no timing", 2, true, false, true},        {"no values", 1, false, true, true},
      {"no hazard checks", 2, true, true, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SimOptions o;
    o.threads = row.threads;
    o.values = row.values;
    o.timing = row.timing;
    o.check_hazards = row.hazards;
    const SimResult r = run(5, o);
    if (row.values) {
      REQUIRE(r.outputs.size() == 1);
      CHECK(r.outputs[0].bytes == reference.outputs[0].bytes);
    }
    if (row.timing) {
      CHECK(r.end == reference.end);
      for (std::size_t e = 0; e < arch::kEngines; ++e)
        CHECK(r.counters.engines[e].busy == reference.counters.engines[e].busy);
    }
    CHECK(r.instructions == reference.instructions);
  }
}

TEST_CASE("bits do not depend on the SIMD level") {
  const numerics::SimdLevel host = numerics::host_simd_level(), before = numerics::simd_level();
  SimOptions o;
  o.timing = false;
  const SimResult reference = run(1, o);
  for (const auto level : {numerics::SimdLevel::reference, numerics::SimdLevel::scalar, numerics::SimdLevel::avx2,
                           numerics::SimdLevel::avx512}) {
    if (level > host) continue;
    CAPTURE(std::string(numerics::name(level)));
    numerics::set_simd_level(level);
    CHECK(run(1, o).outputs[0].bytes == reference.outputs[0].bytes);
  }
  numerics::set_simd_level(before);
}

TEST_CASE("values are those of the convolution, summed in the contract's order") {
  using C = ConvProgram;
  const std::size_t tiles = 2;
  ConvProgram program(tiles);
  const auto inputs = program.inputs();
  const auto y = as<std::uint16_t>(simulate(inf2(), program, inputs, {}).outputs[0]);
  const auto value = [](const std::vector<std::uint16_t>& v, std::size_t i) {
    return std::bit_cast<float>(std::uint32_t{v[i]} << 16);
  };
  const auto x = as<std::uint16_t>(inputs[0]), w = as<std::uint16_t>(inputs[1]);
  for (std::size_t sample = 0; sample < 200; ++sample) {
    const std::size_t t = sample % tiles, m = sample * 37 % 128, row = sample * 11 % 32, column = sample * 23 % 64;
    float sum = 0;
    for (std::size_t tap = 0; tap < 9; ++tap) {
      float chain = 0;
      for (std::size_t k = 0; k < 128; ++k)
        chain = std::fma(value(w, k * 9 * 128 + tap * 128 + m),
                         value(x, (k * tiles + t) * C::kIn + (row + tap / 3) * C::kColumns + column + tap % 3), chain);
      sum = tap == 0 ? chain : sum + chain;
    }
    const std::size_t at = (m * tiles + t) * C::kOut + row * 64 + column;
    CAPTURE(at);
    const std::uint16_t want =
        sum > 0
            ? static_cast<std::uint16_t>(
                  (std::bit_cast<std::uint32_t>(sum) + 0x7fff + (std::bit_cast<std::uint32_t>(sum) >> 16 & 1)) >> 16)
            : std::uint16_t{0};
    REQUIRE(y[at] == want);
  }
}

TEST_CASE("the kernel needs few events per instruction") {
  SimOptions o;
  o.values = false;
  const SimResult r = run(20, o);
  const double per_instruction = static_cast<double>(r.kernel_events) / static_cast<double>(r.instructions);
  MESSAGE("kernel events per instruction: " << per_instruction);
  CHECK(per_instruction < 2);
}
