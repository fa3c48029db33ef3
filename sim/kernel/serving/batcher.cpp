#include "sim/kernel/serving/batcher.h"

#include <algorithm>
#include <utility>

namespace inf::sim {

Batcher::Batcher(sc_core::sc_module_name name, Host& host, const std::vector<ServingCall>& calls, const OpenLoad& load,
                 Record& record)
    : sc_module(name),
      host_(host),
      calls_(calls),
      max_wait_ns_(load.max_wait_ns),
      record_(record),
      arrivals_(load.rate_per_s, load.seed) {
  SC_METHOD(arrive);
  sensitive << arrival_;
  dont_initialize();
  SC_METHOD(dispatch);
  sensitive << deadline_;
  dont_initialize();
  next_arrival_ns_ = arrivals_.next();
  host_.agenda.put(arrival_, next_arrival_ns_);
}

void Batcher::arrive() {
  const std::int64_t now = host_.agenda.now_ns();
  queue_.push_back(now);
  next_arrival_ns_ = arrivals_.next();
  host_.agenda.put(arrival_, std::max<std::int64_t>(0, next_arrival_ns_ - now));
  dispatch();
}

bool Batcher::ready() const {
  if (queue_.empty()) return false;
  return static_cast<int>(queue_.size()) >= calls_.back().batch ||
         host_.agenda.now_ns() - queue_.front() >= max_wait_ns_;
}

Batch Batcher::take_batch() {
  const std::size_t count = std::min(queue_.size(), static_cast<std::size_t>(calls_.back().batch));
  const auto fits = [&](const ServingCall& call) { return static_cast<std::size_t>(call.batch) >= count; };
  Batch batch;
  batch.call = &*std::find_if(calls_.begin(), calls_.end(), fits);
  batch.arrivals.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  return batch;
}

void Batcher::dispatch() {
  while (!idle_.empty() && ready()) {
    // Of several idle workers of one copy none has a call: the copy with the most idle workers has the fewest calls.
    const auto idle_of = [&](const Worker* worker) {
      return std::count_if(idle_.begin(), idle_.end(),
                           [&](const Worker* other) { return &other->copy() == &worker->copy(); });
    };
    const auto best = std::max_element(idle_.begin(), idle_.end(),
                                       [&](const Worker* a, const Worker* b) { return idle_of(a) < idle_of(b); });
    Worker* worker = *best;
    idle_.erase(best);
    worker->give(take_batch());
  }
  // With a batch ready but every worker at work, the next worker that asks takes it.
  if (idle_.empty() || queue_.empty()) return;
  const std::int64_t waited = host_.agenda.now_ns() - queue_.front();
  deadline_.cancel();
  host_.agenda.put(deadline_, max_wait_ns_ - waited);
}

bool Batcher::next(Worker& worker, Batch& batch) {
  if (!ready()) {
    idle_.push_back(&worker);
    dispatch();
    return false;
  }
  batch = take_batch();
  return true;
}

void Batcher::done(const Batch& batch) { record_.done(batch, static_cast<std::int64_t>(batch.arrivals.size())); }

}  // namespace inf::sim
