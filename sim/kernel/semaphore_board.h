#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "sim/engines/issue_sink.h"
#include "sim/machine/semaphores.h"

namespace inf::sim {

/// Who sleeps until a semaphore gets an update that it does not know of yet.
class SemaphoreWaiter {
 public:
  virtual ~SemaphoreWaiter() = default;
  virtual void semaphore_posted() = 0;
};

/// The semaphores of a core together with the engines that sleep on them.
class SemaphoreBoard {
 public:
  explicit SemaphoreBoard(int count) : bank_(count), waiters_(static_cast<std::size_t>(count)) {}
  /// Before a call: all 0, nobody waits, updates go to `sink`.
  void begin(IssueSink& sink) {
    bank_ = SemaphoreBank(bank_.count());
    for (auto& sleeping : waiters_) sleeping.clear();
    sink_ = &sink;
  }
  SemaphoreBank& bank() { return bank_; }

  void wait(int semaphore, SemaphoreWaiter& who) { waiters_[static_cast<std::size_t>(semaphore)].push_back(&who); }
  void post(const isa::Signal& signal, Tick at, Signaller by) {
    bank_.post(signal.semaphore, at, signal.kind, signal.value, by);
    if (sink_->watched()) sink_->updated({signal.semaphore, at, signal.kind, signal.value, by});
    auto& sleeping = waiters_[signal.semaphore];
    if (sleeping.empty()) return;
    std::vector<SemaphoreWaiter*> woken;
    woken.swap(sleeping);
    for (SemaphoreWaiter* w : woken) w->semaphore_posted();
  }

 private:
  SemaphoreBank bank_;
  std::vector<std::vector<SemaphoreWaiter*>> waiters_;
  IssueSink* sink_ = nullptr;
};

}  // namespace inf::sim
