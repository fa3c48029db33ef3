// Chips as a sweep makes them up: each either runs a model, or is refused with the key that would have to change.
#include <doctest/doctest.h>

#include <random>

#include "isa/arch/parameters.h"
#include "tests/compiler/pipeline/matrix_check.h"
#include "tests/compiler/pipeline/small_models.h"

using namespace inf;
using namespace inf::compiler;

namespace {

/// A value of each size that sweeps vary, drawn independently of the others.
arch::ChipSpec random_chip(unsigned seed) {
  std::mt19937 rng(seed);
  const auto one_of = [&](std::initializer_list<std::int64_t> values) { return values.begin()[rng() % values.size()]; };
  const auto small = [&](std::initializer_list<std::int64_t> values) { return static_cast<int>(one_of(values)); };
  arch::ChipSpec c = test::inf2();
  c.sbuf.partitions = small({32, 64, 128, 128, 128, 256});
  c.tensor.rows = std::min(c.sbuf.partitions, small({32, 64, 128, 256}));
  c.tensor.columns = std::min(c.sbuf.partitions, small({32, 64, 128, 256}));
  c.psum.partitions = std::max(c.tensor.columns, small({32, 64, 128, 256}));
  c.tensor.max_moving = small({128, 256, 512, 512, 1024});
  c.psum.bank_bytes = std::max<std::int64_t>(one_of({1024, 2048, 2048, 4096, 8192}), 4 * c.tensor.max_moving);
  c.psum.banks = small({1, 2, 3, 4, 8, 16});
  c.sbuf.bytes_per_partition = one_of({32, 48, 64, 96, 192, 192, 192, 512, 1024}) * 1024;
  c.sbuf.reserved_per_partition = one_of({0, 4096, 16384});
  c.vector.lanes = small({32, 64, 128, 256});
  c.scalar.lanes = small({32, 64, 128, 256});
  c.gpsimd.lanes = small({32, 128});
  c.tensor.fast_load_divisor = small({1, 4});
  c.tensor.clock_mhz = one_of({700, 1400, 2800});
  c.vector.clock_mhz = one_of({560, 1120});
  c.dma.engines = small({1, 2, 3, 5, 8, 16, 24, 64});
  c.dma.queues = small({1, 3, 6, 16});
  c.dma.partitions_per_engine = small({1, 8, 16});
  c.dma.bytes_per_ns = static_cast<double>(one_of({2, 17, 40}));
  c.memory.bytes_per_ns = static_cast<double>(one_of({50, 400, 820, 3200}));
  c.memory.shared_bytes_per_ns = c.memory.bytes_per_ns / 2;
  c.semaphores.count = small({16, 32, 256});
  c.sequencer.issue_ns = one_of({1, 9, 50});
  return c;
}

/// Whether a refusal says which key of the chip it is about.
bool names_a_key(const Error& error, arch::ChipSpec chip) {
  const std::string said = error.what();
  for (const arch::Parameter& p : arch::parameters(chip))
    if (said.find(p.path) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a made-up chip runs a model or is refused with the key that closes the gap") {
  constexpr unsigned kChips = 60, kWithValues = 10;
  // Weights in chunks of fewer channels than a start partition's grain met a residual; a refusal named no key.
  std::vector<unsigned> seeds{105, 183, 510, 966};
  for (unsigned seed = 0; seed < kChips; ++seed) seeds.push_back(seed);
  int ran = 0, refused = 0;
  for (const unsigned seed : seeds) {
    CAPTURE(seed);
    const arch::ChipSpec chip = random_chip(seed);
    for (const test::SmallModel& m : test::small_models()) {
      CAPTURE(m.name);
      const DType type = seed % 3 == 0 ? DType::fp32 : DType::bf16;
      const bool values = seed % (kChips / kWithValues) == 1;
      sim::SimOptions options = test::kOneThread;
      options.values = values;
      try {
        const test::ChipRun run = test::run_on_chip(m.graph, m.inputs, test::options_of(type), options, chip);
        CHECK(run.result.end.value > 0);
        if (values) test::compare_outputs(run, interpret(m.graph, m.inputs), type == DType::fp32 ? 1e-5 : 4e-2);
        ++ran;
      } catch (const Error& e) {
        CAPTURE(std::string(e.what()));
        CHECK(e.kind() == ErrorKind::unsupported);
        CHECK(names_a_key(e, chip));
        ++refused;
      }
    }
  }
  CHECK(ran > 60);
  CHECK(refused > 20);
}
