#include "sim/kernel/serving/record.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace inf::sim {
namespace {

/// The value that this share of the sorted ones does not exceed.
double percentile(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1]);
}

}  // namespace

void Record::done(const Batch& batch, std::int64_t samples) {
  const std::int64_t now = host_.agenda.now_ns();
  seen_ += static_cast<std::int64_t>(batch.arrivals.size());
  if (!warm_) {
    // What ends now began before: measuring starts with the next one.
    if (seen_ < warm_up_) return;
    warm_ = true;
    measured_from_ns_ = now;
    host_.restart();
    if (warm_up_ > 0) return;
  }
  for (const std::int64_t arrival : batch.arrivals) latencies_.push_back(now - arrival);
  samples_ += samples;
  ++calls_;
  ++batches_[batch.call->batch];
  if (complete()) sc_core::sc_stop();
}

ServingResult Record::result(std::int64_t waiting) {
  ServingResult result;
  const auto span = static_cast<double>(std::max<std::int64_t>(1, host_.agenda.now_ns() - measured_from_ns_));
  std::sort(latencies_.begin(), latencies_.end());
  const auto count = static_cast<double>(std::max<std::size_t>(1, latencies_.size()));
  result.requests = static_cast<std::int64_t>(latencies_.size());
  result.p50_ns = percentile(latencies_, 0.50);
  result.p90_ns = percentile(latencies_, 0.90);
  result.p99_ns = percentile(latencies_, 0.99);
  result.max_ns = percentile(latencies_, 1.0);
  result.mean_ns = static_cast<double>(std::accumulate(latencies_.begin(), latencies_.end(), std::int64_t{0})) / count;
  result.throughput_per_s = static_cast<double>(samples_) * 1e9 / span;
  result.mean_batch = calls_ > 0 ? static_cast<double>(samples_) / static_cast<double>(calls_) : 0;
  result.batches = batches_;
  result.waiting = waiting;
  double cores = 0, core_count = 0, links = 0;
  for (ServingChip& chip : host_.chips) {
    links += static_cast<double>(chip.link.busy_ns());
    for (Pool& copy : chip.copies) cores += static_cast<double>(copy.busy_ns()), ++core_count;
  }
  result.core_utilisation = cores / span / core_count;
  result.link_utilisation = links / span / static_cast<double>(host_.chips.size());
  result.host_utilisation =
      static_cast<double>(host_.processors.busy_ns()) / span / static_cast<double>(host_.processors.servers());
  return result;
}

}  // namespace inf::sim
