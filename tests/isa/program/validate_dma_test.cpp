#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/table_rows.h"
#include "isa/program/text.h"
#include "isa/program/validate.h"

using namespace inf;
using namespace inf::isa;
using arch::Engine;

namespace {

/// What validate says, "ok" for nothing.
std::string verdict(const std::string& text, Engine engine, const arch::ChipSpec& chip) {
  try {
    validate(parse_instruction(text), engine, chip);
  } catch (const Error& error) {
    return error.message();
  }
  return "ok";
}

std::string gather(const std::string& dst, const std::string& table, const std::string& index, int limit) {
  return "dma_gather dst=" + dst + " table=" + table + " index=" + index + " limit=" + std::to_string(limit) +
         " queue=3";
}
const std::string kDst = "sbuf[0:100]@0:bf16(1x64)", kTable = "dram[0:1]@0:bf16(64x1000,0x1,0x1,1x64)",
                  kIndex = "sbuf[0:100]@4096:int32(1x1)";

}  // namespace

TEST_CASE("indirect DMA: accepted and refused") {
  arch::ChipSpec inf2 = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  struct Row {
    std::string name, text, says;
    Engine engine = Engine::gpsimd;
  };
  const std::string scatter = "dma_scatter table=" + kTable + " src=" + kDst + " index=" + kIndex;
  const Row rows[] = {
      {"gather", gather(kDst, kTable, kIndex, 1000), "ok"},
      {"scatter", scatter + " limit=1000 queue=0 accumulate=1", "ok"},
      {"into device memory, at any partition",
       gather("dram[0:7:999]@64:bf16(1x64)", kTable, "sbuf[3:10]@0:int32(1x1)", 1000), "ok"},
      {"rows of two dimensions",
       gather("sbuf[0:100]@0:fp32(1x64)", "dram[0:1]@0:bf16(9999x10,64x100,1x64)", kIndex, 1000), "ok"},
      {"more rows than partitions can count", gather(kDst, "dram[0:1]@0:bf16(64x250000,1x64)", kIndex, 250000), "ok"},
      {"one element for each row", gather("sbuf[0:100]@0:bf16(1x1)", "dram[0:1]@0:bf16(2x500)", kIndex, 500), "ok"},
      {"address from a register",
       "dma_copy dst=sbuf[0:1]@0:bf16(1x8) src=dram[0:1]@0+r3:bf16(1x8) queue=0 accumulate=0", "ok"},
      {"address from a register on another engine",
       "dma_copy dst=sbuf[0:1]@0:bf16(1x8) src=dram[0:1]@0+r3:bf16(1x8) queue=0 accumulate=0",
       "dma_copy: src uses r3 on the sync engine; only gpsimd builds descriptors at run time", Engine::sync},
      {"engine", gather(kDst, kTable, kIndex, 1000), "dma_gather: dma_gather does not run on the sync engine",
       Engine::sync},
      {"limit", gather(kDst, kTable, kIndex, 999), "dma_gather: limit = 999 is not rows of table = 1000"},
      {"row of another size", gather("sbuf[0:100]@0:bf16(1x63)", kTable, kIndex, 1000),
       "dma_gather: no inner dimensions of table hold the 63 elements of a row of dst"},
      {"partitions of the table", gather(kDst, "dram[0:2:64]@0:bf16(64x1000,1x64)", kIndex, 1000),
       "dma_gather: table.partitions = 2 is outside 1..1"},
      {"index dtype", gather(kDst, kTable, "sbuf[0:100]@0:uint32(1x1)", 1000),
       "dma_gather: index is uint32; int32 is allowed"},
      {"two indices", gather(kDst, kTable, "sbuf[0:100]@0:int32(1x2)", 1000),
       "dma_gather: index has 2 elements per partition instead of 1"},
      {"partitions of the index", gather(kDst, kTable, "sbuf[0:99]@0:int32(1x1)", 1000),
       "dma_gather: index.partitions = 99 is not dst.partitions = 100"},
      {"table on chip", gather(kDst, "sbuf[0:1]@0:bf16(64x1000,1x64)", kIndex, 1000),
       "dma_gather: table is in sbuf; dram is allowed"},
      {"table beyond device memory", gather(kDst, "dram[0:1]@34359736320:bf16(64x1000,1x64)", kIndex, 1000),
       "dma_gather: table covers bytes 34359736320.."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string found = verdict(row.text, row.engine, inf2);
    CAPTURE(found);
    CHECK(found.starts_with(row.says));
  }
  inf2.dma.casts = false;
  CHECK(verdict(scatter + " limit=1000 queue=0 accumulate=0", Engine::gpsimd, inf2) == "ok");
  CHECK(verdict(scatter + " limit=1000 queue=0 accumulate=1", Engine::gpsimd, inf2)
            .starts_with("dma_scatter: inf2 can only copy"));
  inf2.gpsimd.lanes = 0;
  CHECK(verdict(gather(kDst, kTable, kIndex, 1000), Engine::gpsimd, inf2)
            .starts_with("dma_gather: inf2 has no gpsimd engine"));
}

TEST_CASE("rows of a table") {
  const Pattern table{{Dim{1000, 3}, Dim{-20, 4}, Dim{7, 1}, Dim{2, 8}}};
  struct Row {
    std::int64_t elements, rows, index, start;
  };
  const Row splits[] = {{8, 12, 0, 0},    {8, 12, 5, 1000 - 20}, {8, 12, 11, 2000 - 60},
                        {32, 3, 2, 2000}, {96, 1, 0, 0},         {1, 96, 9, -20 + 2}};
  for (const Row& row : splits) {
    CAPTURE(row.elements);
    CAPTURE(row.index);
    const auto split = split_rows(table, row.elements);
    REQUIRE(split.has_value());
    CHECK(split->count() == row.rows);
    CHECK(split->row.elements() == row.elements);
    CHECK(split->start_of(row.index) == row.start);
  }
  for (const std::int64_t none : {2, 9, 64, 192}) CHECK_FALSE(split_rows(table, none).has_value());
}
