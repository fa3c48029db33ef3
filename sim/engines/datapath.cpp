#include "sim/engines/datapath.h"

#include <algorithm>

namespace inf::sim {
namespace {

using numerics::ActSet;

bool loads_weights(const isa::Operation& op) {
  return std::holds_alternative<isa::LoadStationary>(op) || std::holds_alternative<isa::Transpose>(op);
}
bool uses_data_port(const isa::Operation& op) { return !std::holds_alternative<isa::LoadStationary>(op); }

/// Table set that an activation needs; none for exact functions and other instructions.
ActSet table_set(const isa::Operation& op) {
  const auto* a = std::get_if<isa::Activation>(&op);
  return a ? numerics::set_of(a->function) : ActSet::none;
}

}  // namespace

Datapath::Datapath(arch::Engine engine, const arch::ChipSpec& chip, const arch::Timebase& time)
    : engine_(engine),
      clock_(time.clock(engine)),
      table_load_(time.from_ns(static_cast<double>(chip.scalar.table_load_ns))) {}

Tick Datapath::free_for(const Decoded& d) const {
  if (engine_ != arch::Engine::tensor) return data_free_;
  Tick at;
  if (loads_weights(d.inst.op)) at = std::max(at, weights_free_);
  if (uses_data_port(d.inst.op)) at = std::max(at, data_free_);
  if (std::holds_alternative<isa::Matmul>(d.inst.op)) at = std::max(at, weights_ready_);
  return at;
}

Tick Datapath::table_switch(const Decoded& d) const {
  const ActSet set = table_set(d.inst.op);
  return set == ActSet::none || set == tables_ ? Tick(0) : table_load_;
}

Datapath::Slot Datapath::occupy(const Decoded& d, Tick start) {
  if (const ActSet set = table_set(d.inst.op); set != ActSet::none) tables_ = set;
  Slot slot{start, start + clock_.ticks(d.cost.interval), start + clock_.ticks(d.cost.latency)};
  if (loads_weights(d.inst.op)) new_weights_ = true;
  if (uses_data_port(d.inst.op) && new_weights_) {
    const Tick idle = start - data_free_, wait = clock_.ticks(d.cost.switched);
    if (streamed_ && idle < wait) {
      slot.end += wait - idle;
      slot.visible += wait - idle;
    }
    new_weights_ = false;
  }
  streamed_ |= uses_data_port(d.inst.op);
  slot.visible = std::max(slot.visible, last_visible_);
  last_visible_ = slot.visible;
  busy_until_ = std::max(busy_until_, slot.end);
  if (loads_weights(d.inst.op)) weights_free_ = weights_ready_ = slot.end;
  if (uses_data_port(d.inst.op)) data_free_ = slot.end;
  return slot;
}

}  // namespace inf::sim
