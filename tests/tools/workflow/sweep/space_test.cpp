#include "tools/workflow/sweep/space.h"

#include <doctest/doctest.h>

#include "tests/tools/workflow/sweep/sweep_text.h"

using namespace inf::workflow::sweep;

namespace {

std::string texts(const Axis& axis) {
  std::string text;
  for (const Level& level : axis.levels) text += (text.empty() ? "" : " ") + level.text;
  return text;
}

std::string settings_text(const Space& space, const Point& point) {
  std::string text;
  for (const Setting& s : space.settings(point)) text += (text.empty() ? "" : "; ") + s.key + " = " + s.text;
  return text;
}

}  // namespace

TEST_CASE("levels of a parameter") {
  struct Row {
    const char *text, *levels;
  };
  const Row rows[] = {
      {"chip.tensor.columns: [32, 64, 128]", "32 64 128"},
      {"chip.tensor.columns: [1e2, 64]", "100 64"},
      {"chip.sbuf.bytes_per_partition: {from: 98304, to: 393216, step: 98304}", "98304 196608 294912 393216"},
      {"chip.sbuf.bytes_per_partition: [96KiB, 192 KiB, 1MiB, 200kB]", "98304 196608 1048576 200000"},
      {"chip.sbuf.bytes_per_partition: {from: 64KiB, to: 256KiB, factor: 2}", "65536 131072 262144"},
      {"chip.memory.bytes_per_ns: {from: 100, to: 1600, factor: 2}", "100 200 400 800 1600"},
      // the end belongs to the range where a step meets it, however the sum was rounded
      {"chip.memory.bytes_per_ns: {from: 0.1, to: 0.3, step: 0.1}", "0.1 0.2 0.3"},
      {"chip.memory.bytes_per_ns: {from: 1, to: 2, step: 0.75}", "1 1.75"},
      {"chip.memory.bytes_per_ns: {from: 100, to: 10000, count: 3, scale: log}", "100 1000 10000"},
      {"chip.memory.bytes_per_ns: {from: 100, to: 200, count: 5}", "100 125 150 175 200"},
      {"chip.tensor.columns: {from: 1, to: 128, count: 5, scale: log}", "1 3 11 38 128"},
      {"chip.tensor.columns: {from: 5, to: 5, step: 1}", "5"},
      {"compile.auto_cast: [none, matmult, all]", "none matmult all"},
      {"chip.dma.casts: [true, false]", "true false"},
      {"chip.tensor.dtypes: [bf16, [bf16, fp16]]", "[bf16] [bf16, fp16]"},
      {"workload.pipeline.batches: [4, [1, 4, 16]]", "[4] [1, 4, 16]"},
      {"chip: [inf1, ../chips/inf2.yaml]", "inf1 ../chips/inf2.yaml"},
      {"instance: [inf2.xlarge, inf1.6xlarge]", "inf2.xlarge inf1.6xlarge"},
      {"instance.on_demand: {from: 0.5, to: 1, step: 0.25}", "0.5 0.75 1"},
      {"workload.model.symbols.seq: [64, 128]", "64 128"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Sweep sweep = craft_sweep(std::string("parameters:\n  ") + row.text);
    REQUIRE(sweep.space.axes.size() == 1);
    CHECK(texts(sweep.space.axes[0]) == row.levels);
  }
}

TEST_CASE("everything that is set at a point, in order") {
  const Space space = craft_sweep(
                          "set: {workload.compile.cores: 2}\n"
                          "parameters:\n"
                          "  chip.tensor.columns: [32, 64, 128]\n"
                          "  compile.auto_cast: [none, all]\n"
                          "link:\n"
                          // the second is needed for the first
                          "  chip.sbuf.partitions: chip.psum.partitions * compile.cores / 2\n"
                          "  chip.psum.partitions: chip.tensor.columns\n")
                          .space;
  CHECK(space.size() == 6);
  CHECK(settings_text(space, {1, 0}) ==
        "compile.cores = 2; chip.tensor.columns = 64; compile.auto_cast = none; chip.psum.partitions = 64; "
        "chip.sbuf.partitions = 64");
  CHECK(space.axes[0].unit == "columns");
  CHECK(space.axes[0].place.ends_with("s.yaml:4:24"));
}

TEST_CASE("what a point breaks") {
  const Space space = craft_sweep(
                          "parameters:\n"
                          "  chip.tensor.rows: [32, 64, 128]\n"
                          "  chip.tensor.columns: [32, 64, 128]\n"
                          "link: {chip.psum.partitions: chip.tensor.columns * 3, chip.vector.lanes: chip.tensor.rows / "
                          "3 * 3}\n"
                          "constraints: [chip.tensor.rows * chip.tensor.columns <= 4000]\n")
                          .space;
  CHECK(!space.broken({0, 0}));
  CHECK(*space.broken({0, 2}) == "chip.psum.partitions = chip.tensor.columns * 3: 384 is outside 1..256");
  CHECK(*space.broken({2, 0}) == "chip.tensor.rows * chip.tensor.columns <= 4000: 4096 > 4000");
}

TEST_CASE("a link whose number does not fit its key") {
  const Space space =
      craft_sweep("parameters: {chip.tensor.rows: [63, 64]}\nlink: {chip.vector.lanes: chip.tensor.rows / 2}\n").space;
  CHECK(*space.broken({0}) == "chip.vector.lanes = chip.tensor.rows / 2: 31.5 is no whole number");
  CHECK(!space.broken({1}));
}

TEST_CASE("numbers of the files in a formula") {
  struct Row {
    const char *parameters, *formula, *broken_at_0, *broken_at_1;
  };
  const Row rows[] = {
      // inf2's array, which the workload's file names
      {"chip.tensor.rows: [64, 128]", "chip.tensor.rows == chip.tensor.columns",
       "chip.tensor.rows == chip.tensor.columns: 64 != 128", ""},
      {"chip: [inf1, inf2]", "chip.cores > 2", "", "chip.cores > 2: 2 <= 2"},
      {"instance: [inf2.xlarge, inf1.6xlarge]", "chip.cores > 2", "chip.cores > 2: 2 <= 2", ""},
      {"instance: [inf2.xlarge, inf2.8xlarge]", "instance.vcpu < 8", "", "instance.vcpu < 8: 32 >= 8"},
      {"chip: [inf1, inf2]", "instance.on_demand > 0.5", "instance.on_demand > 0.5: 0.228 <= 0.5", ""},
      {"chip: [inf1, inf2]", "compile.cores < chip.cores / 2", "", "compile.cores < chip.cores / 2: 1 >= 1"},
      {"chip.tensor.rows: [64, 128]", "chip.tensor.rows > 64 * instance.runtime.host_vcpu / 4",
       "chip.tensor.rows > 64 * instance.runtime.host_vcpu / 4: 64 <= 64", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.parameters);
    CAPTURE(row.formula);
    const Space space =
        craft_sweep(std::string("parameters:\n  ") + row.parameters + "\nconstraints: [" + row.formula + "]").space;
    CHECK(space.broken({0}).value_or("") == row.broken_at_0);
    CHECK(space.broken({1}).value_or("") == row.broken_at_1);
  }
}
