#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/base/units.h"
#include "sim/engines/stream.h"

namespace inf::sim {

/// When the datapath of one engine is free, and when results are visible. Owns no clock: times come in as arguments.
/// The tensor engine has two units, the weight-load port and the data port, so that load_stationary runs beside the
/// matmul before it; at most one weight set waits in the shadow, and a matmul with new ones
/// streams TensorSpec::weight_switch after the one before at the earliest. All other engines have one unit. Completion
/// is in order. Source: fact sheet 3.3; background load documented, ports assumed.
class Datapath {
 public:
  Datapath(arch::Engine engine, const arch::ChipSpec& chip, const arch::Timebase& time);

  /// Earliest tick at which the units that `d` needs are free. A matmul also waits until its weights are loaded.
  Tick free_for(const Decoded& d) const;
  /// Ticks of the table switch that `d` would cause; 0 for none.
  Tick table_switch(const Decoded& d) const;
  Tick interval(const Decoded& d) const { return clock_.ticks(d.cost.interval); }

  struct Slot {
    Tick start, end, visible;
  };
  /// Occupies the units from `start` on.
  Slot occupy(const Decoded& d, Tick start);
  /// Until when the engine is busy with everything issued so far.
  Tick busy_until() const { return busy_until_; }
  /// When the result of the latest instruction can be seen; completion is in order, so everything before it can too.
  Tick last_visible() const { return last_visible_; }

 private:
  arch::Engine engine_;
  Clock clock_;
  Tick table_load_;
  bool new_weights_ = false, streamed_ = false;
  Tick data_free_, weights_free_, weights_ready_, last_visible_, busy_until_;
  numerics::ActSet tables_ = numerics::ActSet::none;
};

}  // namespace inf::sim
