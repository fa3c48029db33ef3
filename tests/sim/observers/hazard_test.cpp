#include <doctest/doctest.h>

#include <functional>

#include "isa/base/error.h"
#include "sim/observers/hazard_checker.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

const Access kA = sbuf(0, 2, 0, DType::fp32, 16), kB = sbuf(0, 2, 1024, DType::fp32, 16),
             kC = sbuf(0, 2, 2048, DType::fp32, 16);
const Access kW = sbuf(0, 2, 4096, DType::bf16, 4), kX = sbuf(0, 2, 8192, DType::bf16, 16);

struct Row {
  std::string name;
  std::function<void(Builder&)> program;
  std::vector<std::string> wants;  ///< parts of the message; empty: the program is right
  ErrorKind kind = ErrorKind::race;
};

std::string failure(const Row& row, bool timing, ErrorKind& kind) {
  Builder b;
  row.program(b);
  SimOptions o;
  o.timing = timing;
  try {
    std::vector<TensorData> inputs;
    for (const auto& t : b.image().tensors)
      if (t.role == isa::TensorEntry::Role::input)
        inputs.push_back({t.name, std::vector<std::byte>(static_cast<std::size_t>(t.bytes))});
    b.run(inputs, o);
  } catch (const Error& e) {
    kind = e.kind();
    return e.what();
  }
  return {};
}

void run(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    for (const bool timing : {true, false}) {
      CAPTURE(row.name);
      CAPTURE(timing);
      ErrorKind kind{};
      const std::string text = failure(row, timing, kind);
      CAPTURE(text);
      CHECK(text.empty() == row.wants.empty());
      if (!row.wants.empty()) CHECK(kind == row.kind);
      for (const std::string& part : row.wants) CHECK(text.find(part) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("races") {
  run({
      {"read after write without a wait",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy));
       },
       {"scalar pc 0 activation (op0)", "reads sbuf partition 0 byte 0..63", "vector pc 0 memset (op0) writes"}},
      {"ordered by a semaphore",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 1)});
       },
       {}},
      {"a signal of an earlier instruction does not cover a later one",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kC, 1), {}, signal(0));
         b.add(Engine::vector, memset_to(kA, 1));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 1)});
       },
       {"vector pc 1 memset"}},
      {"a signal of a later instruction covers an earlier one",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1));
         b.add(Engine::vector, memset_to(kC, 1), {}, signal(0));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 1)});
       },
       {}},
      {"order is transitive",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::scalar, activation(kC, sbuf(0, 2, 0, DType::fp32, 16), numerics::ActFn::copy), {wait(0, 1)},
               signal(1));
         b.add(Engine::gpsimd, copy(kB, kA), {wait(1, 1)});
       },
       {}},
      {"reading what the same engine wrote needs a wait too",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1));
         b.add(Engine::vector, copy(kB, kA));
       },
       {"vector pc 1 tensor_copy", "vector pc 0 memset"}},
      {"with the engine's own semaphore it is right",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::vector, copy(kB, kA), {wait(0, 1)});
       },
       {}},
      {"overwriting what the same engine reads or wrote is in order",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::vector, copy(kB, kA), {wait(0, 1)});
         b.add(Engine::vector, memset_to(kA, 2));
         b.add(Engine::vector, memset_to(kB, 2));
       },
       {}},
      {"a DMA load into a tile that is still read",
       [](Builder& b) {
         const auto x = b.input("x", DType::fp32, {2, 16});
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 1)});
         b.add(Engine::sync, dma(kA, dram(x, 2, DType::fp32, 16)), {wait(0, 1)});
       },
       {"sync pc 0 dma_copy", "scalar pc 0 activation"}},
      {"interleaved columns share no byte",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(sbuf(0, 2, 0, DType::fp32, Pattern::row(8, 2)), 1));
         b.add(Engine::gpsimd, memset_to(sbuf(0, 2, 4, DType::fp32, Pattern::row(8, 2)), 1));
       },
       {}},
      {"interleaved columns that meet",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(sbuf(0, 2, 0, DType::fp32, Pattern::row(8, 2)), 1));
         b.add(Engine::gpsimd, memset_to(sbuf(0, 1, 16, DType::fp32, Pattern::row(4, 3)), 1));
       },
       {"partition 0 byte 16..19"}},
      {"other partitions do not meet",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(sbuf(0, 32, 0, DType::fp32, 8), 1));
         b.add(Engine::gpsimd, memset_to(sbuf(32, 32, 0, DType::fp32, 8), 1));
       },
       {}},
      {"tiles of one tensor in device memory do not meet",
       [](Builder& b) {
         const auto y = b.output("y", DType::fp32, {2, 32});
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         Access left = dram(y, 2, DType::fp32, 16), right = dram(y + 64, 2, DType::fp32, 16);
         left.partition_step = right.partition_step = 128;
         b.add(Engine::sync, dma(left, kA, 0), {wait(0, 1)});
         b.add(Engine::gpsimd, dma(right, kA, 1), {wait(0, 1)});
       },
       {}},
      {"tiles of one tensor in device memory that meet",
       [](Builder& b) {
         const auto y = b.output("y", DType::fp32, {2, 32});
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         Access left = dram(y, 2, DType::fp32, 16), right = dram(y + 60, 2, DType::fp32, 16);
         left.partition_step = right.partition_step = 128;
         b.add(Engine::sync, dma(left, kA, 0), {wait(0, 1)});
         b.add(Engine::gpsimd, dma(right, kA, 1), {wait(0, 1)});
       },
       {"device memory byte 60..63"}},
      {"one of two signallers is not enough",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::gpsimd, memset_to(kC, 1), {}, signal(0));
         b.add(Engine::gpsimd, memset_to(kC, 2), {}, signal(0));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 2)});
       },
       {"vector pc 0 memset"}},
      {"both signallers are",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::gpsimd, memset_to(kC, 1), {}, signal(0));
         b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 2)});
       },
       {}},
  });
}

TEST_CASE("reads of what nothing wrote") {
  run({
      {"SBUF",
       [](Builder& b) { b.add(Engine::vector, copy(kB, kA)); },
       {"vector pc 0 tensor_copy", "src reads sbuf partition 0 byte 0, which nothing has written"}},
      {"one element of SBUF",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(sbuf(0, 2, 0, DType::fp32, 15), 1), {}, signal(0));
         b.add(Engine::vector, copy(kB, kA), {wait(0, 1)});
       },
       {"partition 0 byte 60"}},
      {"one partition of SBUF",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(sbuf(0, 1, 0, DType::fp32, 16), 1), {}, signal(0));
         b.add(Engine::vector, copy(kB, kA), {wait(0, 1)});
       },
       {"partition 1 byte 0"}},
      {"PSUM",
       [](Builder& b) { b.add(Engine::scalar, activation(kB, psum(0, 2, 2048, 16), numerics::ActFn::copy)); },
       {"psum partition 0 byte 2048"}},
      {"device memory",
       [](Builder& b) {
         const auto s = b.tensor("s", isa::TensorEntry::Role::scratch, DType::fp32, {2, 16});
         b.add(Engine::sync, dma(kA, dram(s, 2, DType::fp32, 16)));
       },
       {"device memory byte 0, which nothing has written"}},
      {"an input is written",
       [](Builder& b) {
         const auto x = b.input("x", DType::fp32, {2, 16});
         b.add(Engine::sync, dma(kA, dram(x, 2, DType::fp32, 16)));
       },
       {}},
  });
}

TEST_CASE("PSUM misuse") {
  const auto load_both = [](Builder& b) {
    b.add(Engine::vector, memset_to(kW, 1), {}, signal(0));
    b.add(Engine::vector, memset_to(kX, 1), {}, signal(0));
    b.add(Engine::tensor, load(kW), {wait(0, 2)});
  };
  run({
      {"accumulation that nothing opened",
       [&](Builder& b) {
         load_both(b);
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, true));
       },
       {"tensor pc 1 matmul", "accumulates onto psum partition 0 byte 0", "accumulate=0"}},
      {"accumulation onto a memset",
       [&](Builder& b) {
         load_both(b);
         b.add(Engine::vector, memset_to(psum(0, 4, 0, 16), 0), {}, signal(1));
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, true), {wait(1, 1)});
       },
       {"which no matmul has overwritten since another engine wrote it"}},
      {"an accumulation group",
       [&](Builder& b) {
         load_both(b);
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, false));
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, true));
       },
       {}},
      {"an eviction that does not wait",
       [&](Builder& b) {
         load_both(b);
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, false));
         b.add(Engine::scalar, activation(sbuf(0, 4, 16384, DType::fp32, 16), psum(0, 4, 0, 16), numerics::ActFn::copy),
               {wait(0, 2)});
       },
       {"src reads psum partition 0 byte 0, which nothing has written"}},
      {"an eviction of the next group that does not wait",
       [&](Builder& b) {
         load_both(b);
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, false), {}, signal(1));
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, false), {}, signal(1));
         b.add(Engine::scalar, activation(sbuf(0, 4, 16384, DType::fp32, 16), psum(0, 4, 0, 16), numerics::ActFn::copy),
               {wait(1, 1)});
       },
       {"psum partition 0 byte 0..63", "tensor pc 2 matmul (op0) writes"}},
      {"a result that crosses a bank",
       [&](Builder& b) {
         load_both(b);
         b.add(Engine::tensor, matmul(psum(0, 4, 2040, 16), kX, false));
       },
       {"tensor pc 1"},
       ErrorKind::illegal_instruction},
      {"a matmul before any weights",
       [&](Builder& b) {
         b.add(Engine::vector, memset_to(kX, 1), {}, signal(0));
         b.add(Engine::tensor, matmul(psum(0, 4, 0, 16), kX, false), {wait(0, 1)});
       },
       {"tensor pc 0", "before any load_stationary"},
       ErrorKind::illegal_instruction},
  });
}

TEST_CASE("deadlock lists each engine, its instruction and what it waits for") {
  run({
      {"a semaphore that no one signals",
       [](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::vector, memset_to(kB, 1), {wait(4, 2)}, signal(5));
         b.add(Engine::scalar, activation(kC, kA, numerics::ActFn::copy), {wait(0, 1), wait(5, 1)});
       },
       {"nothing can run: 2 of 5 streams", "vector pc 1: memset, waits for s4 >= 2, which is 0",
        "scalar pc 0: activation, waits for s5 >= 1, which is 0", "tensor: drained"},
       ErrorKind::deadlock},
  });
}

TEST_CASE("bad programs and inputs") {
  const auto with_input = [](std::vector<TensorData> inputs) {
    return [inputs] {
      Builder b;
      b.input("x", DType::fp32, {4});
      b.run(inputs);
    };
  };
  struct Bad {
    std::string name;
    std::function<void()> run;
    std::string want;
  };
  const Bad rows[] = {
      {"input missing", with_input({}), "input x (16 bytes of fp32) is missing"},
      {"input too short", with_input({floats("x", {1})}), "input x has 4 bytes, the program wants 16"},
      {"unknown input", with_input({floats("x", {1, 2, 3, 4}), floats("z", {1})}), "the program has no input z"},
      {"given twice", with_input({floats("x", {1, 2, 3, 4}), floats("x", {1, 2, 3, 4})}), "input x is given twice"},
      {"another chip",
       [] {
         Builder b;
         b.image().chip = "inf9";
         b.image().chip_hash = "0123";
         b.run();
       },
       "made for chip inf9 (0123), not for inf2"},
      {"outside device memory",
       [] {
         Builder b;
         b.add(Engine::sync, dma(kA, dram(1 << 20, 2, DType::fp32, 16)));
         b.run();
       },
       "reaches device memory bytes"},
  };
  for (const Bad& row : rows) {
    CAPTURE(row.name);
    std::string text;
    try {
      row.run();
    } catch (const Error& e) {
      text = e.what();
    }
    CAPTURE(text);
    CHECK(text.find(row.want) != std::string::npos);
  }
}
