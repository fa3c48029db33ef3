#include <cmath>

#include "isa/program/preload.h"
#include "tests/compiler/pipeline/matrix_check.h"

using namespace inf;
using namespace inf::compiler;
using test::GraphBuilder;

namespace {

/// Products one after the other, with bias, activation and a residual: width x width, four of them.
Graph products(GraphBuilder& b, std::int64_t rows, std::int64_t width) {
  const ValueId x = b.input("x", {1, rows, width});
  ValueId h = x;
  for (int i = 0; i < 4; ++i) {
    const std::string n = std::to_string(i);
    const ValueId w = b.constant("w" + n, {width, width}, 1 / std::sqrt(static_cast<float>(width)));
    MatMul op{.has_bias = true, .has_residual = i == 3};
    if (i < 2) op.act.fn = Act::relu;
    std::vector<ValueId> inputs{h, w, b.constant("b" + n, {width})};
    if (i == 3) inputs.push_back(x);
    h = b.node("product" + n, op, inputs, {1, rows, width});
  }
  return b.finish({h});
}

CompileOptions with(WeightChoice choice) {
  CompileOptions options;
  options.weights = choice;
  return options;
}

struct Row {
  const char* name;
  std::int64_t rows, width;
  std::int64_t sbuf;   ///< usable bytes per partition; 0: the chip's
  double least, most;  ///< share of the weights that stays
};

const Row kRows[] = {
    {"all of them", 64, 256, 0, 1, 1},
    {"all of them, a partial last partition block", 40, 200, 0, 1, 1},
    {"as many as fit", 64, 768, 40 * 1024, 0.2, 0.95},
    {"a small part", 64, 1024, 40 * 1024, 0.05, 0.5},
};

}  // namespace

TEST_CASE("values are the same bits whether weights stay or stream") {
  for (const Row& row : kRows)
    for (const bool first_generation : {false, true}) {
      CAPTURE(std::string(row.name));
      CAPTURE(first_generation);
      GraphBuilder b;
      const Graph graph = products(b, row.rows, row.width);
      arch::ChipSpec chip = first_generation ? test::inf1() : test::inf2();
      if (row.sbuf > 0) chip.sbuf.bytes_per_partition = row.sbuf + chip.sbuf.reserved_per_partition;
      const test::ChipRun stream =
          test::run_on_chip(graph, b.inputs(), with(WeightChoice::stream), test::kOneThread, chip);
      const test::ChipRun stay =
          test::run_on_chip(graph, b.inputs(), with(WeightChoice::automatic), test::kOneThread, chip);
      CHECK(stream.outputs == stay.outputs);
      CHECK(stream.result.load == Tick(0));
      CHECK(stay.result.load > Tick(0));
      CHECK(stay.result.counters.dram_read < stream.result.counters.dram_read);
    }
}

TEST_CASE("what stays is what is said to stay, and is not read by a call") {
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.name));
    GraphBuilder b;
    const Graph graph = products(b, row.rows, row.width);
    const arch::ChipSpec chip = row.sbuf > 0 ? test::small_chip(row.sbuf) : test::inf2();
    CompiledModel stay = compile(graph, chip, with(WeightChoice::automatic)),
                  stream = compile(graph, chip, with(WeightChoice::stream));
    const double share = static_cast<double>(stay.weights.resident) / static_cast<double>(stay.weights.bytes);
    MESSAGE(std::string(row.name) << ": " << share << " of " << stay.weights.bytes << " bytes stay");
    CHECK(share >= row.least);
    CHECK(share <= row.most);
    CHECK(stay.weights.resident + stay.weights.streamed == stay.weights.bytes);
    CHECK(stream.weights.resident == 0);
    CHECK(stream.weights.streamed == stream.weights.bytes);
    CHECK(stream.source->image().preload.empty());
    CHECK(isa::preload_mistakes(stay.source->image(), &chip).empty());
    CHECK(isa::pinned_bytes(stay.source->image()) >= stay.weights.resident);
    const sim::SimOptions timing{.values = false};
    const sim::SimResult a = sim::simulate(chip, *stay.source, {}, timing),
                         c = sim::simulate(chip, *stream.source, {}, timing);
    CHECK(c.counters.dram_read - a.counters.dram_read >= stay.weights.resident);
    MESSAGE(std::string(row.name) << ": " << a.end.value << " ticks when they stay, " << c.end.value
                                  << " when they stream");
    CHECK(a.end <= c.end);
  }
}

TEST_CASE("a program with what stays is the same from a file's segments and run after run") {
  GraphBuilder b;
  const Graph graph = products(b, 64, 256);
  test::ChipProgram program(graph, {});
  CHECK(program.run(b.inputs(), test::kOneThread).outputs == program.run(b.inputs(), test::kOneThread).outputs);
  CompiledModel model = compile(graph, test::inf2());
  const isa::Program whole = isa::collect(*model.source);
  CHECK(whole.image.preload == model.source->image().preload);
}
