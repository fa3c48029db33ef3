#include "sim/engines/execute.h"

namespace inf::sim {

// Sequencer instructions: control.h holds their meaning; they touch no memory and no datapath, and their time on the
// sequencer is SequencerSpec::control_ns (nop: issue_ns).
#define SEQUENCER_ONLY(Struct)                                               \
  void execute(const isa::Struct&, arch::Engine, Memories&, EngineState&) {} \
  Cost cost(const isa::Struct&, arch::Engine, const arch::ChipSpec&) { return {}; }
SEQUENCER_ONLY(Nop)
SEQUENCER_ONLY(RegisterSet)
SEQUENCER_ONLY(RegisterAlu)
SEQUENCER_ONLY(RegisterLoad)
SEQUENCER_ONLY(Loop)
SEQUENCER_ONLY(EndLoop)
SEQUENCER_ONLY(Branch)
#undef SEQUENCER_ONLY

}  // namespace inf::sim
