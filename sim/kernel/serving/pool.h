#pragma once
#include <cstdint>
#include <deque>

#include "sim/kernel/serving/agenda.h"

namespace inf::sim {

/// Equal servers with one queue in order of arrival: processors of the host, a host link, a core.
class Pool {
 public:
  Pool(Agenda& agenda, int servers) : agenda_(agenda), servers_(servers), free_(servers) {}

  /// True: one is taken at once. False: `granted` is notified when one has been taken for its owner.
  bool take(sc_core::sc_event& granted) {
    if (free_ == 0) {
      waiting_.push_back(&granted);
      return false;
    }
    count_busy();
    --free_;
    return true;
  }

  void give() {
    if (waiting_.empty()) {
      count_busy();
      ++free_;
      return;
    }
    agenda_.put(*waiting_.front(), 0);
    waiting_.pop_front();
  }

  int busy() const { return servers_ - free_; }
  /// Forgets the busy time so far.
  void restart() {
    busy_ns_ = 0;
    since_ = agenda_.now_ns();
  }
  /// Busy time of all servers together since restart.
  std::int64_t busy_ns() {
    count_busy();
    return busy_ns_;
  }
  int servers() const { return servers_; }

 private:
  void count_busy() {
    busy_ns_ += busy() * (agenda_.now_ns() - since_);
    since_ = agenda_.now_ns();
  }

  Agenda& agenda_;
  int servers_, free_;
  std::int64_t busy_ns_ = 0, since_ = 0;
  std::deque<sc_core::sc_event*> waiting_;
};

}  // namespace inf::sim
