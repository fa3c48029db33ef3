#include "sim/kernel/serving/serving.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "sim/kernel/serving/arrivals.h"

using namespace inf::sim;

namespace {

constexpr std::int64_t kUs = 1000, kMs = 1000 * kUs;

/// A call that is nothing but device time.
ServingCall device_only(std::int64_t ns, int batch = 1) {
  ServingCall call;
  call.batch = batch;
  call.alone_ns = call.busy_ns = ns;
  return call;
}

}  // namespace

TEST_CASE("closed loops against arithmetic") {
  struct Row {
    std::string name;
    int chips, copies, workers, vcpu;
    ServingCall call;
    double latency_ms, per_s;
  };
  ServingCall whole;
  whole.before_ns = 60 * kUs, whole.after_ns = 40 * kUs;
  whole.copy_in_ns = 100 * kUs, whole.copy_out_ns = 50 * kUs;
  whole.start_ns = 20 * kUs;
  whole.alone_ns = 1730 * kUs, whole.busy_ns = 2230 * kUs;
  ServingCall linked = whole;
  linked.copy_in_ns = linked.link_in_ns = 2 * kMs;
  linked.alone_ns = linked.busy_ns = kMs;
  ServingCall deep = device_only(kMs);
  deep.fill_ns = 9 * kMs;
  const Row rows[] = {
      {"one worker sees the sum of the stages", 1, 1, 1, 4, whole, 2.0, 500},
      // The core never waits: 1.75 ms a call, each of two calls in flight waits for the other.
      {"a second worker hides all but start and device", 1, 1, 2, 4, whole, 3.5, 1e3 / 1.75},
      {"a third adds nothing but waiting", 1, 1, 3, 4, whole, 5.25, 1e3 / 1.75},
      {"two cores slow each other", 1, 2, 2, 8, whole, 4.5, 2e3 / 2.25},
      {"chips do not", 2, 1, 2, 8, whole, 3.5, 2e3 / 1.75},
      // Two copies ask for 2 ms of one link and 2.05 ms of one processor each.
      {"one processor for everything", 1, 2, 2, 1, linked, 4 * 2.15, 1e3 / 2.15},
      {"one link for two cores", 1, 2, 2, 8, linked, 4 * 2.0, 1e3 / 2.0},
      // The pipeline takes a call every ms and returns it after 10.
      {"a pipeline with one call inside", 1, 1, 1, 4, deep, 10, 100},
      {"a full pipeline", 1, 1, 10, 4, deep, 10, 1000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ServingMachine machine{row.chips, row.copies, row.vcpu, 1};
    const ServingResult result = serve(machine, row.call, ClosedLoad{row.workers, 2000});
    CHECK(result.mean_ns / 1e6 == doctest::Approx(row.latency_ms).epsilon(0.02));
    CHECK(result.throughput_per_s == doctest::Approx(row.per_s).epsilon(0.01));
    CHECK(result.core_utilisation <= 1.0 + 1e-9);
  }
}

TEST_CASE("busy shares of a closed loop") {
  ServingCall call = device_only(3 * kMs, 4);
  call.before_ns = kMs;
  const ServingResult result = serve(ServingMachine{1, 1, 2, 1}, call, ClosedLoad{1, 1000});
  CHECK(result.core_utilisation == doctest::Approx(0.75).epsilon(0.01));
  CHECK(result.host_utilisation == doctest::Approx(0.125).epsilon(0.01));
  CHECK(result.throughput_per_s == doctest::Approx(1000).epsilon(0.01));  // four samples every 4 ms
}

// One server, Poisson arrivals, constant service: the mean wait is load x service / (2 (1 - load)) (Pollaczek,
// Khinchine).
TEST_CASE("one core under Poisson arrivals waits as the M/D/1 queue does") {
  const std::int64_t service = kMs;
  for (const double load : {0.2, 0.5, 0.8}) {
    CAPTURE(load);
    OpenLoad open;
    open.rate_per_s = load * 1e3;
    open.workers_per_copy = 1;
    open.requests = 200000;
    const ServingResult result = serve(ServingMachine{1, 1, 4, 1}, {device_only(service)}, open);
    const double wait_ms = load / (2 * (1 - load));
    CHECK(result.mean_ns / 1e6 - 1 == doctest::Approx(wait_ms).epsilon(0.05));
    CHECK(result.core_utilisation == doctest::Approx(load).epsilon(0.02));
    CHECK(result.throughput_per_s == doctest::Approx(load * 1e3).epsilon(0.02));
    CHECK(result.p50_ns <= result.p90_ns);
    CHECK(result.p90_ns <= result.p99_ns);
    CHECK(result.p99_ns <= result.max_ns);
  }
}

TEST_CASE("batches are full, or leave when the oldest sample has waited long enough") {
  const std::vector<ServingCall> calls = {device_only(kMs, 1), device_only(kMs, 2), device_only(kMs, 4)};
  OpenLoad open;
  open.requests = 20000;
  open.workers_per_copy = 2;
  open.max_wait_ns = 5 * kMs;
  const ServingMachine machine{1, 4, 4, 1};

  SUBCASE("few arrivals: alone after the longest wait") {
    open.rate_per_s = 1;
    const ServingResult result = serve(machine, calls, open);
    CHECK(result.p50_ns == 6 * kMs);
    CHECK(result.mean_batch < 1.02);
    CHECK(result.batches.at(1) > 100 * (result.batches.contains(4) ? result.batches.at(4) : 0));
  }
  SUBCASE("many arrivals: full batches, no wait") {
    open.rate_per_s = 8000;
    const ServingResult result = serve(machine, calls, open);
    CHECK(result.mean_batch > 3.99);
    CHECK(result.p99_ns < 4 * kMs);
  }
  SUBCASE("three samples are padded to four") {
    open.rate_per_s = 400;
    const ServingResult result = serve(machine, calls, open);
    CHECK(result.batches.size() == 3);
    std::int64_t places = 0, made = 0;
    for (const auto& [size, count] : result.batches) places += size * count, made += count;
    CHECK(static_cast<double>(places) > result.mean_batch * static_cast<double>(made));
  }
  SUBCASE("no wait at all") {
    open.rate_per_s = 100;
    open.max_wait_ns = 0;
    const ServingResult result = serve(machine, calls, open);
    CHECK(result.p50_ns == kMs);
  }
}

TEST_CASE("the same load twice is the same, another seed is not") {
  OpenLoad open;
  open.rate_per_s = 1500;
  open.max_wait_ns = 2 * kMs;
  open.workers_per_copy = 2;
  open.requests = 5000;
  const std::vector<ServingCall> calls = {device_only(kMs, 1), device_only(kMs + 1, 2)};
  const ServingResult a = serve(ServingMachine{1, 2, 4, 1}, calls, open),
                      b = serve(ServingMachine{1, 2, 4, 1}, calls, open);
  CHECK(a.mean_ns == b.mean_ns);
  CHECK(a.batches == b.batches);
  open.seed = 2;
  CHECK(serve(ServingMachine{1, 2, 4, 1}, calls, open).mean_ns != a.mean_ns);
}

TEST_CASE("gaps of the arrivals are exponential") {
  Arrivals arrivals(1e6, 7);  // one per microsecond
  constexpr int kCount = 200000;
  std::int64_t before = 0;
  double sum = 0, squares = 0;
  int above = 0;
  for (int i = 0; i < kCount; ++i) {
    const std::int64_t at = arrivals.next();
    REQUIRE(at >= before);
    const auto gap = static_cast<double>(at - before);
    sum += gap, squares += gap * gap, above += gap > 1000;
    before = at;
  }
  CHECK(sum / kCount == doctest::Approx(1000).epsilon(0.01));
  CHECK(squares / kCount == doctest::Approx(2e6).epsilon(0.02));  // second moment of an exponential: 2 x mean^2
  CHECK(static_cast<double>(above) / kCount == doctest::Approx(std::exp(-1)).epsilon(0.01));
}
