#include <doctest/doctest.h>

#include <algorithm>

#include "isa/arch/cost.h"
#include "isa/base/error.h"
#include "tests/sim/support/conv_program.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

/// Keeps what happened.
struct Recorder : Observer {
  struct Item {
    Engine engine;
    isa::Opcode opcode;
    Tick start, end, visible;
    std::vector<Stall> stalls;
  };
  std::vector<Item> items;
  std::vector<DmaTransfer> transfers;
  void retired(const Retired& r) override {
    items.push_back({r.engine, r.opcode, r.start, r.end, r.visible, {r.stalls.begin(), r.stalls.end()}});
  }
  void transferred(const DmaTransfer& t) override { transfers.push_back(t); }
  std::vector<Item> of(isa::Opcode o) const {
    std::vector<Item> out;
    std::copy_if(items.begin(), items.end(), std::back_inserter(out), [&](const Item& i) { return i.opcode == o; });
    return out;
  }
};

const arch::Timebase& timebase() {
  static const arch::Timebase t(inf2());
  return t;
}
Tick cycles(Engine e, std::int64_t n) { return timebase().clock(e).ticks(Cycles(n)); }
Tick ns(std::int64_t n) { return timebase().from_ns(static_cast<double>(n)); }

SimOptions timing_only() {
  SimOptions o;
  o.values = false;
  o.check_hazards = false;
  return o;
}

/// Busy and idle of each engine make up the whole run.
void check_accounted(const SimResult& result) {
  for (std::size_t e = 0; e < arch::kEngines; ++e) {
    CAPTURE(e);
    const EngineCounters& engine = result.counters.engines[e];
    Tick total = engine.busy;
    for (int i = 0; i < kStallReasons; ++i)
      if (static_cast<StallReason>(i) != StallReason::datapath) total += engine.stalls[static_cast<std::size_t>(i)];
    CHECK(total == result.end);
  }
}

Tick idle(const SimResult& result, Engine engine, StallReason reason) {
  return result.counters.engines[static_cast<std::size_t>(engine)].stalls[static_cast<std::size_t>(reason)];
}

}  // namespace

TEST_CASE("a lone GEMM takes fill + rows + drain") {
  struct Row {
    const char* name;
    int k, m;
    unsigned n;
    int tiles;
  };
  const Row rows[] = {
      {"one full tile", 128, 128, 512, 1},    {"eight full tiles", 128, 128, 512, 8},
      {"small contraction", 16, 128, 512, 4}, {"few columns", 128, 8, 256, 4},
      {"below the floor", 64, 64, 16, 6},
  };
  const arch::TensorSpec& tensor = inf2().tensor;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    b.add(Engine::tensor, load(sbuf(0, row.k, 0, DType::bf16, static_cast<unsigned>(row.m))));
    for (int t = 0; t < row.tiles; ++t)
      b.add(Engine::tensor, matmul(psum(0, row.m, 2048 * (t % 8), row.n), sbuf(0, row.k, 4096, DType::bf16, row.n)));
    Recorder r;
    const ArrayUse array = b.run({}, timing_only(), {&r}).counters.array;
    CHECK(array.matmuls == static_cast<std::uint64_t>(row.tiles));
    CHECK(array.rows_used(tensor.rows) == doctest::Approx(row.k / 128.0));
    CHECK(array.columns_used(tensor.columns) == doctest::Approx(row.m / 128.0));
    CHECK(array.cells_used(tensor.rows, tensor.columns) == doctest::Approx(row.k * row.m / 16384.0));
    CHECK(array.quarters[static_cast<std::size_t>((row.k - 1) / 32)][static_cast<std::size_t>((row.m - 1) / 32)] ==
          array.busy);
    const auto mm = r.of(isa::Opcode::matmul);
    REQUIRE(mm.size() == static_cast<std::size_t>(row.tiles));
    const std::int64_t moving = std::max<std::int64_t>(row.n, tensor.min_interval);
    const std::int64_t fill = row.k, drain = row.m - 1;
    CHECK(mm.back().visible - mm.front().start ==
          cycles(Engine::tensor, tensor.fixed_latency + row.tiles * moving + fill + drain));
    // the first matmul starts when its weights are in the array
    const auto ls = r.of(isa::Opcode::load_stationary);
    CHECK(mm.front().start - ls.front().start ==
          std::max(ns(inf2().sequencer.issue_ns),
                   cycles(Engine::tensor, (row.m + tensor.fast_load_divisor - 1) / tensor.fast_load_divisor)));
  }
}

TEST_CASE("load_stationary hides behind the running matmul") {
  Builder b;
  for (int i = 0; i < 6; ++i) {
    b.add(Engine::tensor, load(sbuf(0, 128, 256 * i, DType::bf16, 128)));
    b.add(Engine::tensor, matmul(psum(0, 128, 2048 * i, 512), sbuf(0, 128, 4096, DType::bf16, 512)));
  }
  Recorder r;
  b.run({}, timing_only(), {&r});
  const auto mm = r.of(isa::Opcode::matmul), ls = r.of(isa::Opcode::load_stationary);
  for (std::size_t i = 1; i < mm.size(); ++i) {
    CAPTURE(i);
    CHECK(mm[i].start - mm[i - 1].start == cycles(Engine::tensor, i == 1 ? 512 : 512 + inf2().tensor.weight_switch));
    // at most one set of weights ahead: the load waits for the matmul that takes the set before it
    CHECK(ls[i].start >= mm[i - 1].start);
    CHECK(ls[i].end <= mm[i].start);
  }
}

TEST_CASE("a matmul with other weights keeps away from the one before") {
  struct Row {
    const char* name;
    DType dtype;
    bool reload;
    std::int64_t passes, wait;  ///< cycles of streaming, and of waiting before it, in units of the switch
  };
  const Row rows[] = {
      {"bf16, the same weights", DType::bf16, false, 1, 0},
      {"bf16, other weights", DType::bf16, true, 1, 1},
      {"fp32, other weights: each pass has its own", DType::fp32, true, 4, 4},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    for (int i = 0; i < 3; ++i) {
      if (i == 0 || row.reload) b.add(Engine::tensor, load(sbuf(0, 128, 512 * i, row.dtype, 128)));
      b.add(Engine::tensor, matmul(psum(0, 128, 2048 * i, 512), sbuf(0, 128, 4096, row.dtype, 512)));
    }
    Recorder r;
    b.run({}, timing_only(), {&r});
    const auto mm = r.of(isa::Opcode::matmul);
    CHECK(mm[0].end - mm[0].start == cycles(Engine::tensor, 512 * row.passes));
    CHECK(mm[2].end - mm[1].end == cycles(Engine::tensor, 512 * row.passes + row.wait * inf2().tensor.weight_switch));
  }
  SUBCASE("an array that has been idle for long enough takes them at once") {
    Builder b;
    b.add(Engine::tensor, load(sbuf(0, 128, 0, DType::bf16, 128)));
    b.add(Engine::tensor, matmul(psum(0, 128, 0, 512), sbuf(0, 128, 4096, DType::bf16, 512)), {}, signal(3));
    b.add(Engine::tensor, load(sbuf(0, 128, 512, DType::bf16, 128)));
    b.add(Engine::tensor, matmul(psum(0, 128, 2048, 512), sbuf(0, 128, 4096, DType::bf16, 512)), {wait(3, 1)});
    Recorder r;
    b.run({}, timing_only(), {&r});
    const auto mm = r.of(isa::Opcode::matmul);
    REQUIRE(mm[1].start - mm[0].end > cycles(Engine::tensor, inf2().tensor.weight_switch));
    CHECK(mm[1].end - mm[1].start == cycles(Engine::tensor, 512));
  }
}

TEST_CASE("a transfer keeps its queue longer than its engines") {
  struct Row {
    const char* name;
    unsigned bytes;  ///< of each partition
    bool same_queue;
  };
  const Row rows[] = {{"small, one queue", 4, true},
                      {"1 KiB, one queue", 1024, true},
                      {"1 KiB, two queues", 1024, false},
                      {"16 KiB, one queue: the engines take longer", 16384, true}};
  const arch::DmaSpec& spec = inf2().dma;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    const auto x = b.input("x", DType::uint8, {128, row.bytes});
    for (int i = 0; i < 3; ++i)
      b.add(Engine::sync, dma(sbuf(0, 128, i * 16384, DType::uint8, row.bytes), dram(x, 128, DType::uint8, row.bytes),
                              row.same_queue ? 0 : i));
    Recorder r;
    b.run({}, timing_only(), {&r});
    REQUIRE(r.transfers.size() == 3);
    const std::int64_t share = std::int64_t{spec.partitions_per_engine} * row.bytes;
    const Tick busy = timebase().from_ns(arch::dma_share_ns(spec, spec.partitions_per_engine, row.bytes));
    const Tick held = timebase().from_ns(arch::dma_queue_ns(spec, share));
    const Tick apart = r.transfers[2].start - r.transfers[1].start;
    const Tick bound = row.same_queue ? std::max(busy, held) : busy;
    CHECK(apart >= bound);
    CHECK(apart < bound + ns(2 * inf2().memory.access_ns));
  }
}

TEST_CASE("an isolated DMA transfer") {
  struct Row {
    const char* name;
    int partitions;
    unsigned bytes;
  };
  const Row rows[] = {
      {"32 KiB", 128, 256}, {"4 KiB per partition", 128, 4096}, {"one partition", 1, 64}, {"few partitions", 24, 2048}};
  const arch::DmaSpec& spec = inf2().dma;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    const auto x = b.input("x", DType::uint8, {row.partitions, row.bytes});
    b.add(Engine::sync,
          dma(sbuf(0, row.partitions, 0, DType::uint8, row.bytes), dram(x, row.partitions, DType::uint8, row.bytes)),
          {}, signal(3));
    b.add(Engine::vector, copy(sbuf(0, 1, 8192, DType::uint8, 64), sbuf(0, 1, 0, DType::uint8, 64)), {wait(3, 1)});
    Recorder r;
    const SimResult result = b.run({}, timing_only(), {&r});
    REQUIRE(r.transfers.size() == 1);
    const DmaTransfer& t = r.transfers[0];
    CHECK(static_cast<int>(t.shares.size()) ==
          (row.partitions + spec.partitions_per_engine - 1) / spec.partitions_per_engine);
    CHECK(t.start - t.triggered == ns(spec.start_ns));
    const std::int64_t per_engine = std::min(row.partitions, spec.partitions_per_engine);
    const Tick share = timebase().from_ns(arch::dma_share_ns(spec, per_engine, row.bytes));
    CHECK(t.end - t.start >= share);
    CHECK(t.end - t.start <= std::max(share, ns(inf2().memory.access_ns) + Tick(t.bytes)));
    const auto waiting = r.of(isa::Opcode::tensor_copy);
    CHECK(waiting[0].start - t.end == ns(inf2().semaphores.dma_visibility_ns));
    REQUIRE(!waiting[0].stalls.empty());
    CHECK(waiting[0].stalls.back().reason == StallReason::dma);
    CHECK(waiting[0].stalls.back().semaphore == 3);
    CHECK(result.counters.dram_read == std::int64_t{row.partitions} * row.bytes);
  }
}

TEST_CASE("device memory is shared: what the engines could draw beyond it takes longer") {
  arch::ChipSpec slow = inf2();
  slow.memory.bytes_per_ns = 50;
  Builder b;
  const auto x = b.input("x", DType::uint8, {128, 16384});
  b.image().chip_hash.clear();
  b.add(Engine::sync, dma(sbuf(0, 128, 0, DType::uint8, 16384), dram(x, 128, DType::uint8, 16384)));
  Recorder r;
  simulate(slow, b, {}, timing_only(), std::vector<Observer*>{&r});
  const double took = timebase().to_ns(r.transfers[0].end - r.transfers[0].start);
  const double bound = 128.0 * 16384 / 50;
  CHECK(took >= bound);
  CHECK(took < 1.01 * bound + static_cast<double>(slow.memory.access_ns));
}

TEST_CASE("completions of a queue come in trigger order, start latencies overlap") {
  Builder b;
  const auto x = b.input("x", DType::uint8, {128, 16384});
  b.add(Engine::sync, dma(sbuf(0, 128, 0, DType::uint8, 8192), dram(x, 128, DType::uint8, 8192)), {}, signal(0));
  b.add(Engine::sync, dma(sbuf(0, 1, 16384, DType::uint8, 64), dram(x, 1, DType::uint8, 64)), {}, signal(1));
  b.add(Engine::vector, copy(sbuf(0, 1, 32768, DType::uint8, 64), sbuf(0, 1, 16384, DType::uint8, 64)), {wait(1, 1)});
  Recorder r;
  b.run({}, timing_only(), {&r});
  CHECK(r.transfers[1].triggered - r.transfers[0].triggered < ns(inf2().dma.start_ns));
  CHECK(r.of(isa::Opcode::tensor_copy)[0].start >= r.transfers[0].end + ns(inf2().semaphores.dma_visibility_ns));
}

TEST_CASE("semaphore latency between engines, and the tick before it") {
  Builder b;
  b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 1), 1), {}, signal(7));
  b.add(Engine::scalar,
        activation(sbuf(0, 1, 64, DType::fp32, 1), sbuf(0, 1, 0, DType::fp32, 1), numerics::ActFn::copy), {wait(7, 1)});
  Recorder r;
  b.run({}, timing_only(), {&r});
  const auto set = r.of(isa::Opcode::memset), act = r.of(isa::Opcode::activation);
  CHECK(act[0].start - set[0].visible == ns(inf2().semaphores.engine_visibility_ns));
  REQUIRE(act[0].stalls.size() == 2);
  CHECK(act[0].stalls[0].reason == StallReason::issue);
  CHECK(act[0].stalls[1].reason == StallReason::semaphore);
  CHECK(act[0].stalls[1].by == Signaller{false, static_cast<std::uint8_t>(Engine::vector)});

  SemaphoreBank bank(8);
  bank.post(3, Tick(100), isa::SignalKind::add, 2, {false, 0});
  CHECK(bank.value(3, Tick(99)) == 0);
  CHECK(bank.ready(3, 2, Tick(99))->at == Tick(100));
  CHECK_FALSE(bank.ready(3, 3, Tick(99)).has_value());
  CHECK(bank.value(3, Tick(100)) == 2);
}

TEST_CASE("a nop's signal does not overtake the instructions before it") {
  Builder b;
  b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 2000), 1));
  b.add(Engine::vector, isa::Nop{}, {}, signal(7));
  b.add(Engine::scalar,
        activation(sbuf(0, 1, 16384, DType::fp32, 1), sbuf(0, 1, 0, DType::fp32, 1), numerics::ActFn::copy),
        {wait(7, 1)});
  Recorder r;
  SimOptions o;
  b.run({}, o, {&r});
  CHECK(r.of(isa::Opcode::activation)[0].start ==
        r.of(isa::Opcode::memset)[0].visible + ns(inf2().semaphores.engine_visibility_ns));
}

TEST_CASE("the initiation interval has a floor") {
  struct Row {
    const char* name;
    unsigned n;
    std::int64_t cycles;
  };
  const Row rows[] = {{"one element", 1, 64}, {"at the floor", 64, 64}, {"above", 65, 65}, {"long", 1000, 1000}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    for (int i = 0; i < 3; ++i)
      b.add(Engine::scalar, activation(sbuf(0, 1, 16384, DType::bf16, row.n), sbuf(0, 1, 0, DType::bf16, row.n),
                                       numerics::ActFn::copy));
    Recorder r;
    b.run({}, timing_only(), {&r});
    CHECK(r.items[2].start - r.items[1].start == cycles(Engine::scalar, row.cycles));
  }
}

TEST_CASE("ports: vector and scalar exclude each other on PSUM, vector and gpsimd on SBUF") {
  struct Row {
    const char* name;
    Engine other;
    Access vector_src, other_src;
    bool exclusive;
    StallReason reason;
  };
  const Access on_psum = psum(0, 128, 0, 512), on_sbuf = sbuf(0, 128, 0, DType::fp32, 512);
  const Row rows[] = {
      {"both on PSUM", Engine::scalar, on_psum, on_psum, true, StallReason::psum_port},
      {"vector on SBUF, scalar on PSUM", Engine::scalar, on_sbuf, on_psum, false, StallReason::psum_port},
      {"vector and gpsimd on SBUF", Engine::gpsimd, on_sbuf, on_sbuf, true, StallReason::sbuf_port},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b;
    b.add(Engine::vector, copy(sbuf(0, 128, 16384, DType::fp32, 512), row.vector_src));
    const Access dst = sbuf(0, 128, 32768, DType::fp32, 512);
    if (row.other == Engine::scalar)
      b.add(row.other, activation(dst, row.other_src, numerics::ActFn::copy));
    else
      b.add(row.other, copy(dst, row.other_src));
    Recorder r;
    const SimResult result = b.run({}, timing_only(), {&r});
    const auto& v = r.items[r.items[0].engine == Engine::vector ? 0 : 1];
    const auto& o = r.items[r.items[0].engine == Engine::vector ? 1 : 0];
    // both are ready in the same tick: the lower engine index goes first
    CHECK((o.start >= v.end) == row.exclusive);
    if (row.exclusive) CHECK(o.start == v.end);
    CHECK((result.counters.engines[static_cast<std::size_t>(row.other)].stalls[static_cast<std::size_t>(row.reason)] >
           Tick(0)) == row.exclusive);
  }
}

TEST_CASE("another activation table set costs its load, the same set does not") {
  Builder b;
  const Access src = sbuf(0, 1, 0, DType::fp32, 64), dst = sbuf(0, 1, 1024, DType::fp32, 64);
  for (const auto fn :
       {numerics::ActFn::exp, numerics::ActFn::exp, numerics::ActFn::relu, numerics::ActFn::exp, numerics::ActFn::gelu})
    b.add(Engine::scalar, activation(dst, src, fn));
  Recorder r;
  const SimResult result = b.run({}, timing_only(), {&r});
  for (std::size_t i = 1; i < 5; ++i) {
    CAPTURE(i);
    CHECK(r.items[i].start - r.items[i - 1].end == (i == 4 ? ns(inf2().scalar.table_load_ns) : Tick(0)));
  }
  CHECK(result.counters.engines[2].stalls[static_cast<std::size_t>(StallReason::table_load)] ==
        ns(2 * inf2().scalar.table_load_ns));
}

TEST_CASE("busy time and idle time of a convolution add up, for engines and for operators") {
  constexpr int kTiles = 4;
  ConvProgram program(kTiles);
  const SimResult result = simulate(inf2(), program, program.inputs(), timing_only());
  check_accounted(result);
  const Tick triggers = idle(result, Engine::sync, StallReason::trigger);
  CHECK(triggers == ns(inf2().dma.trigger_ns) * (kTiles + 1));
  CHECK(idle(result, Engine::sync, StallReason::finished) > Tick(0));
  REQUIRE_FALSE(result.counters.ops.empty());
  for (std::size_t e = 0; e < arch::kEngines; ++e) {
    CAPTURE(e);
    Tick sum;
    for (const OpCounters& op : result.counters.ops) sum += op.busy[e];
    CHECK(sum == result.counters.engines[e].busy);
  }
}

TEST_CASE("busy time and stalls add up to the time of the engine") {
  Builder b;
  b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 700), 1), {}, signal(7));
  b.add(Engine::scalar,
        activation(sbuf(0, 1, 4096, DType::fp32, 64), sbuf(0, 1, 0, DType::fp32, 64), numerics::ActFn::exp),
        {wait(7, 1)}, signal(8));
  b.add(Engine::scalar,
        activation(sbuf(0, 1, 8192, DType::fp32, 64), sbuf(0, 1, 4096, DType::fp32, 64), numerics::ActFn::exp),
        {wait(8, 1)});
  Recorder r;
  const SimResult result = b.run({}, timing_only(), {&r});
  const EngineCounters& scalar = result.counters.engines[static_cast<std::size_t>(Engine::scalar)];
  check_accounted(result);
  CHECK(idle(result, Engine::scalar, StallReason::finished) == result.end - r.items.back().end);
  CHECK(idle(result, Engine::gpsimd, StallReason::finished) == result.end);
  CHECK(scalar.by_opcode[static_cast<std::size_t>(isa::Opcode::activation)] == 2);
}
