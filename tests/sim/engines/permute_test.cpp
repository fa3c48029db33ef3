#include <doctest/doctest.h>

#include <vector>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/text.h"
#include "isa/program/validate.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

using namespace inf;
using namespace inf::sim;
using arch::Engine;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf2.yaml");
  return spec;
}

isa::Access access(const std::string& where) {
  return std::get<isa::Memset>(isa::parse_instruction("memset dst=" + where + " value=0").op).dst;
}

/// A core to run instructions on, with operands addressed by text.
struct Bench {
  Memories memory{chip(), 1 << 16};
  EngineState state;

  void run(Engine engine, const std::string& text) {
    const isa::Instruction i = isa::parse_instruction(text);
    isa::validate(i, engine, chip());
    execute(i.op, engine, memory, state);
  }
  /// value(partition, element) of every element.
  template <class Value>
  void fill(const std::string& where, Value value) {
    const isa::Access a = access(where);
    std::vector<std::uint32_t> row(static_cast<std::size_t>(a.elements_per_partition()));
    for (int p = 0; p < a.partitions; ++p) {
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<std::uint32_t>(value(p, static_cast<int>(i)));
      write_words(memory, a, p, row.data());
    }
  }
  std::vector<std::uint32_t> words(const std::string& where, int partition) {
    const isa::Access a = access(where);
    std::vector<std::uint32_t> row(static_cast<std::size_t>(a.elements_per_partition()));
    read_words(memory, a, partition, row.data());
    return row;
  }
};

}  // namespace

TEST_CASE("stream_shuffle: reversal within groups of 32, one place kept") {
  Bench b;
  std::string mask;
  for (int i = 0; i < 32; ++i) mask += (i ? "," : "") + std::to_string(i == 5 ? 255 : 31 - i);
  b.fill("sbuf[0:64]@0:int32(1x2)", [](int p, int i) { return 10 * p + i; });
  b.fill("sbuf[0:64]@64:int32(1x2)", [](int, int) { return 7; });
  b.run(Engine::vector, "stream_shuffle dst=sbuf[0:64]@64:int32(1x2) src=sbuf[0:64]@0:int32(1x2) mask=[" + mask + "]");
  struct Row {
    int partition;
    std::vector<std::uint32_t> want;
  };
  const Row rows[] = {{0, {310, 311}}, {5, {7, 7}}, {31, {0, 1}}, {32, {630, 631}}, {63, {320, 321}}};
  for (const Row& row : rows) {
    CAPTURE(row.partition);
    CHECK(b.words("sbuf[0:64]@64:int32(1x2)", row.partition) == row.want);
  }
}

TEST_CASE("transpose32 transposes each block where it stands") {
  Bench b;
  b.fill("sbuf[0:32]@0:int32(1x64)", [](int p, int i) { return 1000 * p + i; });
  b.run(Engine::vector, "transpose32 dst=sbuf[0:32]@512:int32(1x64) src=sbuf[0:32]@0:int32(1x64)");
  for (int p = 0; p < 32; ++p)
    for (int i = 0; i < 64; ++i)
      REQUIRE(b.words("sbuf[0:32]@512:int32(1x64)", p)[static_cast<std::size_t>(i)] ==
              static_cast<std::uint32_t>(1000 * (i % 32) + i / 32 * 32 + p));
}

TEST_CASE("random instructions depend on seed, instruction and element only") {
  Bench a, b, other;
  a.run(Engine::vector, "set_rng_seed seed=5");
  b.run(Engine::vector, "set_rng_seed seed=5");
  other.run(Engine::vector, "set_rng_seed seed=6");
  for (Bench* x : {&a, &b, &other})
    for (int i = 0; i < 2; ++i)
      x->run(Engine::vector, "rng dst=sbuf[0:4]@" + std::to_string(256 * i) + ":uint32(1x16)");
  CHECK(a.words("sbuf[0:4]@0:uint32(1x16)", 3) == b.words("sbuf[0:4]@0:uint32(1x16)", 3));
  CHECK(a.words("sbuf[0:4]@0:uint32(1x16)", 3) != other.words("sbuf[0:4]@0:uint32(1x16)", 3));
  CHECK(a.words("sbuf[0:4]@0:uint32(1x16)", 3) != a.words("sbuf[0:4]@256:uint32(1x16)", 3));
  CHECK(a.words("sbuf[0:4]@0:uint32(1x16)", 3) != a.words("sbuf[0:4]@0:uint32(1x16)", 2));
}

TEST_CASE("dropout") {
  struct Row {
    const char* p;
    int low, high;
  };  // surviving elements of 1024
  const Row rows[] = {{"0", 1024, 1024}, {"1", 0, 0}, {"0.25", 700, 836}};
  for (const Row& row : rows) {
    CAPTURE(row.p);
    Bench b;
    b.fill("sbuf[0:1]@0:int32(1x1024)", [](int, int) { return 1; });
    b.run(Engine::vector,
          std::string("dropout dst=sbuf[0:1]@8192:int32(1x1024) src=sbuf[0:1]@0:int32(1x1024) p=") + row.p);
    int kept = 0;
    for (const std::uint32_t w : b.words("sbuf[0:1]@8192:int32(1x1024)", 0)) kept += static_cast<int>(w);
    CHECK(kept >= row.low);
    CHECK(kept <= row.high);
  }
}

TEST_CASE("iota and affine_select") {
  Bench b;
  b.run(Engine::gpsimd, "iota dst=sbuf[0:2]@64:int32(3x2,1x3) offset=100 partition_multiplier=10 steps=[0,0,-5,1]");
  CHECK(b.words("sbuf[0:2]@64:int32(1x6)", 0) == std::vector<std::uint32_t>{100, 101, 102, 95, 96, 97});
  CHECK(b.words("sbuf[0:2]@64:int32(1x6)", 1) == std::vector<std::uint32_t>{110, 111, 112, 105, 106, 107});
  // causal mask: keep where partition >= element
  b.fill("sbuf[0:3]@128:int32(1x3)", [](int p, int i) { return 10 * p + i + 1; });
  b.run(Engine::gpsimd,
        "affine_select dst=sbuf[0:3]@256:int32(1x3) src=sbuf[0:3]@128:int32(1x3) op=ge offset=0 partition_multiplier=1 "
        "steps=[0,0,0,-1] fill=-1");
  CHECK(b.words("sbuf[0:3]@256:int32(1x3)", 0) == std::vector<std::uint32_t>{1, 0xffffffffu, 0xffffffffu});
  CHECK(b.words("sbuf[0:3]@256:int32(1x3)", 2) == std::vector<std::uint32_t>{21, 22, 23});
}

TEST_CASE("gathers") {
  Bench b;
  b.fill("sbuf[0:16]@0:int32(1x8)", [](int p, int i) { return 100 * p + i; });
  // the list runs down the partitions first: entry 1 is partition 1's
  b.fill("sbuf[0:16]@64:uint16(1x1)", [](int p, int) { return p % 4; });
  b.run(Engine::gpsimd,
        "local_gather dst=sbuf[0:16]@128:int32(1x32) src=sbuf[0:16]@0:int32(1x8) indices=sbuf[0:16]@64:uint16(1x1) "
        "run=2");
  const auto row = b.words("sbuf[0:16]@128:int32(1x32)", 3);
  CHECK(std::vector<std::uint32_t>(row.begin(), row.begin() + 10) ==
        std::vector<std::uint32_t>{300, 301, 302, 303, 304, 305, 306, 307, 300, 301});
  b.fill("sbuf[0:16]@512:uint32(1x3)", [](int p, int i) { return (p + i) % 8; });
  b.run(Engine::gpsimd,
        "gather dst=sbuf[0:16]@768:int32(1x3) src=sbuf[0:16]@0:int32(1x8) indices=sbuf[0:16]@512:uint32(1x3)");
  CHECK(b.words("sbuf[0:16]@768:int32(1x3)", 7) == std::vector<std::uint32_t>{707, 700, 701});
  b.fill("sbuf[0:16]@512:uint32(1x3)", [](int p, int) { return p == 9 ? 8 : 0; });
  CHECK_THROWS_WITH_AS(
      b.run(Engine::gpsimd,
            "gather dst=sbuf[0:16]@768:int32(1x3) src=sbuf[0:16]@0:int32(1x8) indices=sbuf[0:16]@512:uint32(1x3)"),
      doctest::Contains("gather reads element 8 on partition 9, outside 0..7"), Error);
}

TEST_CASE("partition_reduce") {
  Bench b;
  b.fill("sbuf[0:3]@0:int32(1x2)", [](int p, int i) { return (p + 1) * (i ? 8 : 1); });
  b.run(Engine::gpsimd, "partition_reduce dst=sbuf[0:1]@64:int32(1x2) src=sbuf[0:3]@0:int32(1x2) op=add");
  CHECK(b.words("sbuf[0:1]@64:int32(1x2)", 0) == std::vector<std::uint32_t>{6, 48});
  b.run(Engine::gpsimd, "partition_reduce dst=sbuf[0:1]@64:int32(1x2) src=sbuf[0:3]@0:int32(1x2) op=bitwise_or");
  CHECK(b.words("sbuf[0:1]@64:int32(1x2)", 0) == std::vector<std::uint32_t>{3, 24});
}
