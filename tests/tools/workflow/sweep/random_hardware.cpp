#include "tests/tools/workflow/sweep/random_hardware.h"

#include <algorithm>
#include <string>

#include "isa/arch/chip_config.h"
#include "isa/arch/energy.h"

namespace inf::test {
namespace {

const std::string kConfigs = INF_SOURCE_DIR "/configs/";

/// The value times something between an eighth and eight.
template <class T>
void scale(Draws& draws, T& value, T least) {
  if (draws.chance(50)) return;
  const double factor = draws.one_of({0.125, 0.3, 0.5, 0.77, 1.5, 2.0, 3.1, 8.0});
  value = std::max(least, static_cast<T>(static_cast<double>(value) * factor));
}

template <class T>
void replace(Draws& draws, T& value, std::initializer_list<T> by) {
  if (draws.chance(50)) value = draws.one_of(by);
}

void vary_engines(Draws& draws, arch::ChipSpec& chip) {
  const std::initializer_list<std::int64_t> clocks = {350, 700, 1000, 1120, 1400, 2800};
  replace(draws, chip.tensor.clock_mhz, clocks);
  replace(draws, chip.tensor.columns, {32, 64, 128});
  if (draws.chance(30)) {
    const int rows = draws.one_of({32, 64, 256});
    chip.tensor.rows = chip.sbuf.partitions = rows;
    if (draws.chance(50)) chip.psum.partitions = std::max(rows, chip.tensor.columns);
  }
  replace(draws, chip.tensor.max_moving, {128, 256, 512});
  replace<std::int64_t>(draws, chip.tensor.min_interval, {0, 1, 16, 64, 200});
  replace<std::int64_t>(draws, chip.tensor.weight_switch, {0, 1, 80, 300});
  replace<std::int64_t>(draws, chip.tensor.fixed_latency, {0, 100});
  replace(draws, chip.tensor.fast_load_divisor, {1, 4, 16});
  if (chip.tensor.fp32_passes > 0) replace(draws, chip.tensor.fp32_passes, {1, 2, 4});
  for (arch::LaneEngineSpec* lanes : {&chip.vector, &chip.scalar, &chip.gpsimd}) {
    if (lanes->lanes == 0) continue;
    replace(draws, lanes->clock_mhz, clocks);
    replace<std::int64_t>(draws, lanes->min_interval, {0, 1, 64});
    replace<std::int64_t>(draws, lanes->latency, {0, 100});
    scale<std::int64_t>(draws, lanes->table_load_ns, 0);
  }
  if (draws.chance(30)) chip.vector.bf16_fast_modes = !chip.vector.bf16_fast_modes;
  replace<std::int64_t>(draws, chip.sequencer.issue_ns, {0, 1, 9, 30});
  replace<std::int64_t>(draws, chip.semaphores.engine_visibility_ns, {0, 30, 100});
  replace<std::int64_t>(draws, chip.semaphores.dma_visibility_ns, {0, 300, 1000});
  if (draws.chance(30)) chip.ports.vector_scalar_share_psum = !chip.ports.vector_scalar_share_psum;
  if (draws.chance(30)) chip.ports.vector_gpsimd_share_sbuf = !chip.ports.vector_gpsimd_share_sbuf;
}

void vary_memories(Draws& draws, arch::ChipSpec& chip) {
  scale<std::int64_t>(draws, chip.sbuf.bytes_per_partition, 65536);
  chip.sbuf.bytes_per_partition = chip.sbuf.bytes_per_partition / 1024 * 1024;
  replace(draws, chip.psum.banks, {2, 4, 8});
  replace(draws, chip.dma.engines, {1, 2, 3, 7, 16});
  scale(draws, chip.dma.bytes_per_ns, 0.01);
  scale(draws, chip.dma.peak_bytes_per_ns, 0.01);
  replace<std::int64_t>(draws, chip.dma.queue_ns, {0, 50, 400});
  replace(draws, chip.dma.descriptor_ns, {0.0, 0.4, 12.0, 60.0});
  replace<std::int64_t>(draws, chip.dma.descriptor_bytes, {64, 512, 4096, 65536});
  replace<std::int64_t>(draws, chip.dma.start_ns, {0, 100, 1300, 4000});
  replace<std::int64_t>(draws, chip.dma.trigger_ns, {0, 50, 100});
  replace(draws, chip.dma.partitions_per_engine, {1, 8, 128});
  scale(draws, chip.memory.bytes_per_ns, 0.01);
  chip.memory.shared_bytes_per_ns = chip.memory.bytes_per_ns * draws.one_of({0.5, 0.9, 1.0});
  replace<std::int64_t>(draws, chip.memory.access_ns, {0, 100, 700});
  replace(draws, chip.cores, {1, 2, 4});
}

/// As a chip file with a section `energy` would have it.
void add_energy(Draws& draws, arch::ChipSpec& chip) {
  arch::EnergySpec energy;
  for (const arch::Parameter& p : arch::energy_parameters(energy)) {
    arch::Provenance from;
    from.path = p.path;
    from.value = std::to_string(draws.below(30));
    chip.provenance[p.path] = from;
  }
}

}  // namespace

std::uint64_t Draws::next() {
  state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
  return state_ >> 11;
}

arch::ChipSpec random_chip(Draws& draws) {
  arch::ChipSpec chip = arch::load_chip(kConfigs + "chips/" + draws.one_of({"inf1", "inf2", "trainium1"}) + ".yaml");
  vary_engines(draws, chip);
  vary_memories(draws, chip);
  if (draws.chance(40)) add_energy(draws, chip);
  return chip;
}

arch::InstanceSpec random_instance(Draws& draws) {
  const auto sizes = arch::load_instances(kConfigs + "instances/" + draws.one_of({"inf1", "inf2"}) + ".yaml");
  arch::InstanceSpec instance = sizes[static_cast<std::size_t>(draws.below(static_cast<std::int64_t>(sizes.size())))];
  scale<std::int64_t>(draws, instance.runtime.call_overhead_ns, 0);
  scale<std::int64_t>(draws, instance.runtime.device_start_ns, 0);
  scale(draws, instance.runtime.copy_ms_per_mb, 0.001);
  replace<std::int64_t>(draws, instance.runtime.large_copy_bytes, {0, 1000, 1'000'000});
  return instance;
}

}  // namespace inf::test
