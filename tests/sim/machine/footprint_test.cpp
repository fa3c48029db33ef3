#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "sim/machine/footprint.h"
#include "sim/machine/runs.h"
#include "sim/machine/semaphores.h"
#include "sim/observers/written_map.h"

using namespace inf;
using namespace inf::sim;

namespace {

using Place = std::pair<int, std::int64_t>;  // partition, byte

std::set<Place> places(const isa::Access& a) {
  std::set<Place> out;
  const std::int64_t size = size_of(a.dtype);
  const auto& d = a.free.dims;
  for (int p = 0; p < a.partitions; ++p)
    for (std::uint32_t i = 0; i < d[0].count; ++i)
      for (std::uint32_t j = 0; j < d[1].count; ++j)
        for (std::uint32_t k = 0; k < d[2].count; ++k)
          for (std::uint32_t l = 0; l < d[3].count; ++l) {
            const std::int64_t e = std::int64_t{d[0].step} * i + std::int64_t{d[1].step} * j +
                                   std::int64_t{d[2].step} * k + std::int64_t{d[3].step} * l;
            for (std::int64_t b = 0; b < size; ++b) {
              const std::int64_t at = a.offset + e * size + b;
              if (a.memory == isa::Memory::dram)
                out.emplace(0, at + p * a.partition_step);
              else
                out.emplace(a.start_partition + p, at);
            }
          }
  return out;
}

isa::Access random_access(std::mt19937& rng, isa::Memory memory) {
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(rng() % static_cast<unsigned>(high - low + 1));
  };
  isa::Access a;
  a.memory = memory;
  a.dtype = pick(0, 1) ? DType::bf16 : DType::uint8;
  a.partitions = static_cast<std::uint16_t>(pick(1, 4));
  a.offset = pick(100, 160);
  if (memory == isa::Memory::dram)
    a.partition_step = pick(0, 3) ? 24 : pick(-30, 40);
  else
    a.start_partition = static_cast<std::uint8_t>(pick(0, 4));
  for (std::size_t i = 1; i < 4; ++i) a.free.dims[i] = {pick(-4, 8), static_cast<std::uint32_t>(pick(1, 3))};
  if (pick(0, 1)) a.free = Pattern::row(static_cast<std::uint32_t>(pick(1, 9)));
  return a;
}

}  // namespace

TEST_CASE("overlap, boxes, density and runs agree with sets of bytes") {
  std::mt19937 rng(1);
  int met = 0;
  for (int i = 0; i < 6000; ++i) {
    const auto memory = i % 2 ? isa::Memory::dram : isa::Memory::sbuf;
    const isa::Access a = random_access(rng, memory), b = random_access(rng, memory);
    const auto in_a = places(a), in_b = places(b);
    std::set<Place> both;
    for (const Place& p : in_a)
      if (in_b.count(p)) both.insert(p);
    CAPTURE(i);
    REQUIRE(overlap(a, b) == !both.empty());
    met += !both.empty();
    if (!both.empty()) {
      const CommonBytes c = common_bytes(a, b);
      REQUIRE(both.count({c.partition, c.first}));
      REQUIRE(both.count({c.partition, c.end - 1}));
    }
    const Box box = box_of(a);
    const std::size_t volume =
        static_cast<std::size_t>((box.end_byte - box.first_byte) * (box.end_partition - box.first_partition));
    REQUIRE(box.first_byte ==
            std::min_element(in_a.begin(), in_a.end(), [](auto& x, auto& y) { return x.second < y.second; })->second);
    if (is_dense(a)) REQUIRE(in_a.size() == volume);
  }
  CHECK(met > 1000);
  CHECK(met < 5000);
}

TEST_CASE("bytes of on-chip memory of more than 128 partitions") {
  PartitionBitmap map(1024, 256);
  const auto at = [](int first, int count) {
    return isa::Access{.dtype = DType::uint8,
                       .start_partition = static_cast<std::uint8_t>(first),
                       .partitions = static_cast<std::uint16_t>(count),
                       .offset = 64,
                       .free = Pattern::row(8)};
  };
  map.set(at(0, 200), box_of(at(0, 200)));
  CHECK(!map.missing(at(96, 64), box_of(at(96, 64))));
  const auto hole = map.missing(at(160, 96), box_of(at(160, 96)));
  REQUIRE(hole);
  CHECK(hole->partition == 200);
  CHECK(hole->byte == 64);
  map.set(at(200, 56), box_of(at(200, 56)));
  CHECK(!map.missing(at(0, 256), box_of(at(0, 256))));
  map.clear(at(120, 16), box_of(at(120, 16)));
  CHECK(map.missing(at(0, 256), box_of(at(0, 256)))->partition == 120);
  CHECK(map.missing(at(128, 128), box_of(at(128, 128)))->partition == 128);
}

TEST_CASE("bytes of on-chip memory that hold something agree with a set") {
  std::mt19937 rng(2);
  PartitionBitmap map(1024);
  std::set<Place> written;
  int missing = 0;
  for (int i = 0; i < 3000; ++i) {
    const isa::Access a = random_access(rng, isa::Memory::sbuf);
    const auto in_a = places(a);
    CAPTURE(i);
    switch (rng() % 4) {
      case 0:
        map.set(a, box_of(a));
        written.insert(in_a.begin(), in_a.end());
        break;
      case 1:
        if (i % 100 == 1) {
          map.clear(a, box_of(a));
          for (const Place& p : in_a) written.erase(p);
        }
        break;
      default: {
        const auto hole = map.missing(a, box_of(a));
        const bool want = std::any_of(in_a.begin(), in_a.end(), [&](const Place& p) { return !written.count(p); });
        REQUIRE(hole.has_value() == want);
        if (hole) REQUIRE(!written.count({hole->partition, hole->byte}));
        missing += want;
      }
    }
  }
  CHECK(missing > 50);
}

TEST_CASE("bytes of device memory that hold something") {
  DramMap map(8192);
  map.set(1000, 1024);
  map.set(1024, 3072);
  map.set(3072, 3077);
  struct Row {
    std::string name;
    std::int64_t first;
    unsigned bytes;
    std::int64_t hole;
  };  // hole -1: none
  const Row rows[] = {{"inside", 1000, 2077, -1},
                      {"one before", 999, 10, 999},
                      {"one behind", 3070, 8, 3077},
                      {"whole page", 1024, 1024, -1},
                      {"nowhere", 5000, 1, 5000}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    isa::Access a;
    a.memory = isa::Memory::dram;
    a.dtype = DType::uint8;
    a.offset = row.first;
    a.free = Pattern::row(row.bytes);
    const auto hole = map.missing(a, box_of(a));
    CHECK((hole ? hole->byte : -1) == row.hole);
  }
}

TEST_CASE("semaphores: updates become visible at their tick, in order of signaller at one tick") {
  using isa::SignalKind;
  SemaphoreBank bank(4);
  bank.post(0, Tick(10), SignalKind::add, 3, {false, 1});
  bank.post(0, Tick(20), SignalKind::subtract, 1, {false, 1});
  bank.post(0, Tick(15), SignalKind::add, 1, {true, 2});
  // at tick 30 the write of engine 0 comes before the addition of engine 2, whatever the order of posting
  bank.post(0, Tick(30), SignalKind::add, 5, {false, 2});
  bank.post(0, Tick(30), SignalKind::write, 100, {false, 0});
  CHECK(bank.ready(0, 4, Tick(0))->at == Tick(15));
  CHECK(bank.ready(0, 4, Tick(0))->by == Signaller{true, 2});
  // not before a tick: what holds there, and what comes after
  CHECK(bank.ready(0, 4, Tick(0), Tick(17))->at == Tick(17));
  CHECK(bank.ready(0, 4, Tick(0), Tick(20))->at == Tick(30));
  CHECK(bank.ready(0, 3, Tick(0), Tick(20))->at == Tick(20));
  CHECK_FALSE(bank.ready(0, 106, Tick(0), Tick(20)).has_value());
  struct Row {
    std::int64_t at;
    std::int32_t value;
  };
  const Row rows[] = {{9, 0}, {10, 3}, {14, 3}, {15, 4}, {20, 3}, {29, 3}, {30, 105}};
  for (const Row& row : rows) {
    CAPTURE(row.at);
    CHECK(bank.value(0, Tick(row.at)) == row.value);
  }
}
