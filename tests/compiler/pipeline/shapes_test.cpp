// Arrays, SBUF and PSUM of other shapes: models of every kind give the interpreter's values on each of them.
#include <doctest/doctest.h>

#include "tests/compiler/pipeline/matrix_check.h"
#include "tests/compiler/pipeline/small_models.h"

using namespace inf;
using namespace inf::compiler;

namespace {

struct Shaped {
  const char* name;
  int rows, columns, sbuf, psum;
};

/// Square and oblong arrays, with as many rows as SBUF has partitions and with fewer, and twice as large ones.
constexpr Shaped kShapes[] = {
    {"a quarter", 32, 32, 32, 32},
    {"half", 64, 64, 64, 64},
    {"half, more PSUM than columns", 64, 32, 64, 128},
    {"fewer rows than partitions", 64, 128, 128, 128},
    {"a quarter of the rows", 32, 64, 128, 64},
    {"a quarter of the columns", 128, 32, 128, 128},
    {"a quarter of the array", 32, 32, 128, 128},
    {"twice the rows", 256, 128, 256, 128},
    {"twice the rows and columns", 256, 256, 256, 256},
    {"twice the partitions", 128, 256, 256, 256},
};

arch::ChipSpec chip_of(const Shaped& s) {
  arch::ChipSpec chip = test::inf2();
  chip.tensor.rows = s.rows;
  chip.tensor.columns = s.columns;
  chip.sbuf.partitions = s.sbuf;
  chip.psum.partitions = s.psum;
  return chip;
}

}  // namespace

TEST_CASE("values are the interpreter's on arrays of every shape") {
  for (const test::SmallModel& m : test::small_models()) {
    CAPTURE(m.name);
    const auto want = interpret(m.graph, m.inputs);
    for (const Shaped& s : kShapes) {
      CAPTURE(s.name);
      try {
        const arch::ChipSpec chip = chip_of(s);
        for (const DType type : {DType::fp32, DType::bf16})
          test::compare_outputs(test::run_on_chip(m.graph, m.inputs, test::options_of(type), test::kOneThread, chip),
                                want, type == DType::fp32 ? 1e-5 : 4e-2);
      } catch (const Error& e) {
        FAIL_CHECK(std::string(e.what()));
      }
    }
  }
}

TEST_CASE("fewer rows take more passes, and a larger array takes less time") {
  const test::SmallModel& m = test::small_models().front();
  const auto end = [&](int rows, int columns, int partitions) {
    const arch::ChipSpec chip = chip_of({"", rows, columns, partitions, 256});
    return test::run_on_chip(m.graph, m.inputs, test::options_of(DType::bf16), {.values = false, .threads = 1}, chip)
        .result.end;
  };
  CHECK(end(32, 128, 128) > end(64, 128, 128));
  CHECK(end(64, 128, 128) > end(128, 128, 128));
  CHECK(end(128, 32, 128) > end(128, 64, 128));
  CHECK(end(32, 32, 32) > end(64, 64, 64));
  CHECK(end(64, 64, 64) > end(128, 128, 128));
}
