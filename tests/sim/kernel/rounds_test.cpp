#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "isa/base/error.h"
#include "isa/program/text.h"
#include "sim/engines/stream.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

using Edits = std::vector<std::pair<std::string, std::string>>;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  REQUIRE(text.find(what) != std::string::npos);
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

isa::Program program(int rounds, int stop, const Edits& edits = {}) {
  std::ifstream in(std::string(INF_SOURCE_DIR) + "/tests/sim/kernel/rounds.s");
  std::stringstream text;
  text << in.rdbuf();
  std::string source = replaced(replaced(text.str(), "ROUNDS", std::to_string(rounds)), "STOP", std::to_string(stop));
  for (const auto& [what, with] : edits) source = replaced(source, what, with);
  return isa::parse_program(source, "rounds.s", &inf2());
}

/// 1, 2, 3, ... in the first row, 0 below: their column sums are 1, 2, 3, ...
TensorData input() {
  std::vector<float> x(64, 0);
  for (std::size_t i = 0; i < 16; ++i) x[i] = static_cast<float>(i + 1);
  return floats("x", x);
}

SimResult run(isa::Program p, bool values, bool timing, std::vector<Observer*> observers = {}) {
  SimOptions o;
  o.values = values;
  o.timing = timing;
  const auto source = isa::source_of(std::move(p));
  return simulate(inf2(), *source, {input()}, o, observers);
}

}  // namespace

TEST_CASE("rounds of five engines: counts set back, releases, and a flag that ends the work early") {
  struct Row {
    const char* name;
    int rounds, stop, worked;
  };
  const Row rows[] = {
      {"one round", 1, 1000, 1},
      {"all rounds work", 150, 1000, 150},
      {"the flag stops after seven", 150, 7, 7},
      {"the flag stops at the last", 9, 9, 9},
  };
  for (const Row& row : rows)
    for (const bool timing : {true, false}) {
      CAPTURE(std::string(row.name));
      CAPTURE(timing);
      const SimResult r = run(program(row.rounds, row.stop), true, timing);
      const auto out = as_floats(r.outputs[0]);
      for (std::size_t i = 0; i < 64; ++i)
        CHECK(out[i] == static_cast<float>((i % 16 + 1) * static_cast<unsigned>(row.worked)));
      CHECK(r.data_dependent == static_cast<std::uint64_t>(5 * row.rounds));
      // Without values no flag is ever seen.
      const SimResult dry = run(program(row.rounds, row.stop), false, timing);
      CHECK(dry.data_dependent == r.data_dependent);
      CHECK((dry.instructions > r.instructions) == (row.worked < row.rounds));
      if (row.worked == row.rounds) CHECK(dry.end == r.end);
    }
}

TEST_CASE("a loop's body is decoded once, whatever the number of rounds, and every round takes the same time") {
  struct Watch : Observer {
    std::set<const Decoded*> decoded;
    std::map<Engine, std::int64_t> last_pc;
    std::vector<Tick> matmuls;
    void issued(const Issued& i) override {
      decoded.insert(&i.inst);
      last_pc[i.engine] = std::max(last_pc[i.engine], i.inst.pc);
    }
    void retired(const Retired& r) override {
      if (r.opcode == isa::Opcode::matmul) matmuls.push_back(r.start);
    }
  };
  Watch few, many;
  run(program(3, 1000), false, true, {&few});
  run(program(300, 1000), false, true, {&many});
  CHECK(many.decoded.size() == few.decoded.size());
  CHECK(many.last_pc == few.last_pc);
  REQUIRE(many.matmuls.size() == 300);
  const Tick round = many.matmuls[2] - many.matmuls[1];
  for (std::size_t i = 2; i < many.matmuls.size(); ++i) CHECK(many.matmuls[i] - many.matmuls[i - 1] == round);
}

TEST_CASE("speed of rounds is reported") {
  const auto begin = std::chrono::steady_clock::now();
  const SimResult r = run(program(2000, 5000), false, true);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  MESSAGE("2000 rounds: " << r.instructions << " instructions in " << took.count() << " s");
  CHECK(r.instructions > 2000 * 30);
}

TEST_CASE("a barrier that leaves something out is a race") {
  struct Row {
    const char* name;
    Edits edits;
    const char* says;  ///< empty: the program is right
  };
  const Row rows[] = {
      {"sync need not wait for its transfer where vector has", {{"    wait s1>=1 | nop\n", "    nop\n"}}, ""},
      {"sync sets counts back before all have arrived",
       {{"wait s10>=4 | nop | signal s1=0", "wait s10>=3 | nop | signal s1=0"}},
       "sets s"},
      {"sync loads again without waiting for its resets",
       {{"wait s10>=0 | nop", "nop"}},
       "sync pc 4 dma_copy (work): changes s1, which sync pc 6 nop (work) sets without being ordered before it"},
      {"vector goes on without its release",
       {{"wait s21>=1 | nop | signal s21=0", "nop | signal s21=0"}},
       "vector pc 7"},
      {"vector does not set its release back",
       {{"wait s21>=1 | nop | signal s21=0", "wait s21>=1 | nop"}},
       "vector pc"},
      {"scalar waits for a count of the round before",
       {{"wait s22>=1 | nop | signal s22=0", "nop"}, {"    nop | signal s22=1\n", ""}},
       "scalar pc"},
      {"gpsimd adds to a count that is being set back",
       {{"wait s23>=1 | nop | signal s23=0", "nop | signal s5+1"}, {"    nop | signal s23=1\n", ""}},
       "gpsimd pc"},
      {"the flag is written while tensor may still read it",
       {{"wait s3>=1 | tensor_scalar", "tensor_scalar"}, {"wait s5>=1 | tensor_scalar", "tensor_scalar"}},
       "gpsimd pc"},
  };
  for (const Row& row : rows)
    for (const bool timing : {true, false}) {
      CAPTURE(std::string(row.name));
      CAPTURE(timing);
      const std::string says = row.says;
      std::string text;
      ErrorKind kind = ErrorKind::race;
      try {
        run(program(20, 1000, row.edits), true, timing);
      } catch (const Error& e) {
        text = e.what();
        kind = e.kind();
      }
      CAPTURE(text);
      CHECK(kind == ErrorKind::race);
      CHECK(text.empty() == says.empty());
      CHECK(text.find(says) != std::string::npos);
    }
}
