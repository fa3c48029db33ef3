#include "sim/engines/datapath.h"

#include <algorithm>

namespace inf::sim {

using numerics::ActSet;

DatapathUse datapath_use(const isa::Operation& op) {
  DatapathUse use;
  const bool transposes = std::holds_alternative<isa::Transpose>(op);
  use.streams = !std::holds_alternative<isa::LoadStationary>(op);
  use.loads_weights = transposes || !use.streams;
  use.needs_weights = std::holds_alternative<isa::Matmul>(op);
  // Exact functions need no tables.
  if (const auto* a = std::get_if<isa::Activation>(&op)) use.tables = numerics::set_of(a->function);
  return use;
}

Datapath::Datapath(arch::Engine engine, const arch::ChipSpec& chip, const arch::Timebase& time)
    : engine_(engine),
      clock_(time.clock(engine)),
      table_load_(time.from_ns(static_cast<double>(chip.scalar.table_load_ns))) {}

Tick Datapath::free_for(const DatapathUse& use) const {
  if (engine_ != arch::Engine::tensor) return data_free_;
  Tick at;
  if (use.loads_weights) at = std::max(at, weights_free_);
  if (use.streams) at = std::max(at, data_free_);
  if (use.needs_weights) at = std::max(at, weights_ready_);
  return at;
}

Tick Datapath::table_switch(const DatapathUse& use) const {
  return use.tables == ActSet::none || use.tables == tables_ ? Tick(0) : table_load_;
}

Datapath::Slot Datapath::occupy(const DatapathUse& use, const Cost& cost, Tick start) {
  if (use.tables != ActSet::none) tables_ = use.tables;
  Slot slot{start, start + clock_.ticks(cost.interval), start + clock_.ticks(cost.latency)};
  if (use.loads_weights) new_weights_ = true;
  if (use.streams && new_weights_) {
    const Tick idle = start - data_free_, wait = clock_.ticks(cost.switched);
    if (streamed_ && idle < wait) {
      slot.end += wait - idle;
      slot.visible += wait - idle;
    }
    new_weights_ = false;
  }
  streamed_ |= use.streams;
  slot.visible = std::max(slot.visible, last_visible_);
  last_visible_ = slot.visible;
  busy_until_ = std::max(busy_until_, slot.end);
  if (use.loads_weights) weights_free_ = weights_ready_ = slot.end;
  if (use.streams) data_free_ = slot.end;
  return slot;
}

}  // namespace inf::sim
