#include <doctest/doctest.h>

#include "isa/base/error.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

isa::Loop loop(int counter, int start, int stop, unsigned step) {
  isa::Loop l;
  l.counter = {static_cast<std::uint8_t>(counter)};
  l.start = start;
  l.stop = stop;
  l.step = step;
  return l;
}
isa::RegisterSet set(int r, int v) { return {{static_cast<std::uint8_t>(r)}, v}; }
isa::RegisterAlu alu(int dst, int a, numerics::AluOp op, int b) {
  return {{static_cast<std::uint8_t>(dst)}, {static_cast<std::uint8_t>(a)}, op, {static_cast<std::uint8_t>(b)}};
}
Access at_register(Access a, int r) {
  a.base_register = static_cast<std::uint8_t>(r + 1);
  return a;
}
isa::Instruction nop(std::vector<isa::Wait> waits, isa::Signal s) { return make(isa::Nop{}, std::move(waits), s); }

/// Stores 32 fp32 of SBUF partition 0 at byte 0 when s0 is 1, and returns them.
std::vector<float> run_and_read(Builder& b, bool timing) {
  const auto out = b.output("out", DType::fp32, {1, 32});
  b.add(Engine::sync, dma(dram(out, 1, DType::fp32, 32), sbuf(0, 1, 0, DType::fp32, 32)), {wait(0, 1)});
  SimOptions o;
  o.timing = timing;
  return as_floats(b.run({}, o).outputs[0]);
}

}  // namespace

TEST_CASE("loops, registers and addresses") {
  for (const bool timing : {true, false}) {
    CAPTURE(timing);
    Builder b;
    b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 32), 0), {}, signal(1));
    // for i in 0..2, for j in 0..4 step 2: cell[8 i + j] = 1, at byte 32 i + 4 j
    b.add(Engine::vector, loop(0, 0, 3, 1));
    b.add(Engine::vector, set(5, 32));
    b.add(Engine::vector, alu(3, 0, numerics::AluOp::multiply, 5));
    b.add(Engine::vector, loop(1, 0, 6, 2));
    b.add(Engine::vector, set(6, 4));
    b.add(Engine::vector, alu(2, 1, numerics::AluOp::multiply, 6));
    b.add(Engine::vector, alu(2, 2, numerics::AluOp::add, 3));
    b.add(Engine::vector, memset_to(at_register(sbuf(0, 1, 0, DType::fp32, 1), 2), 1), {wait(1, 1)});
    b.add(Engine::vector, isa::EndLoop{});
    b.add(Engine::vector, isa::EndLoop{});
    b.add(Engine::vector, loop(0, 5, 5, 1));  // no pass at all
    b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 32), 9));
    b.add(Engine::vector, isa::EndLoop{});
    b.add(Engine::vector, nop({}, {}));
    b.add(Engine::vector, memset_to(sbuf(0, 1, 124, DType::fp32, 1), 3), {}, signal(0));
    const auto cells = run_and_read(b, timing);
    for (std::size_t i = 0; i < 32; ++i) {
      CAPTURE(i);
      CHECK(cells[i] == (i == 31 ? 3 : i < 24 && i % 8 < 6 && i % 2 == 0 ? 1 : 0));
    }
  }
}

TEST_CASE("branches") {
  struct Row {
    const char* name;
    numerics::AluOp op;
    int a, b;
    bool taken;
  };
  const Row rows[] = {
      {"eq", numerics::AluOp::eq, 2, 2, true},
      {"not eq", numerics::AluOp::eq, 2, 3, false},
      {"lt", numerics::AluOp::lt, -1, 0, true},
      {"ge", numerics::AluOp::ge, -1, 0, false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 32), 1));
    b.add(Engine::vector, set(1, row.a));
    b.add(Engine::vector, set(2, row.b));
    isa::Branch branch;
    branch.a = {1};
    branch.op = row.op;
    branch.b = {2};
    branch.skip = 1;
    b.add(Engine::vector, branch);
    b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 32), 2));
    b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 1), 3), {}, signal(0));
    CHECK(run_and_read(b, true)[1] == (row.taken ? 1 : 2));
  }
}

TEST_CASE("a branch may pass over a whole loop and end on end_loop, but not leave its loop") {
  const auto always = [](int skip) {
    isa::Branch b;
    b.op = numerics::AluOp::eq;
    b.skip = static_cast<std::uint16_t>(skip);
    return b;
  };
  struct Row {
    const char* name;
    int skip;
    float want;  ///< of a counter that each pass of the outer loop adds to unless it is skipped
    const char* says;
  };
  // outer loop: branch; inner loop of three additions; one addition
  const Row rows[] = {
      {"over the inner loop", 3, 2 * 1, ""},
      {"onto end_loop", 4, 0, ""},
      {"into the inner loop", 1, 0, "branch crosses the border of a loop"},
      {"out of the outer loop", 5, 0, "branch crosses the border of a loop"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    const Access cell = sbuf(0, 1, 0, DType::fp32, 32);
    isa::TensorScalar add_one;
    add_one.dst = add_one.src = cell;
    add_one.op0 = numerics::AluOp::add;
    add_one.s0 = ScalarOperand::imm(1);
    add_one.op1 = numerics::AluOp::bypass;
    b.add(Engine::vector, memset_to(cell, 0), {}, signal(1));
    b.add(Engine::vector, loop(0, 0, 2, 1));
    b.add(Engine::vector, always(row.skip));
    b.add(Engine::vector, loop(1, 0, 3, 1));
    b.add(Engine::vector, add_one);
    b.add(Engine::vector, isa::EndLoop{});
    b.add(Engine::vector, add_one);
    b.add(Engine::vector, isa::EndLoop{});
    b.add(Engine::vector, nop({}, signal(0)));
    SimOptions o;
    o.check_hazards = false;
    const auto out = b.output("out", DType::fp32, {1, 32});
    b.add(Engine::sync, dma(dram(out, 1, DType::fp32, 32), cell), {wait(0, 1)});
    std::string text;
    try {
      const float got = as_floats(b.run({}, o).outputs[0])[0];
      CHECK(got == row.want);
    } catch (const Error& e) {
      text = e.message();
    }
    CHECK(text == std::string(row.says));
  }
}

TEST_CASE("a transfer whose address comes from a register: gpsimd builds its descriptors") {
  for (const bool timing : {true, false}) {
    Builder b;
    const auto x = b.input("x", DType::fp32, {8}), out = b.output("out", DType::fp32, {1, 4});
    b.add(Engine::gpsimd, set(3, 12));
    b.add(Engine::gpsimd, dma(dram(out, 1, DType::fp32, 4), at_register(dram(x, 1, DType::fp32, 4), 3)));
    SimOptions o;
    o.timing = timing;
    const auto r = b.run({floats("x", {0, 1, 2, 3, 4, 5, 6, 7})}, o);
    CHECK(as_floats(r.outputs[0]) == std::vector<float>{3, 4, 5, 6});
    const arch::Timebase time(inf2());
    if (timing)
      CHECK(r.counters.engines[static_cast<std::size_t>(Engine::gpsimd)].busy ==
            time.clock(Engine::gpsimd).ticks(Cycles(inf2().gpsimd.dynamic_interval)));
  }
}

TEST_CASE("register_load waits for the value, and gives 0 without values") {
  const auto program = [] {
    Builder b;
    b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 32), 0), {}, signal(2));
    b.add(Engine::gpsimd, memset_to(sbuf(0, 1, 256, DType::int32, 1), 40), {}, signal(1));
    isa::RegisterLoad load;
    load.dst = {4};
    load.src = sbuf(0, 1, 256, DType::int32, 1);
    b.add(Engine::vector, load, {wait(1, 1)});
    b.add(Engine::vector, memset_to(at_register(sbuf(0, 1, 0, DType::fp32, 1), 4), 5), {wait(2, 1)}, signal(0));
    return b;
  };
  for (const bool timing : {true, false}) {
    Builder b = program();
    CHECK(run_and_read(b, timing)[10] == 5);
  }
  Builder b = program();
  SimOptions o;
  o.values = false;
  CHECK(b.run({}, o).data_dependent == 1);
}

TEST_CASE("an address from a register is checked where it points") {
  Builder b;
  b.add(Engine::vector, set(1, 200000));
  b.add(Engine::vector, memset_to(at_register(sbuf(0, 1, 0, DType::fp32, 1), 1), 5));
  CHECK_THROWS_WITH_AS(b.run(), doctest::Contains("vector pc 1"), Error);
}

TEST_CASE("streams run over several segments at their own pace") {
  Builder b;
  const auto out = b.output("out", DType::fp32, {1, 64});
  for (int i = 0; i < 5; ++i) {
    if (i) b.next_segment();
    b.add(Engine::vector, memset_to(sbuf(0, 1, 1024 * i, DType::fp32, 16), static_cast<float>(i)), {}, signal(0));
    if (i == 4)
      b.add(Engine::sync, dma(dram(out, 1, DType::fp32, 16), sbuf(0, 1, 1024 * 3, DType::fp32, 16)), {wait(0, 5)},
            signal(1));
  }
  b.next_segment();
  b.add(Engine::sync,
        dma(dram(out + 64, 1, DType::fp32, 48), sbuf(0, 1, 1024, DType::fp32, Pattern::grid({256, 3}, {1, 16}))),
        {wait(0, 5)});
  const auto cells = as_floats(b.run().outputs[0]);
  CHECK(cells[0] == 3);
  CHECK(cells[16] == 1);
  CHECK(cells[63] == 3);
}

TEST_CASE("segments are pulled as they are needed, and a wait for code far ahead still ends") {
  struct Counting : Builder {
    int pulled = 0;
    bool next(isa::Segment& s) override { return ++pulled, Builder::next(s); }
  };
  /// How much of the program was pulled when the first instruction of vector retired.
  struct First : Observer {
    Counting& source;
    int pulled = -1;
    explicit First(Counting& c) : source(c) {}
    void issued(const Issued&) override {
      if (pulled < 0) pulled = source.pulled;
    }
  };
  for (const bool timing : {true, false}) {
    CAPTURE(timing);
    Counting b;
    for (int i = 0; i < 50; ++i) {
      if (i) b.next_segment();
      b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 16), 1), {}, signal(0));
    }
    First first(b);
    SimOptions o;
    o.timing = timing;
    CHECK(b.run({}, o, {&first}).instructions == 50);
    CHECK(first.pulled <= 4);

    Counting far;
    far.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 16), 1), {wait(1, 1)});
    for (int i = 0; i < 20; ++i) far.next_segment();
    far.add(Engine::gpsimd, memset_to(sbuf(0, 1, 1024, DType::fp32, 16), 1), {}, signal(1));
    CHECK(far.run({}, o).instructions == 2);
  }
}

TEST_CASE("DMA: casts, accumulation, patterns of other shape on both sides") {
  Builder b;
  const auto x = b.input("x", DType::fp32, {6}), out = b.output("out", DType::fp32, {12});
  const Access three_by_two = sbuf(0, 3, 0, DType::bf16, 2);
  b.add(Engine::sync, dma(three_by_two, dram(x, 1, DType::fp32, 6)), {}, signal(0));
  // transposed on the way out: element (p, i) to 3 i + p
  Access transposed = dram(out, 3, DType::fp32, 1);
  transposed.partition_step = 4;
  transposed.free = Pattern::row(2, 3);
  b.add(Engine::sync, dma(transposed, three_by_two), {wait(0, 1)}, signal(1));
  b.add(Engine::sync, dma(dram(out + 24, 1, DType::fp32, 6), dram(x, 1, DType::fp32, 6), 1), {}, signal(2));
  b.add(Engine::sync, dma(dram(out + 24, 1, DType::fp32, 6), dram(x, 1, DType::fp32, 6), 1, true), {wait(2, 1)},
        signal(2));
  const auto cells = as_floats(b.run({floats("x", {1, 2, 3, 4, 5, 1.00390625f})}).outputs[0]);
  const std::vector<float> want{1, 3, 5, 2, 4, 1, 2, 4, 6, 8, 10, 2.0078125f};
  CHECK(cells == want);
}
