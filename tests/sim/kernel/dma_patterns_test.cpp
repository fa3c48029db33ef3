#include <doctest/doctest.h>

#include <functional>

#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

struct Transfers : Observer {
  std::vector<DmaTransfer> seen;
  void transferred(const DmaTransfer& t) override { seen.push_back(t); }
};

}  // namespace

TEST_CASE("DMA patterns: broadcast, backwards, partitions to partitions") {
  constexpr unsigned kN = 8;
  const auto rows = [](std::int64_t offset, int partitions, std::int64_t step, std::int32_t element_step = 1) {
    Access a = dram(offset, partitions, DType::fp32, kN);
    a.partition_step = step;
    a.free = Pattern::row(kN, element_step);
    return a;
  };
  struct Row {
    std::string name;
    std::function<Access(std::int64_t x)> src;
    int partitions;
    std::function<float(int p, int i)> want;  ///< x[r][i] = 100 r + i
    std::int64_t descriptors, dram_read;
  };
  const Row table[] = {
      {"one row to all partitions", [&](std::int64_t x) { return rows(x + 4 * kN, 128, 0); }, 128,
       [](int, int i) { return 100.0f + static_cast<float>(i); }, 128, 128 * 4 * kN},
      {"rows from the last to the first",
       [&](std::int64_t x) { return rows(x + 3 * 4 * kN, 4, -4 * std::int64_t{kN}); }, 4,
       [](int p, int i) { return static_cast<float>(100 * (3 - p) + i); }, 4, 4 * 4 * kN},
      {"each row backwards", [&](std::int64_t x) { return rows(x + 4 * (kN - 1), 4, 4 * std::int64_t{kN}, -1); }, 4,
       [](int p, int i) { return static_cast<float>(100 * p) + static_cast<float>(kN - 1) - static_cast<float>(i); },
       4 * kN, 4 * 4 * kN},
  };
  std::vector<float> x;
  for (int r = 0; r < 4; ++r)
    for (unsigned i = 0; i < kN; ++i) x.push_back(static_cast<float>(100 * r) + static_cast<float>(i));
  for (const Row& row : table)
    for (const bool timing : {true, false}) {
      CAPTURE(row.name);
      CAPTURE(timing);
      Builder b;
      const auto at = b.input("x", DType::fp32, {4, kN}), out = b.output("out", DType::fp32, {row.partitions, kN});
      // by way of other partitions: SBUF to SBUF, where engines could not start
      const Access first = sbuf(0, row.partitions, 0, DType::fp32, kN),
                   second = sbuf(0, row.partitions, 64, DType::fp32, kN);
      Access moved = sbuf(row.partitions > 100 ? 0 : 17, row.partitions, 128, DType::fp32, kN);
      b.add(Engine::sync, dma(first, row.src(at)), {}, signal(0));
      b.add(Engine::sync, dma(moved, first), {wait(0, 1)}, signal(0));
      b.add(Engine::sync, dma(second, moved), {wait(0, 2)}, signal(0));
      b.add(Engine::sync, dma(dram(out, row.partitions, DType::fp32, kN), second), {wait(0, 3)});
      Transfers transfers;
      SimOptions o;
      o.timing = timing;
      const auto cells = as_floats(b.run({floats("x", x)}, o, {&transfers}).outputs[0]);
      for (int p = 0; p < row.partitions; ++p)
        for (unsigned i = 0; i < kN; ++i)
          CHECK(cells[static_cast<std::size_t>(p) * kN + i] == row.want(p, static_cast<int>(i)));
      if (!timing) continue;
      REQUIRE(transfers.seen.size() == 4);
      CHECK(transfers.seen[0].descriptors == row.descriptors);
      CHECK(transfers.seen[0].dram_read == row.dram_read);
      CHECK(transfers.seen[1].dram_read == 0);  // stays on chip
      CHECK(transfers.seen[1].bytes == row.partitions * 4 * std::int64_t{kN});
    }
}
