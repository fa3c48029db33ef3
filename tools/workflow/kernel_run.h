#pragma once
#include <string>

#include "isa/arch/instance.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/report.h"
#include "workloads/kernels/kernels.h"

namespace inf::workflow {

struct RecordedRun;

/// What simulating a hand-written kernel's time gave; nothing here differs between identical runs.
struct KernelRun {
  const workloads::KernelInfo* kernel = nullptr;
  std::string chip;
  double run_ns = 0;       ///< first instruction to last result
  double measured_ns = 0;  ///< what stands beside the published figure: KernelInfo::measured
  double dma_busy_ns = 0;  ///< union of the times in which transfers are served
  std::uint64_t instructions = 0, macs = 0;
  std::int64_t dram_read = 0, dram_written = 0;
  std::vector<EngineUse> engines;
};

/// Simulates the kernel's time on one core. What the core does is added to `record`.
/// Errors: those of make_kernel and of the simulator.
KernelRun run_kernel(const workloads::KernelInfo& kernel, const arch::ChipSpec& chip, const arch::RuntimeSpec& runtime,
                     Progress& progress, RecordedRun* record = nullptr);

std::string kernel_text(const KernelRun& run);
/// The document described in docs/json.md.
std::string kernel_json(const KernelRun& run);
/// Every kernel with its shapes and the rows that it stands for.
std::string kernel_list_text();
std::string kernel_list_json();

}  // namespace inf::workflow
