#include <doctest/doctest.h>

#include <string>

#include "isa/arch/chip_config.h"
#include "isa/arch/cost.h"
#include "sim/engines/datapath.h"
#include "sim/engines/dma_plan.h"
#include "sim/engines/ports.h"

using namespace inf;
using namespace inf::sim;
using isa::Memory;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf2.yaml");
  return spec;
}
isa::Access sbuf(int partitions, Pattern free, DType t = DType::bf16) {
  return {Memory::sbuf, t, 0, 0, static_cast<std::uint16_t>(partitions), 0, 0, free};
}
isa::Access dram(int partitions, std::int64_t step, Pattern free, DType t = DType::bf16) {
  return {Memory::dram, t, 0, 0, static_cast<std::uint16_t>(partitions), 0, step, free};
}

}  // namespace

TEST_CASE("how a transfer is split") {
  struct Row {
    std::string name;
    isa::Access dst, src;
    int shares;
    std::int64_t descriptors, bytes;
  };
  const Row rows[] = {
      {"one row per partition", sbuf(128, Pattern::row(1024)), dram(128, 2048, Pattern::row(1024)), 16, 128, 262144},
      {"few partitions use few engines", sbuf(20, Pattern::row(1024)), dram(20, 2048, Pattern::row(1024)), 3, 20,
       40960},
      {"a padded tile breaks at every line", sbuf(128, Pattern::grid({66, 8}, {1, 64})),
       dram(128, 1024, Pattern::row(512)), 16, 1024, 131072},
      {"both sides broken differently", sbuf(8, Pattern::grid({66, 8}, {1, 64})),
       dram(8, 4096, Pattern::grid({100, 16}, {1, 32})), 1, 128, 8192},
      {"a store splits by the partitions it reads", dram(1, 0, Pattern::row(512)), sbuf(16, Pattern::row(32)), 2, 16,
       1024},
      {"large runs become several descriptors", sbuf(1, Pattern::row(65535)), dram(1, 0, Pattern::row(65535)), 1, 2,
       131070},
      {"single elements", sbuf(2, Pattern::row(10, 4)), dram(2, 20, Pattern::row(10)), 1, 20, 40},
  };
  const arch::Timebase time(chip());
  for (const Row& row : rows) {
    CAPTURE(row.name);
    DmaPlan p;
    plan({row.dst, row.src, false}, chip().dma, time, p);
    CHECK(p.count == row.shares);
    CHECK(p.descriptors == row.descriptors);
    CHECK(p.bytes == row.bytes);
    CHECK(p.shares[0].duration >=
          time.from_ns(chip().dma.descriptor_ns * static_cast<double>(p.shares[0].descriptors)) - Tick(1));
    CHECK(p.shares[0].duration >=
          time.from_ns(static_cast<double>(p.shares[0].bytes) / chip().dma.bytes_per_ns) - Tick(1));
  }
}

TEST_CASE("shares end where the partitions of the next DMA engine begin") {
  struct Row {
    std::string name;
    int start, partitions, first_engine, shares;
    std::int64_t first_bytes;  ///< of share 0; 2048 per partition
  };
  const Row rows[] = {
      {"upper half", 64, 64, 8, 8, 8 * 2048},
      {"inside one engine", 3, 3, 0, 1, 3 * 2048},
      {"across a boundary", 6, 3, 0, 2, 2 * 2048},
      {"from the middle of an engine", 12, 20, 1, 3, 4 * 2048},
  };
  const arch::Timebase time(chip());
  for (const Row& row : rows) {
    CAPTURE(row.name);
    isa::Access dst = sbuf(row.partitions, Pattern::row(1024));
    dst.start_partition = static_cast<std::uint8_t>(row.start);
    DmaPlan p;
    plan({dst, dram(row.partitions, 2048, Pattern::row(1024)), false}, chip().dma, time, p);
    CHECK(p.first_engine == row.first_engine);
    CHECK(p.count == row.shares);
    CHECK(p.shares[0].bytes == row.first_bytes);
  }
}

TEST_CASE("an engine that serves both ends of a transfer serves all of it") {
  struct Row {
    std::string name;
    int engines, start, partitions, shares;
    std::int64_t first_bytes;  ///< of share 0; 2048 per partition
  };
  const Row rows[] = {
      {"2, 22 and 22 partitions, and 18 on the first engine", 3, 64, 64, 3, (2 + 18) * 2048},
      {"whole grains", 3, 66, 66, 3, 22 * 2048},
      {"one engine", 1, 5, 100, 1, 100 * 2048},
  };
  const arch::Timebase time(chip());
  for (const Row& row : rows) {
    CAPTURE(row.name);
    arch::DmaSpec dma = chip().dma;
    dma.engines = row.engines;
    isa::Access dst = sbuf(row.partitions, Pattern::row(1024));
    dst.start_partition = static_cast<std::uint8_t>(row.start);
    DmaPlan p;
    plan({dst, dram(row.partitions, 2048, Pattern::row(1024)), false}, dma, time, p);
    REQUIRE(p.count == row.shares);
    CHECK(p.shares[0].bytes == row.first_bytes);
    std::int64_t bytes = 0, descriptors = 0;
    for (int i = 0; i < p.count; ++i) {
      const DmaShare& share = p.shares[static_cast<std::size_t>(i)];
      bytes += share.bytes;
      descriptors += share.descriptors;
      CHECK(share.duration >= time.from_ns(static_cast<double>(share.bytes) / dma.bytes_per_ns) - Tick(2));
    }
    CHECK(bytes == p.through);
    CHECK(descriptors == p.descriptors);
  }
}

TEST_CASE("rows of an indirect transfer are descriptors of their own") {
  isa::DmaGather gather;
  gather.dst = sbuf(128, Pattern::row(512));
  gather.table = dram(1, 0, Pattern::grid({512, 1000}, {1, 512}));
  gather.index = sbuf(128, Pattern::row(1), DType::int32);
  gather.limit = 1000;
  isa::DmaScatter scatter;
  scatter.src = gather.dst;
  scatter.table = gather.table;
  scatter.accumulate = true;
  isa::DmaGather split = gather;  // rows of two runs, into device memory that would merge them
  split.table.free = Pattern::grid({4096, 1000}, {1024, 2}, {1, 256});
  split.dst = dram(128, 1024, Pattern::row(512));
  struct Row {
    std::string name;
    isa::Operation op;
    std::int64_t descriptors, bytes, read, written;
  };
  const Row rows[] = {
      {"gather", gather, 128, 131072, 131072, 0},
      {"scatter that adds reads the rows too", scatter, 128, 131072, 131072, 131072},
      {"rows of two runs", split, 256, 131072, 131072, 131072},
  };
  const arch::Timebase time(chip());
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const DmaMove move = *dma_move(row.op);
    DmaPlan p;
    plan(move, chip().dma, time, p);
    CHECK(p.count == 16);
    CHECK(p.descriptors == row.descriptors);
    CHECK(p.bytes == row.bytes);
    CHECK(p.dram_read == row.read);
    CHECK(p.dram_written == row.written);
    CHECK(cost(row.op, arch::Engine::gpsimd, chip()).interval ==
          arch::indirect_dma_interval(chip(), row.descriptors, false));
  }
  CHECK_FALSE(dma_move(isa::Nop{}).has_value());
}

TEST_CASE("who is ready first gets the port first") {
  Ports ports(chip().ports);
  const auto a = ports.claim({false, true}, Tick(100), Tick(50));
  const auto b = ports.claim({false, true}, Tick(120), Tick(10));
  const auto c = ports.claim({false, true}, Tick(149), Tick(10));
  const auto other = ports.claim({true, false}, Tick(120), Tick(10));
  CHECK(a.start == Tick(100));
  CHECK(b.start == Tick(150));
  CHECK(c.start == Tick(160));
  CHECK(other.start == Tick(120));
}

TEST_CASE("the datapath is refused at t - 1 and accepted at t") {
  const arch::Timebase time(chip());
  Datapath path(arch::Engine::tensor, chip(), time);
  isa::Matmul m;
  m.dst = {Memory::psum, DType::fp32, 0, 0, 128, 0, 0, Pattern::row(512)};
  m.moving = sbuf(128, Pattern::row(512));
  struct Issue {
    DatapathUse use;
    Cost price;
    explicit Issue(const isa::Operation& op) : use(datapath_use(op)), price(cost(op, arch::Engine::tensor, chip())) {}
  };
  const Issue load(isa::LoadStationary{sbuf(128, Pattern::row(128))}), multiply(m);
  const auto l = path.occupy(load.use, load.price, Tick(0));
  CHECK(path.free_for(multiply.use) == l.end);
  const auto first = path.occupy(multiply.use, multiply.price, l.end);
  CHECK(path.free_for(load.use) == l.end);  // the weight port is free while the matmul runs
  CHECK(path.free_for(multiply.use) == first.end);
  CHECK(first.end - first.start == path.interval(multiply.price));
}
