#include "tools/workflow/sweep/infeasible.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>

#include "isa/arch/chip_config.h"
#include "isa/arch/parameters.h"
#include "isa/base/shortage.h"
#include "tools/workflow/sweep/evaluate.h"

using namespace inf;
using namespace inf::workflow;
using namespace inf::workflow::sweep;

namespace {

Case case_of(const std::string& yaml) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("inf-sim-infeasible-test-" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(file) << yaml;
  Case c;
  c.workload = read_workload_file(file);
  std::filesystem::remove(file);
  c.chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  c.sizes = arch::load_instances(INF_SOURCE_DIR "/configs/instances/inf2.yaml");
  c.instance = c.sizes.front();
  return c;
}

void set(arch::ChipSpec& chip, const std::string& knob, double value) {
  for (const arch::Parameter& p : arch::parameters(chip))
    if (knob == p.path || knob == "chip." + std::string(p.path)) {
      if (auto* const* whole = std::get_if<std::int64_t*>(&p.target)) **whole = static_cast<std::int64_t>(value);
      if (auto* const* small = std::get_if<int*>(&p.target)) **small = static_cast<int>(value);
      return;
    }
  FAIL("no parameter ", knob);
}

constexpr const char* kSmallCraft = "model: {builtin: craft, height: 32, width: 64}\n";
constexpr const char* kWide = "model: {builtin: craft, height: 32, width: 1024}\n";
constexpr const char* kShortBert = "model: {builtin: bert-base, sequence: 128}\n";

}  // namespace

TEST_CASE("a chip that is too small is refused with the key that closes it, until it is large enough") {
  struct Row {
    const char* name;
    std::string yaml;
    std::function<void(Case&)> shrink;
    const char* knob;
  };
  const Row rows[] = {
      {"device memory", kSmallCraft, [](Case& c) { c.chip.memory.bytes = 1'000'000; }, "chip.memory.bytes"},
      {"SBUF for a convolution", kWide, [](Case& c) { c.chip.sbuf.bytes_per_partition = 33 << 10; },
       "chip.sbuf.bytes_per_partition"},
      {"SBUF for an encoder", kShortBert, [](Case& c) { c.chip.sbuf.bytes_per_partition = 36 << 10; },
       "chip.sbuf.bytes_per_partition"},
      {"SBUF at all", kSmallCraft,
       [](Case& c) { c.chip.sbuf.bytes_per_partition = c.chip.sbuf.reserved_per_partition; },
       "chip.sbuf.bytes_per_partition"},
      {"DMA queues", kSmallCraft, [](Case& c) { c.chip.dma.queues = 1; }, "chip.dma.queues"},
      {"semaphores", kSmallCraft, [](Case& c) { c.chip.semaphores.count = 4; }, "chip.semaphores.count"},
      {"PSUM banks", kSmallCraft, [](Case& c) { c.chip.psum.banks = 1; }, "chip.psum.banks"},
      {"PSUM bank", kShortBert, [](Case& c) { c.chip.psum.bank_bytes = 256; }, "chip.psum.bank_bytes"},
      {"cores", std::string(kSmallCraft) + "compile: {cores: 5}\n", [](Case&) {}, "chip.cores"},
      {"two things at once", kSmallCraft,
       [](Case& c) {
         c.chip.memory.bytes = 1'000'000;
         c.chip.semaphores.count = 4;
       },
       "chip.semaphores.count"},
  };
  Evaluator evaluator;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Case c = case_of(row.yaml);
    row.shrink(c);
    std::map<std::string, double> asked;  // the most so far, by key
    CaseOutcome outcome = evaluator.evaluate(c);
    CHECK(outcome.status == Status::infeasible);
    REQUIRE(outcome.shortfall);
    CHECK(outcome.shortfall->knob == row.knob);
    for (int i = 0; outcome.status == Status::infeasible && i < 20; ++i) {
      CAPTURE(outcome.reason);
      REQUIRE(outcome.shortfall);
      const Shortfall s = *outcome.shortfall;
      CHECK(s.needed > s.available);
      CHECK(s.needed > asked[s.knob]);
      CHECK(outcome.reason.find(s.knob) != std::string::npos);
      asked[s.knob] = s.needed;
      set(c.chip, s.knob, s.needed);
      outcome = evaluator.evaluate(c);
    }
    CHECK(outcome.status == Status::done);
  }
}

TEST_CASE("which errors are refusals") {
  const auto error = [](ErrorKind kind) { return Error(kind, "here", "is so", {"do this"}); };
  CHECK(is_refusal(error(ErrorKind::unsupported)));
  CHECK(is_refusal(error(ErrorKind::config)));
  CHECK_FALSE(is_refusal(error(ErrorKind::usage)));
  CHECK_FALSE(is_refusal(error(ErrorKind::internal)));
  CHECK_FALSE(is_refusal(error(ErrorKind::deadlock)));
  const ShortageError cores(ErrorKind::usage, "--cores", "too many", {"cores", 3, 2, "cores", "chip.cores"});
  CHECK(is_refusal(cores));
  CHECK(infeasible(cores).reason == "--cores: too many; raise chip.cores from 2 to 3 cores");
  CHECK(infeasible(error(ErrorKind::config)).reason == "here: is so; do this");
  CHECK_FALSE(infeasible(error(ErrorKind::config)).shortfall);
}
