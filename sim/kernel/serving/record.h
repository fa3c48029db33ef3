#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "sim/kernel/serving/host.h"

namespace inf::sim {

/// Collects what calls took, and stops the kernel when enough samples are through. The first tenth is warm-up.
class Record {
 public:
  Record(Host& host, std::int64_t requests) : host_(host), warm_up_(requests / kWarmUpShare), requests_(requests) {}

  /// A call's samples are back. `samples`: how many it carried in a closed loop, where it has one arrival.
  void done(const Batch& batch, std::int64_t samples);
  bool complete() const { return seen_ >= requests_; }
  ServingResult result(std::int64_t waiting);

 private:
  static constexpr std::int64_t kWarmUpShare = 10;

  Host& host_;
  std::int64_t warm_up_, requests_;
  std::int64_t seen_ = 0, samples_ = 0, calls_ = 0;
  std::int64_t measured_from_ns_ = 0;
  bool warm_ = false;
  std::vector<std::int64_t> latencies_;
  std::map<int, std::int64_t> batches_;
};

}  // namespace inf::sim
