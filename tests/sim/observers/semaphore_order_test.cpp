#include <doctest/doctest.h>

#include <functional>

#include "isa/base/error.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

const Access kA = sbuf(0, 2, 0, DType::fp32, 16), kB = sbuf(0, 2, 1024, DType::fp32, 16),
             kC = sbuf(0, 2, 2048, DType::fp32, 16);

struct Row {
  std::string name;
  std::function<void(Builder&)> program;
  std::vector<std::string> wants;  ///< parts of the message; empty: the program is right
};

void run(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    for (const bool timing : {true, false}) {
      CAPTURE(row.name);
      CAPTURE(timing);
      Builder b;
      row.program(b);
      SimOptions o;
      o.timing = timing;
      std::string text;
      try {
        b.run({}, o);
      } catch (const Error& e) {
        CHECK(e.kind() == ErrorKind::race);
        text = e.what();
      }
      CAPTURE(text);
      CHECK(text.empty() == row.wants.empty());
      for (const std::string& part : row.wants) CHECK(text.find(part) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("semaphores that start over") {
  const auto set_to = [](int semaphore, int value) { return signal(semaphore, value, isa::SignalKind::write); };
  const auto read_b = [] { return activation(kB, kA, numerics::ActFn::copy); };
  // vector writes A and counts on s0, scalar reads it, gpsimd sets s0 back when told by s1
  const auto round = [&](Builder& b) {
    b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
    b.add(Engine::scalar, read_b(), {wait(0, 1)}, signal(1));
    b.add(Engine::gpsimd, isa::Nop{}, {wait(1, 1)}, set_to(0, 0));
  };
  run({
      {"the next count comes behind the reset",
       [&](Builder& b) {
         round(b);
         b.add(Engine::gpsimd, isa::Nop{}, {}, signal(2));
         b.add(Engine::vector, memset_to(kA, 2), {wait(2, 1)}, signal(0));
         b.add(Engine::gpsimd, isa::Nop{}, {}, signal(3));
         b.add(Engine::scalar, read_b(), {wait(3, 1), wait(0, 1)});
       },
       {}},
      {"a count that does not wait for the reset",
       [&](Builder& b) {
         round(b);
         b.add(Engine::vector, memset_to(kC, 2), {wait(1, 1)}, signal(0));
       },
       {"s0"}},
      {"a wait that an old count would satisfy",
       [&](Builder& b) {
         round(b);
         b.add(Engine::gpsimd, isa::Nop{}, {}, signal(2));
         b.add(Engine::vector, memset_to(kA, 2), {wait(2, 1)}, signal(0));
         b.add(Engine::scalar, read_b(), {wait(0, 1)});
       },
       {"s0"}},
      {"a wait for more than the old counts needs no more",
       [&](Builder& b) {
         round(b);
         b.add(Engine::gpsimd, isa::Nop{}, {}, signal(2));
         b.add(Engine::vector, memset_to(kA, 2), {wait(2, 1)}, signal(0, 5));
         b.add(Engine::scalar, read_b(), {wait(0, 5)});
       },
       {}},
      {"a reset that does not wait for the reader",
       [&](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::scalar, read_b(), {wait(0, 1)});
         b.add(Engine::gpsimd, isa::Nop{}, {wait(0, 1)}, set_to(0, 0));
         b.add(Engine::gpsimd, isa::Nop{}, {}, signal(1));
       },
       {"gpsimd pc 0 nop (op0)", "s0", "scalar pc 0 activation (op0)"}},
      {"two resets without order",
       [&](Builder& b) {
         b.add(Engine::vector, isa::Nop{}, {}, set_to(0, 0));
         b.add(Engine::gpsimd, isa::Nop{}, {}, set_to(0, 1));
       },
       {"gpsimd pc 0 nop (op0): sets s0, which vector pc 0 nop (op0) changes without being ordered before it"}},
      {"a write brings what its engine knew",
       [&](Builder& b) {
         b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
         b.add(Engine::gpsimd, isa::Nop{}, {wait(0, 1)}, set_to(1, 7));
         b.add(Engine::scalar, read_b(), {wait(1, 7)});
       },
       {}},
      {"an engine sees its own resets",
       [&](Builder& b) {
         b.add(Engine::gpsimd, isa::Nop{}, {}, set_to(1, 1));
         b.add(Engine::scalar, isa::Nop{}, {wait(1, 1)}, set_to(1, 0));
         b.add(Engine::scalar, isa::Nop{}, {}, signal(2));
         b.add(Engine::vector, memset_to(kA, 1), {wait(2, 1)}, signal(0));
         b.add(Engine::gpsimd, isa::Nop{}, {wait(0, 1)}, set_to(1, 1));
         b.add(Engine::scalar, read_b(), {wait(1, 1)});
       },
       {}},
  });
}

TEST_CASE("a wait sees the engine's own reset, also one that is on its way") {
  Builder b;
  b.add(Engine::scalar, isa::Nop{}, {}, signal(1, 3, isa::SignalKind::write));
  b.add(Engine::vector, memset_to(kA, 1), {}, signal(0));
  b.add(Engine::scalar, activation(kB, kA, numerics::ActFn::copy), {wait(0, 1)}, signal(1, 0, isa::SignalKind::write));
  b.add(Engine::scalar, isa::Nop{}, {wait(1, 1)});
  CHECK_THROWS_WITH_AS(b.run(), doctest::Contains("waits for s1 >= 1, which is 0"), Error);
}
