#include <doctest/doctest.h>

#include <algorithm>

#include "isa/arch/cost.h"
#include "isa/base/error.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

constexpr unsigned kRows = 6, kWidth = 4, kPicks = 5;

TensorData ints(const std::string& name, const std::vector<std::int32_t>& values) {
  TensorData d{name, std::vector<std::byte>(values.size() * 4)};
  std::memcpy(d.bytes.data(), values.data(), d.bytes.size());
  return d;
}
/// Row r holds 10 r, 10 r + 1, ...
std::vector<float> table_values() {
  std::vector<float> v;
  for (unsigned r = 0; r < kRows; ++r)
    for (unsigned i = 0; i < kWidth; ++i) v.push_back(static_cast<float>(10 * r + i));
  return v;
}
Access table_at(std::int64_t offset) {
  return {Memory::dram, DType::fp32, 0, 0, 1, offset, 0, Pattern::grid({kWidth, kRows}, {1, kWidth})};
}
const Access kIndex = sbuf(0, kPicks, 512, DType::int32, 1);

/// Loads the indices into SBUF and tells s0.
void load_index(Builder& b) {
  const auto index = b.input("index", DType::int32, {kPicks});
  b.add(Engine::sync, dma(kIndex, dram(index, kPicks, DType::int32, 1)), {}, signal(0));
}
isa::DmaGather gather(const Access& dst, const Access& table) { return {dst, table, kIndex, kRows, 1}; }
isa::DmaScatter scatter(const Access& table, const Access& src, bool accumulate) {
  return {table, src, kIndex, kRows, 1, accumulate};
}

/// Gathers rows of `table` through bf16 in SBUF, and straight from device memory to device memory.
Builder gather_program() {
  Builder b;
  const auto table = b.input("table", DType::fp32, {kRows, kWidth});
  const auto by_sbuf = b.output("by_sbuf", DType::fp32, {kPicks, kWidth}),
             direct = b.output("direct", DType::fp32, {kPicks, kWidth});
  load_index(b);
  const Access rows = sbuf(0, kPicks, 0, DType::bf16, kWidth);
  b.add(Engine::gpsimd, gather(rows, table_at(table)), {wait(0, 1)}, signal(1));
  b.add(Engine::gpsimd, gather(dram(direct, kPicks, DType::fp32, kWidth), table_at(table)), {wait(0, 1)}, signal(1));
  b.add(Engine::sync, dma(dram(by_sbuf, kPicks, DType::fp32, kWidth), rows), {wait(1, 1)});
  return b;
}
/// Copies the table to the output and scatters rows of `updates` over it.
Builder scatter_program(bool accumulate) {
  Builder b;
  const auto table = b.input("table", DType::fp32, {kRows, kWidth}),
             updates = b.input("updates", DType::fp32, {kPicks, kWidth}),
             out = b.output("out", DType::fp32, {kRows, kWidth});
  load_index(b);
  b.add(Engine::sync, dma(dram(out, 1, DType::fp32, kRows * kWidth), dram(table, 1, DType::fp32, kRows * kWidth)), {},
        signal(2));
  b.add(Engine::gpsimd, scatter(table_at(out), dram(updates, kPicks, DType::fp32, kWidth), accumulate),
        {wait(0, 1), wait(2, 1)});
  return b;
}

}  // namespace

TEST_CASE("gather takes the rows that the indices name") {
  for (const bool timing : {true, false}) {
    Builder b = gather_program();
    SimOptions o;
    o.timing = timing;
    const auto r = b.run({floats("table", table_values()), ints("index", {5, 0, 3, 3, 1})}, o);
    const std::vector<float> want{50, 51, 52, 53, 0, 1, 2, 3, 30, 31, 32, 33, 30, 31, 32, 33, 10, 11, 12, 13};
    CHECK(as_floats(r.outputs[0]) == want);
    CHECK(as_floats(r.outputs[1]) == want);
  }
}

TEST_CASE("scatter writes rows in ascending partition order, and adds") {
  std::vector<float> updates;
  for (unsigned p = 0; p < kPicks; ++p)
    for (unsigned i = 0; i < kWidth; ++i) updates.push_back(static_cast<float>(100 * (p + 1)));
  for (const bool timing : {true, false})
    for (const bool accumulate : {false, true}) {
      CAPTURE(accumulate);
      Builder b = scatter_program(accumulate);
      SimOptions o;
      o.timing = timing;
      const auto out = as_floats(
          b.run({floats("table", table_values()), floats("updates", updates), ints("index", {2, 0, 2, 5, 2})}, o)
              .outputs[0]);
      auto want = table_values();
      for (unsigned i = 0; i < kWidth; ++i) {
        want[i] = 200 + (accumulate ? want[i] : 0);
        want[2 * kWidth + i] = accumulate ? want[2 * kWidth + i] + 100 + 300 + 500 : 500;
        want[5 * kWidth + i] = 400 + (accumulate ? want[5 * kWidth + i] : 0);
      }
      CHECK(out == want);
    }
}

TEST_CASE("an index outside the table stops the run and says whose it is") {
  struct Row {
    const char* name;
    std::vector<std::int32_t> index;
    const char* says;
  };
  const Row rows[] = {
      {"one too many", {0, 1, 6, 2, 3}, "gpsimd pc 0 dma_gather (op0): index[2] = 6 is outside 0..5"},
      {"negative", {0, -1, 6, 2, 3}, "gpsimd pc 0 dma_gather (op0): index[1] = -1 is outside 0..5"},
  };
  for (const Row& row : rows)
    for (const bool timing : {true, false}) {
      CAPTURE(std::string(row.name));
      Builder b = gather_program();
      SimOptions o;
      o.timing = timing;
      try {
        b.run({floats("table", table_values()), ints("index", row.index)}, o);
        FAIL("ran");
      } catch (const Error& e) {
        CHECK(std::string(e.what()).starts_with(row.says));
        CHECK(exit_code(e.kind()) == 2);
      }
    }
}

TEST_CASE("no time of an indirect transfer depends on an index, and gpsimd builds its descriptors") {
  const auto end = [](std::vector<std::int32_t> index, bool values) {
    Builder b = gather_program();
    SimOptions o;
    o.values = values;
    return b.run({floats("table", table_values()), ints("index", index)}, o).end;
  };
  const Tick t = end({0, 1, 2, 3, 4}, true);
  CHECK(end({5, 5, 5, 5, 5}, true) == t);
  CHECK(end({0, 0, 0, 0, 0}, false) == t);

  struct Watch : Observer {
    std::vector<std::pair<Tick, Tick>> built;
    std::vector<Tick> triggered;
    void retired(const Retired& r) override {
      if (r.opcode == isa::Opcode::dma_gather) built.emplace_back(r.start, r.end);
    }
    void transferred(const DmaTransfer& t) override {
      if (t.trigger == Engine::gpsimd) triggered.push_back(t.triggered);
    }
  } watch;
  Builder b = gather_program();
  SimOptions o;
  o.values = false;
  b.run({}, o, {&watch});
  const arch::Timebase time(inf2());
  const Tick interval = time.clock(Engine::gpsimd).ticks(arch::indirect_dma_interval(inf2(), kPicks, false));
  REQUIRE(watch.built.size() == 2);
  REQUIRE(watch.triggered.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(watch.built[i].second - watch.built[i].first == interval);
    CHECK(watch.triggered[i] == watch.built[i].second);
  }
  CHECK(watch.built[1].first >= watch.built[0].second);
}

TEST_CASE("hazards: any row of the table may be the one") {
  struct Row {
    const char* name;
    void (*program)(Builder&);
    std::vector<const char*> wants;  ///< empty: the program is right
  };
  const Row rows[] = {
      {"scatter over a table that is still being written",
       [](Builder& b) {
         const auto out = b.output("out", DType::fp32, {kRows, kWidth});
         const auto updates = b.input("updates", DType::fp32, {kPicks, kWidth});
         load_index(b);
         b.add(Engine::sync, dma(dram(out, 1, DType::fp32, 20), dram(updates, 1, DType::fp32, 20)), {}, signal(2));
         b.add(Engine::gpsimd, scatter(table_at(out), dram(updates, kPicks, DType::fp32, kWidth), false), {wait(0, 1)});
       },
       {"gpsimd pc 0 dma_scatter (op0)", "sync pc 1 dma_copy (op0) writes"}},
      {"a row that nothing wrote",
       [](Builder& b) {
         const auto out = b.output("out", DType::fp32, {kRows, kWidth});
         const auto updates = b.input("updates", DType::fp32, {kPicks, kWidth});
         load_index(b);
         b.add(Engine::sync, dma(dram(out, 1, DType::fp32, 20), dram(updates, 1, DType::fp32, 20)), {}, signal(2));
         b.add(Engine::gpsimd, scatter(table_at(out), dram(updates, kPicks, DType::fp32, kWidth), false),
               {wait(0, 1), wait(2, 1)});
       },
       {"table reads device memory byte 80, which nothing has written"}},
      {"the index is overwritten while descriptors are built",
       [](Builder& b) {
         const auto table = b.input("table", DType::fp32, {kRows, kWidth});
         load_index(b);
         b.add(Engine::gpsimd, gather(sbuf(0, kPicks, 0, DType::fp32, kWidth), table_at(table)), {wait(0, 1)},
               signal(1));
         b.add(Engine::vector, memset_to(kIndex, 0), {wait(0, 1)});
       },
       {"vector pc 0 memset (op0) writes", "gpsimd pc 0 dma_gather (op0): reads sbuf"}},
      {"a gather is read before it has arrived",
       [](Builder& b) {
         const auto table = b.input("table", DType::fp32, {kRows, kWidth});
         load_index(b);
         const Access got = sbuf(0, kPicks, 0, DType::fp32, kWidth);
         b.add(Engine::gpsimd, gather(got, table_at(table)), {wait(0, 1)});
         b.add(Engine::gpsimd, copy(sbuf(0, kPicks, 1024, DType::fp32, kWidth), got));
       },
       {"gpsimd pc 1 tensor_copy", "gpsimd pc 0 dma_gather (op0) writes"}},
  };
  for (const Row& row : rows)
    for (const bool values : {true, false}) {
      CAPTURE(std::string(row.name));
      Builder b;
      row.program(b);
      SimOptions o;
      o.values = values;
      std::string text;
      try {
        std::vector<TensorData> inputs;
        for (const auto& t : b.image().tensors)
          if (t.role == isa::TensorEntry::Role::input)
            inputs.push_back({t.name, std::vector<std::byte>(static_cast<std::size_t>(t.bytes))});
        b.run(inputs, o);
      } catch (const Error& e) {
        text = e.what();
      }
      CAPTURE(text);
      for (const char* want : row.wants) CHECK(text.find(want) != std::string::npos);
    }
}
