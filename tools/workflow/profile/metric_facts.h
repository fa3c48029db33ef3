#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// Who builds the descriptors of a transfer.
enum class DescriptorSource : std::uint8_t {
  static_,   ///< they are part of the program
  software,  ///< gpsimd, at run time
  hardware,  ///< the DMA engine, from an address in a register of another engine
};
inline constexpr int kDescriptorSources = 3;

struct TransferFacts {
  std::int64_t count = 0, bytes = 0;  ///< written at the destination
};

/// Bytes read and written in one memory.
struct TrafficFacts {
  std::int64_t read = 0, written = 0;
};

/// What only single instructions and transfers say.
struct InstructionFacts {
  std::array<std::int64_t, arch::kEngines> duration{};                          ///< ticks, summed over instructions
  std::array<std::array<std::int64_t, 256>, arch::kEngines> opcode_duration{};  ///< ... by opcode
  std::int64_t executing = 0;      ///< ticks from the first instruction on a datapath to the last one's result
  std::int64_t active = 0;         ///< ticks in which an engine or a transfer works
  std::int64_t weight_switch = 0;  ///< ticks in which the array changes to other weights
  std::uint64_t transpose_macs = 0;
  TrafficFacts sbuf, psum;
  std::int64_t psum_to_sbuf = 0;    ///< bytes written to SBUF by instructions that read PSUM
  std::int64_t transfer_ticks = 0;  ///< summed over transfers
  std::int64_t packet_ticks = 0;    ///< summed over what each DMA engine did of each
  std::int64_t packets = 0, descriptors = 0;
  std::array<TransferFacts, kDescriptorSources> transfers{};
  std::int64_t input_bytes = 0, output_bytes = 0,
               weight_bytes = 0;                  ///< of tensors that the caller gives, gets and constants
  std::int64_t spill_save = 0, spill_reload = 0;  ///< everything else between SBUF and device memory
};

/// What metrics are made of: a run added up, in ticks and bytes.
struct MetricFacts {
  const arch::ChipSpec& chip;
  const Profile& profile;
  bool recorded = false;  ///< single instructions are known
  InstructionFacts fine;  ///< zeros without them
  std::int64_t ticks = 0, host_ticks = 0;
  std::array<std::int64_t, arch::kEngines> busy{};
  std::array<std::uint64_t, arch::kEngines> instructions{};
  std::array<std::uint64_t, 256> by_opcode{};
  std::uint64_t macs = 0, executed_macs = 0;
  std::int64_t hbm_read = 0, hbm_written = 0;
  std::int64_t dma_busy = 0, transfer_bytes = 0;
  std::uint64_t transfers = 0, queues = 0;
  std::int64_t inputs_and_weights = 0;  ///< bytes of these tensors, each once

  double ns(std::int64_t t) const { return profile.ns(t); }
  double seconds() const { return profile.ns(ticks) * 1e-9; }
  std::uint64_t count(isa::Opcode o) const { return by_opcode[static_cast<std::size_t>(o)]; }
};

/// `profile` has its ticks and operators already.
MetricFacts gather_facts(const RecordedRun& run, const arch::ChipSpec& chip, const Profile& profile);

/// Ticks of an instruction in which the array changes to other weights; they are part of its busy time.
std::int64_t weight_switch_ticks(const sim::RecordedStep& step, const arch::Timebase& time);

}  // namespace inf::workflow
