#include <doctest/doctest.h>

#include "isa/base/error.h"
#include "sim/kernel/preload.h"
#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

constexpr unsigned kColumns = 256;

isa::ConstantData ramp(std::int64_t elements) {
  auto bytes = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(elements) * 4);
  for (std::int64_t i = 0; i < elements; ++i) {
    const auto value = static_cast<float>(i % 1000);
    std::memcpy(bytes->data() + i * 4, &value, 4);
  }
  return bytes;
}

/// y = w * 2, where w stays in SBUF at byte 0; the doubled values go to byte `scratch`.
Builder doubling(std::int64_t scratch) {
  Builder b;
  const std::int64_t w = b.tensor("w", isa::TensorEntry::Role::constant, DType::fp32, {128, kColumns});
  const std::int64_t y = b.output("y", DType::fp32, {128, kColumns});
  b.image().tensors[0].data = ramp(128 * kColumns);
  b.image().preload = {dma(sbuf(0, 128, 0, DType::fp32, kColumns), dram(w, 128, DType::fp32, kColumns))};
  const Access doubled = sbuf(0, 128, scratch, DType::fp32, kColumns);
  b.add(Engine::scalar, activation(doubled, sbuf(0, 128, 0, DType::fp32, kColumns), numerics::ActFn::copy, 2), {},
        signal(0));
  b.add(Engine::sync, dma(dram(y, 128, DType::fp32, kColumns), doubled), {wait(0, 1)});
  return b;
}

}  // namespace

TEST_CASE("what is loaded with the model is there when a call begins, and no call loads it") {
  Builder b = doubling(4096);
  const SimResult run = b.run();
  const std::vector<float> y = as_floats(run.outputs.at(0));
  for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == 2.0f * static_cast<float>(i % 1000));
  CHECK(run.counters.dram_read == 0);
  CHECK(run.instructions == 2);
  // one transfer of 128 KiB by all engines: start, and bytes at the sustained rate
  const arch::DmaSpec& d = inf2().dma;
  const double expected = static_cast<double>(d.start_ns) + 128.0 * kColumns * 4 / (d.engines * d.bytes_per_ns);
  const double load = arch::Timebase(inf2()).to_ns(run.load);
  MESSAGE("load " << load << " ns, by formula at least " << expected << " ns");
  CHECK(load >= expected);
  CHECK(load < 1.5 * expected + 1000);
}

TEST_CASE("values do not depend on timing, and times not on values") {
  Builder b = doubling(4096);
  const SimResult both = b.run();
  const SimResult functional = b.run({}, {.timing = false});
  const SimResult timing = b.run({}, {.values = false});
  CHECK(both.outputs.at(0).bytes == functional.outputs.at(0).bytes);
  CHECK(both.end == timing.end);
  CHECK(both.load == timing.load);
  CHECK(functional.load == Tick(0));
}

TEST_CASE("a write into a region that stays stops the run") {
  struct Row {
    const char* name;
    std::int64_t scratch;
    bool refused;
  };
  const std::int64_t end = std::int64_t{kColumns} * 4;
  const Row rows[] = {{"behind it", end, false}, {"its last byte", end - 4, true}, {"all of it", 0, true}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    Builder b = doubling(row.scratch);
    std::string message;
    try {
      b.run();
    } catch (const Error& error) {
      message = error.message();
    }
    CHECK((message.find("where a constant stays that was loaded with the model") != std::string::npos) == row.refused);
  }
}

TEST_CASE("without the preload section the same program reads what nothing wrote") {
  Builder b = doubling(4096);
  b.image().preload.clear();
  CHECK_THROWS_AS(b.run(), Error);
  CHECK(load_time(inf2(), b.image()) == Tick(0));
}

TEST_CASE("a broken preload section does not run") {
  Builder b = doubling(4096);
  b.image().preload.push_back(b.image().preload.front());
  CHECK_THROWS_AS(b.run(), Error);
}
