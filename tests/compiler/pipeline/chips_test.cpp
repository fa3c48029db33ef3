#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "compiler/analysis/interpret.h"
#include "isa/arch/chip_config.h"
#include "isa/arch/instance.h"
#include "isa/base/error.h"
#include "sim/kernel/simulate_cores.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

namespace fs = std::filesystem;
using namespace inf;
using namespace inf::compiler;
using inf::test::GraphBuilder;

namespace {

std::vector<fs::path> files_of(const char* folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(INF_SOURCE_DIR) / "configs" / folder))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// A convolution with more output channels than any array has columns, a pool, a product and a softmax.
Graph network(GraphBuilder& b) {
  const ValueId x = b.input("image", {1, 3, 12, 16});
  const ValueId c1 =
      b.node("c1", Conv{.pads = {1, 1, 1, 1}, .has_bias = true, .act = {Act::relu}},
             {x, b.constant("w1", {160, 3, 3, 3}, 0.2f), b.constant("b1", {160}, 0.1f)}, {1, 160, 12, 16});
  const ValueId pool = b.node("pool", Pool{Pool::Kind::max, {2, 2}, {2, 2}}, {c1}, {1, 160, 6, 8});
  const ValueId c2 =
      b.node("c2", Conv{.has_bias = true},
             {pool, b.constant("w2", {32, 160, 1, 1}, 0.1f), b.constant("b2", {32}, 0.1f)}, {1, 32, 6, 8});
  const ValueId rows = b.node("rows", Reshape{}, {c2}, {32, 48});
  const ValueId y = b.node("product", MatMul{}, {rows, b.constant("m", {48, 40}, 0.1f)}, {32, 40});
  return b.finish({b.node("scores", Softmax{-1}, {y}, {32, 40})});
}

}  // namespace

TEST_CASE("a chip is one file: each of them compiles a model and runs it, alone and on all of its cores") {
  GraphBuilder b;
  const Graph graph = network(b);
  const auto want = interpret(graph, b.inputs());
  CompileOptions compile;
  compile.compute = compile.storage = DType::bf16;
  std::size_t seen = 0;
  for (const fs::path& file : files_of("chips")) {
    CAPTURE(file.string());
    const arch::ChipSpec chip = arch::load_chip(file);
    CHECK(chip.name == file.stem().string());
    const test::ChipRun run = test::run_on_chip(graph, b.inputs(), compile, {}, chip);
    CHECK(test::relative_error(run.outputs[0], want[0]) < 0.05);

    CompiledModel model = compiler::compile(graph, chip, compile);
    std::vector<sim::CoreProgram> cores;
    for (int c = 0; c < chip.cores; ++c) {
      cores.push_back({});
      cores.back().core = c;
      cores.back().program = model.source.get();
      cores.back().calls = 3;
    }
    sim::SimOptions timing;
    timing.values = false;
    const sim::CoresResult all = sim::simulate_cores(chip, cores, timing);
    for (const sim::CoreRun& core : all.cores) CHECK(core.result.end >= run.result.end);
    CHECK(static_cast<double>(all.memory.at(0).bytes) / arch::Timebase(chip).to_ns(all.end) <=
          chip.memory.shared_bytes_per_ns);
    ++seen;
  }
  CHECK(seen >= 4);
}

TEST_CASE("each chip file has an instance family") {
  std::vector<std::string> chips;
  for (const fs::path& file : files_of("instances"))
    for (const arch::InstanceSpec& size : arch::load_instances(file)) {
      CAPTURE(size.name);
      chips.push_back(size.chip_file.stem().string());
      CHECK((size.on_demand.published() || size.reserved.published()));
    }
  for (const fs::path& file : files_of("chips")) {
    CAPTURE(file.string());
    CHECK(std::find(chips.begin(), chips.end(), file.stem().string()) != chips.end());
  }
}

TEST_CASE("arrays that layouts cannot fold onto are refused with what they would need") {
  struct Row {
    const char* name;
    int rows, columns, sbuf, psum;
    const char* refused;  ///< a part of the message; null: compiles
  };
  const Row table[] = {
      {"as it is", 128, 128, 128, 128, nullptr},
      {"half the columns", 128, 64, 128, 128, nullptr},
      {"half the rows", 64, 128, 128, 128, nullptr},
      {"fewer columns than a start partition's grain", 128, 16, 128, 128,
       "tensor.columns = 16 must be a power of two from 32"},
      {"columns off the grain", 128, 112, 128, 128, "tensor.columns = 112 must be a power of two from 32"},
      {"rows off the grain", 115, 64, 128, 128, "tensor.rows = 115 must be a power of two from 32"},
      {"partitions off the grain", 64, 64, 96, 128, "sbuf.partitions = 96 must be a power of two from 32"},
      {"more rows than partitions", 128, 64, 64, 64, "tensor.rows = 128 must be at most sbuf.partitions = 64"},
      {"more columns than SBUF has partitions", 64, 128, 64, 128,
       "tensor.columns = 128 must be at most sbuf.partitions = 64"},
      {"more columns than PSUM has partitions", 128, 128, 128, 64,
       "tensor.columns = 128 must be at most psum.partitions = 64"},
      {"twice the rows and columns", 256, 256, 256, 256, nullptr},
  };
  GraphBuilder b;
  const Graph graph = network(b);
  for (const Row& row : table) {
    CAPTURE(row.name);
    arch::ChipSpec chip = arch::load_chip(fs::path(INF_SOURCE_DIR) / "configs/chips/inf2.yaml");
    chip.tensor.rows = row.rows;
    chip.tensor.columns = row.columns;
    chip.sbuf.partitions = row.sbuf;
    chip.psum.partitions = row.psum;
    std::string said;
    try {
      compiler::compile(graph, chip, {});
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::unsupported);
      for (const std::string& note : error.notes()) said += note + "\n";
    }
    CHECK((row.refused ? said.find(row.refused) != std::string::npos : said.empty()));
  }
}

TEST_CASE("PSUM and moving operands too small for the array are refused") {
  GraphBuilder b;
  const Graph graph = network(b);
  arch::ChipSpec chip = arch::load_chip(fs::path(INF_SOURCE_DIR) / "configs/chips/inf2.yaml");
  chip.psum.banks = 1;
  chip.psum.bank_bytes = 256;
  chip.tensor.max_moving = 64;
  std::string said;
  try {
    compiler::compile(graph, chip, {});
  } catch (const Error& error) {
    said = error.what();
  }
  for (const char* part : {"psum.banks = 1 must be at least 2", "psum.bank_bytes = 256 must be at least 512",
                           "tensor.max_moving = 64 must be at least 128"})
    CHECK_MESSAGE(said.find(part) != std::string::npos, said);
}
