#pragma once
#include <cstdint>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "sim/engines/dma_plan.h"
#include "sim/kernel/simulate_cores.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// The links between the chips of an instance: a line, a ring or a torus by neuronlink.dimensions and
/// neuronlink.wraps. A message goes along the first dimension, then the second, the shorter way round; it takes each
/// link that it crosses for bytes / bandwidth, in the order in which messages are sent, and its head moves on after
/// the hop's latency. Source: topology documented (fact sheet 1.2); routing assumed.
class NeuronLinks : public sc_core::sc_module {
 public:
  NeuronLinks(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, int chips);

  /// When the last byte reaches `to`, sent at `at`; takes the links. Between two different chips.
  Tick send(int from, int to, std::int64_t bytes, Tick at);
  /// Chips that a message passes, both ends included.
  std::vector<int> route(int from, int to) const;
  const LinkUse& use() const { return use_; }

 private:
  int chips_, columns_;
  bool wraps_;
  ByteRate rate_;
  Tick latency_;
  std::vector<Tick> free_;  ///< per [from][to] of neighbours
  LinkUse use_;
};

}  // namespace inf::sim
