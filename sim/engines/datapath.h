#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/base/units.h"
#include "isa/numerics/activation.h"
#include "sim/engines/cost.h"

namespace inf::sim {

/// What an instruction needs of its datapath, beside time.
struct DatapathUse {
  bool loads_weights = false, streams = true, needs_weights = false;
  numerics::ActSet tables = numerics::ActSet::none;  ///< that it computes with
};
DatapathUse datapath_use(const isa::Operation& op);

/// When the datapath of one engine is free, and when results are visible. Owns no clock: times come in as arguments.
/// The tensor engine has two units, the weight-load port and the data port, so that load_stationary runs beside the
/// matmul before it; at most one weight set waits in the shadow, and a matmul with new ones
/// streams TensorSpec::weight_switch after the one before at the earliest. All other engines have one unit. Completion
/// is in order. Source: fact sheet 3.3; background load documented, ports assumed.
class Datapath {
 public:
  Datapath(arch::Engine engine, const arch::ChipSpec& chip, const arch::Timebase& time);

  /// Earliest tick at which the units that `use` needs are free. A matmul also waits until its weights are loaded.
  Tick free_for(const DatapathUse& use) const;
  /// Ticks of the table switch that `use` would cause; 0 for none.
  Tick table_switch(const DatapathUse& use) const;
  Tick interval(const Cost& cost) const { return clock_.ticks(cost.interval); }

  struct Slot {
    Tick start, end, visible;
  };
  /// Occupies the units from `start` on.
  Slot occupy(const DatapathUse& use, const Cost& cost, Tick start);
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
