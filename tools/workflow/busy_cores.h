#pragma once
#include <span>
#include <string>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "isa/base/units.h"
#include "isa/program/program.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// How many cores of how many chips run copies of a model: as few chips as hold them, as evenly as it goes.
struct CoreLayout {
  int cores = 0, chips = 0;
  int most = 0;  ///< copies on the fullest chip; the others have one less at most

  int full_chips() const { return cores - chips * (most - 1); }  ///< chips with `most` copies
};

/// Errors: usage at `place` where the instance has fewer cores, naming one of `sizes` that has enough.
CoreLayout lay_out_cores(const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                         std::span<const arch::InstanceSpec> sizes, std::int64_t cores, const std::string& place);

/// Simulates copies of a model on all cores of the layout, several calls of each, without values: what a call takes
/// alone, and in the steady state with the others busy. `programs` are what a call runs one after the other; each is
/// simulated with all cores running it. Chips share nothing, so one of each kind is simulated. `gap_ns` lies between
/// two calls of a core: the instance's device start.
BusyCores simulate_busy_cores(const arch::ChipSpec& chip, std::span<isa::ProgramSource* const> programs,
                              const CoreLayout& layout, double gap_ns, Progress& progress);

/// What the cores would do if every call of program i took `calls[i]`, whatever the others do: no simulation can say
/// more where that is the least that a call takes.
BusyCores undisturbed_cores(const arch::ChipSpec& chip, std::span<const Tick> calls, const CoreLayout& layout,
                            double gap_ns);

/// Throughput of the layout's cores, from their simulation in place of one core's time; the host caps it as ever.
Throughput busy_throughput(const BusyCores& busy, const Throughput& from_one, double host_per_s);

}  // namespace inf::workflow
