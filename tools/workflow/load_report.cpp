#include "tools/workflow/load_report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;

std::string how(const LoadReport& load) {
  const std::string workers = fmt::format("{} worker{} for each of {} cop{} of the model", load.workers,
                                          load.workers == 1 ? "" : "s", load.copies, load.copies == 1 ? "y" : "ies");
  if (!load.rate_per_s) return fmt::format("{}, each calls again when its call is done", workers);
  return fmt::format("{:.6g} samples per second by a Poisson process, batches up to {} after at most {}; {}",
                     *load.rate_per_s, load.batches.back().batch, duration(load.max_wait_ns), workers);
}

}  // namespace

std::string load_text(const LoadReport& load) {
  const sim::ServingResult& s = load.served;
  Table table({kLeft, kRight, kLeft});
  table.row({"latency", duration(s.p50_ns), "P50, from arrival to the result"});
  table.row({"", duration(s.p90_ns), "P90"});
  table.row({"", duration(s.p99_ns), "P99"});
  table.row({"", duration(s.mean_ns), fmt::format("mean of {}", grouped(s.requests))});
  table.row({"throughput", si(s.throughput_per_s, "/s"),
             load.rate_per_s
                 ? fmt::format("{} of the capacity of {}", percent(s.throughput_per_s / load.capacity_per_s),
                               si(load.capacity_per_s, "/s"))
                 : std::string("samples")});
  table.row({"cores", percent(s.core_utilisation), "of the time at work"});
  table.row({"host", percent(s.host_utilisation), "of its processors at work"});
  table.row({"host link", percent(s.link_utilisation), "of the time copying"});
  if (load.rate_per_s) {
    std::vector<std::string> sizes;
    for (const auto& [size, count] : s.batches) sizes.push_back(fmt::format("{}: {}", size, grouped(count)));
    table.row({"batches", fmt::format("{:.3g}", s.mean_batch),
               fmt::format("samples per call; calls by compiled size {}", fmt::join(sizes, ", "))});
  }
  for (const CostLine& line : load.cost)
    table.row({line.plan == "on demand" ? "cost" : "", fmt::format("{:.4g} USD", line.usd_per_million),
               fmt::format("per million, {}, at this load", line.plan)});
  table.row({"model load", duration(load.load_ns), "once, before the first call"});
  return fmt::format("\nLoad on {}\n  {}\n", load.instance, how(load)) + table.text();
}

nlohmann::ordered_json load_json(const LoadReport& load) {
  const sim::ServingResult& s = load.served;
  Json json = {{"instance", load.instance},
               {"kind", load.rate_per_s ? "open" : "closed"},
               {"chips", load.chips},
               {"copies", load.copies},
               {"workers", load.workers}};
  if (load.rate_per_s)
    json.update({{"rate_per_s", figure(*load.rate_per_s)}, {"max_wait_ns", figure(load.max_wait_ns)}});
  json.update({{"p50_ns", figure(s.p50_ns)},
               {"p90_ns", figure(s.p90_ns)},
               {"p99_ns", figure(s.p99_ns)},
               {"mean_ns", figure(s.mean_ns)},
               {"max_ns", figure(s.max_ns)},
               {"measured", s.requests},
               {"throughput_per_s", figure(s.throughput_per_s)},
               {"capacity_per_s", figure(load.capacity_per_s)},
               {"core_utilisation", figure(s.core_utilisation)},
               {"host_utilisation", figure(s.host_utilisation)},
               {"link_utilisation", figure(s.link_utilisation)},
               {"mean_batch", figure(s.mean_batch)},
               {"load_ns", figure(load.load_ns)}});
  json["batches"] = Json::array();
  for (const LoadBatch& b : load.batches) {
    const auto count = s.batches.find(b.batch);
    json["batches"].push_back({{"batch", b.batch},
                               {"calls", count == s.batches.end() ? 0 : count->second},
                               {"alone_ns", figure(b.alone_ns)},
                               {"busy_ns", figure(b.busy_ns)},
                               {"capacity_per_s", figure(b.capacity_per_s)}});
  }
  json["cost"] = Json::array();
  for (const CostLine& line : load.cost)
    json["cost"].push_back({{"plan", line.plan}, {"usd_per_million", figure(line.usd_per_million)}});
  return json;
}

}  // namespace inf::workflow
