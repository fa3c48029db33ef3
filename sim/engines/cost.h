#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/base/units.h"
#include "isa/table/instructions.h"

namespace inf::sim {

/// What an instruction costs on its engine, in cycles of that engine.
struct Cost {
  Cycles interval;  ///< the datapath takes no other instruction for so long
  Cycles latency;   ///< from the start until the result is visible; at least the interval
  Cycles switched;  ///< matmul and transpose: least time between the last row with other weights and the first of this
};

/// Cost of a data instruction. Sequencer instructions and DMA triggers occupy no datapath: all members are 0, and
/// their time on the sequencer is SequencerSpec::control_ns, issue_ns or DmaSpec::trigger_ns.
Cost cost(const isa::Operation& op, arch::Engine engine, const arch::ChipSpec& chip);

}  // namespace inf::sim
