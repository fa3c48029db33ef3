#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "sim/kernel/serving/serving.h"
#include "tools/workflow/device_run.h"

namespace inf::workflow {

/// Cores of an instance that hold copies of a model: all of its chips', or the first `cores`.
struct UsedCores {
  int chips = 1, cores_per_chip = 1;  ///< whole chips where there are several
  Spread spread = Spread::data_parallel;

  int copies_per_chip() const { return spread == Spread::pipeline ? 1 : cores_per_chip; }
  int copies() const { return chips * copies_per_chip(); }
};

/// One call in the stages of the queueing simulation: the runtime's figures around the simulated device time.
sim::ServingCall call_stages(const DeviceRun& run, int batch, const arch::ChipSpec& chip,
                             const arch::RuntimeSpec& runtime, Spread spread);

/// The machine that takes such calls.
sim::ServingMachine serving_machine(const arch::InstanceSpec& instance, const UsedCores& used, const DeviceRun& run);

}  // namespace inf::workflow
