#include <fmt/core.h>

#include <memory>

#include "sim/kernel/context.h"
#include "sim/kernel/serving/batcher.h"
#include "sim/kernel/serving/record.h"
#include "sim/kernel/serving/serving.h"
#include "sim/kernel/serving/worker.h"

namespace inf::sim {
namespace {

/// Every worker that asks gets the same call.
class ClosedDesk : public Desk {
 public:
  ClosedDesk(Host& host, const ServingCall& call, Record& record) : host_(host), call_(call), record_(record) {}

  bool next(Worker&, Batch& batch) override {
    batch.call = &call_;
    batch.arrivals.assign(1, host_.agenda.now_ns());
    return true;
  }
  void done(const Batch& batch) override { record_.done(batch, call_.batch); }

 private:
  Host& host_;
  const ServingCall& call_;
  Record& record_;
};

/// Workers in the order in which they first ask: the first of every copy, then the second of every copy.
std::vector<std::unique_ptr<Worker>> make_workers(Host& host, Desk& desk, int per_copy) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < per_copy; ++i)
    for (ServingChip& chip : host.chips)
      for (Pool& copy : chip.copies) {
        const std::string name = fmt::format("worker_{}", workers.size());
        workers.push_back(std::make_unique<Worker>(name.c_str(), host, desk, chip, copy));
      }
  return workers;
}

}  // namespace

ServingResult serve(const ServingMachine& machine, const ServingCall& call, const ClosedLoad& load) {
  KernelContext context;
  Host host(machine);
  Record record(host, load.requests);
  ClosedDesk desk(host, call, record);
  const auto workers = make_workers(host, desk, load.workers_per_copy);
  sc_core::sc_start();
  return record.result(0);
}

ServingResult serve(const ServingMachine& machine, const std::vector<ServingCall>& calls, const OpenLoad& load) {
  KernelContext context;
  Host host(machine);
  Record record(host, load.requests);
  Batcher desk("batcher", host, calls, load, record);
  const auto workers = make_workers(host, desk, load.workers_per_copy);
  sc_core::sc_start();
  return record.result(desk.waiting());
}

}  // namespace inf::sim
