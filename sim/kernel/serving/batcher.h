#pragma once
#include <deque>
#include <vector>

#include "sim/kernel/serving/arrivals.h"
#include "sim/kernel/serving/record.h"
#include "sim/kernel/serving/worker.h"

namespace inf::sim {

/// Takes samples as they arrive and hands them to idle workers in batches: when the largest batch is full, or when the
/// oldest sample has waited its longest. The worker is one whose copy of the model has the fewest calls.
class Batcher : public sc_core::sc_module, public Desk {
 public:
  SC_HAS_PROCESS(Batcher);
  Batcher(sc_core::sc_module_name name, Host& host, const std::vector<ServingCall>& calls, const OpenLoad& load,
          Record& record);

  bool next(Worker& worker, Batch& batch) override;
  void done(const Batch& batch) override;
  std::int64_t waiting() const { return static_cast<std::int64_t>(queue_.size()); }

 private:
  void arrive();
  void dispatch();
  bool ready() const;
  Batch take_batch();

  Host& host_;
  const std::vector<ServingCall>& calls_;
  std::int64_t max_wait_ns_;
  Record& record_;
  Arrivals arrivals_;
  std::int64_t next_arrival_ns_ = 0;
  sc_core::sc_event arrival_, deadline_;
  std::deque<std::int64_t> queue_;  ///< arrival times, ns
  std::vector<Worker*> idle_;       ///< in the order in which they became so
};

}  // namespace inf::sim
