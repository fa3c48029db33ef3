#pragma once
#include <deque>
#include <vector>

#include "sim/kernel/serving/pool.h"
#include "sim/kernel/serving/serving.h"

namespace inf::sim {

/// A chip as its callers see it: cores that hold copies of the model, and a link.
struct ServingChip {
  std::deque<Pool> copies;
  Pool link;

  ServingChip(Agenda& agenda, int count) : link(agenda, 1) {
    for (int i = 0; i < count; ++i) copies.emplace_back(agenda, 1);
  }
  int busy_copies() const {
    int busy = 0;
    for (const Pool& copy : copies) busy += copy.busy();
    return busy;
  }
};

/// The shared parts of a machine.
struct Host {
  Agenda agenda;
  Pool processors;
  std::deque<ServingChip> chips;

  explicit Host(const ServingMachine& machine)
      : processors(agenda, std::max(1, machine.vcpu / std::max(1, machine.call_vcpu))) {
    for (int i = 0; i < machine.chips; ++i) chips.emplace_back(agenda, machine.copies_per_chip);
  }
  /// Measuring starts here.
  void restart() {
    processors.restart();
    for (ServingChip& chip : chips) {
      chip.link.restart();
      for (Pool& copy : chip.copies) copy.restart();
    }
  }
};

/// A batch of samples on its way through the machine.
struct Batch {
  const ServingCall* call = nullptr;
  std::vector<std::int64_t> arrivals;  ///< ns, one for each sample; one for a call of a closed loop
};

class Worker;

/// Where workers get their work and bring it back.
class Desk {
 public:
  virtual ~Desk() = default;
  /// False: the worker sleeps until it is given a batch.
  virtual bool next(Worker& worker, Batch& batch) = 0;
  virtual void done(const Batch& batch) = 0;
};

}  // namespace inf::sim
