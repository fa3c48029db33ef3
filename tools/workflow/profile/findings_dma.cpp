#include <fmt/core.h>

#include <algorithm>

#include "tools/workflow/format.h"
#include "tools/workflow/profile/finding_facts.h"

namespace inf::workflow {
namespace {

using sim::PathCause;

constexpr double kMuch = 0.03;        // of the latency: an operator worth a look
constexpr double kMostly = 0.5;       // of an operator's time
constexpr double kSomeWeights = 0.1;  // of what is read

std::string bytes(double n) { return si(n, "B"); }
std::string rate(double bytes_per_ns) { return si(bytes_per_ns * 1e9, "B/s"); }

/// What the operator needs of the engines even if its data were there at once, in ns.
double compute_ns(const OperatorUse& use) {
  double most = 0;
  for (const auto& [engine, ns] : use.busy_ns)
    if (engine != "dma") most = std::max(most, ns);
  return most;
}

/// Time on the path in which data moves, its own or that of a transfer before.
double data_ns(const FindingFacts& facts, int op) {
  return facts.path_ns(op, "", {PathCause::dma_data, PathCause::dma_engine});
}

/// Does it wait for its weights rather than for values? Then find_streamed_weights says so.
bool waits_for_weights(const FindingFacts& facts, const OperatorUse& use) {
  constexpr std::int64_t kReadsMost = 10;  // times what it writes
  return weights_share(facts.profile) >= kMostly && use.dram_read > kReadsMost * use.dram_written;
}

/// The operator that loses most by waiting for data.
int most_starved(const FindingFacts& facts, double& gain) {
  int worst = -1;
  for (std::size_t i = 0; i < facts.profile.operators.size(); ++i) {
    const int op = static_cast<int>(i);
    const double time = facts.operator_ns(op);
    if (time < kMuch * facts.latency_ns || waits_for_weights(facts, facts.profile.operators[i].use)) continue;
    const double dma = facts.dma_ns(op);
    const double lost = std::min(dma, time - compute_ns(facts.profile.operators[i].use));
    if (dma >= kMostly * time && data_ns(facts, op) >= kMostly * dma && lost > gain) worst = op, gain = lost;
  }
  return worst;
}

std::string starved_cause(const FindingFacts& facts, const ProfileOperator& op, const DmaFloor& floor, int index) {
  const OperatorWork& work = op.work;
  std::string text;
  if (work.matmuls > 0 && work.rows_used < kFewRows)
    text += fmt::format(
        "{}, so that a byte that is moved feeds {:.3g} multiply-accumulates, where the array could do {:.3g} in its "
        "time; ",
        few_rows_text(facts, op),
        static_cast<double>(op.use.macs) / static_cast<double>(std::max<std::int64_t>(1, work.dma_bytes)),
        facts.dma_bytes_per_ns > 0 ? facts.array_macs_per_ns / facts.dma_bytes_per_ns : 0);
  text += fmt::format(
      "{} read from device memory and {} written to it go through the DMA engines in {} transfers and {} descriptors "
      "of {}"
      ": {} at the full {}",
      bytes(static_cast<double>(op.use.dram_read)), bytes(static_cast<double>(op.use.dram_written)),
      grouped(work.transfers), grouped(work.descriptors), bytes(floor.bytes_each), duration(floor.data),
      rate(facts.dma_bytes_per_ns));
  if (floor.descriptors > floor.data)
    text += fmt::format(", but {} for the fixed {:.3g} ns of each descriptor", duration(floor.descriptors),
                        facts.descriptor_ns);
  const double data = data_ns(facts, index), fixed = facts.dma_ns(index) - data;
  return text + fmt::format(
                    "; of its time on the path {} goes to data and {} to starting, queueing and finishing "
                    "transfers",
                    duration(data), duration(fixed));
}

std::string starved_advice(const FindingFacts& facts, const ProfileOperator& op, const DmaFloor& floor) {
  std::string text = op.work.matmuls > 0 && op.work.rows_used < kFewRows ? more_rows_advice() + "; " : "";
  if (floor.descriptors > floor.data)
    return text + "longer contiguous runs: rows of several inputs or channels side by side, a wider input";
  if (facts.wide_values()) text += "--auto-cast all: stored values of two bytes; ";
  return text + fmt::format(
                    "fewer bytes: a smaller result, or one that the next operator takes from SBUF; more DMA "
                    "bandwidth{}",
                    facts.elasticity_text("dma.bytes_per_ns"));
}

}  // namespace

double weights_share(const Profile& profile) {
  std::int64_t read = 0;
  for (const ProfileOperator& op : profile.operators) read += op.use.dram_read;
  if (!profile.weights || read <= 0) return 0;
  return std::min(1.0, static_cast<double>(profile.weights->streamed) / static_cast<double>(read));
}

std::optional<Finding> find_starved_operator(const FindingFacts& facts) {
  double gain = 0;
  const int index = most_starved(facts, gain);
  if (index < 0) return std::nullopt;
  const ProfileOperator& op = facts.profile.operators[static_cast<std::size_t>(index)];
  const DmaFloor floor = dma_floor(facts, op.work);
  const double time = facts.operator_ns(index);
  std::string condition =
      fmt::format("{} takes {} ({} of the latency), {} of that waiting for DMA", op.use.name, duration(time),
                  percent(time / facts.latency_ns), percent(facts.dma_ns(index) / time));
  if (facts.array_macs_per_ns > 0 && op.use.macs > 0)
    condition += fmt::format("; the array could do its {} in {}", si(static_cast<double>(op.use.macs), "MAC"),
                             duration(static_cast<double>(op.use.macs) / facts.array_macs_per_ns));
  return facts.finding(std::move(condition), starved_cause(facts, op, floor, index), starved_advice(facts, op, floor),
                       gain);
}

std::optional<Finding> find_streamed_weights(const FindingFacts& facts) {
  const std::optional<Weights>& weights = facts.profile.weights;
  if (!weights || weights->streamed == 0) return std::nullopt;
  const double share = weights_share(facts.profile);
  if (share < kSomeWeights) return std::nullopt;
  const double bound = std::min(weights->stream_ns, facts.dma_ns(-1) * share);
  const std::string condition = fmt::format("each call loads {} of weights, {} of what it reads; at {} that takes {}",
                                            bytes(static_cast<double>(weights->streamed)), percent(share),
                                            rate(weights->bytes_per_ns), duration(weights->stream_ns));
  const std::string cause = fmt::format("the path waits {} for DMA, and weights are {} of the bytes",
                                        duration(facts.dma_ns(-1)), percent(share));
  const bool fits = facts.sbuf_bytes > 0 && static_cast<double>(weights->bytes) < kMostly * facts.sbuf_bytes;
  if (fits && facts.setting("weights") == "stream")
    return facts.finding(condition, cause,
                         fmt::format("--weights automatic: {} fit beside the values in {} of SBUF and stay there",
                                     bytes(static_cast<double>(weights->bytes)), bytes(facts.sbuf_bytes)),
                         bound);
  const double halved = bound / 2;
  return facts.finding(
      condition, cause + fmt::format("; SBUF holds {}", bytes(facts.sbuf_bytes)),
      fmt::format(
          "--batch {}: twice the inputs share what is loaded (the gain is per input); --mode pipeline, where each "
          "core keeps its part of the weights{}",
          2 * facts.batch,
          facts.has_fp8() && facts.profile.precision.find("fp8") == std::string::npos
              ? "; --auto-cast-type fp8_e4m3, if its accuracy serves: half the bytes"
              : ""),
      halved);
}

std::optional<Finding> find_spilled_values(const FindingFacts& facts) {
  std::int64_t moved = 0;
  for (const ProfileOperator& op : facts.profile.operators) moved += op.use.dram_read + op.use.dram_written;
  const std::int64_t weights = facts.profile.weights ? facts.profile.weights->streamed : 0;
  const auto values = static_cast<double>(moved - weights);
  if (facts.sbuf_bytes <= 0 || values < facts.sbuf_bytes) return std::nullopt;
  const double data = facts.path_ns(-1, "", {PathCause::dma_data, PathCause::dma_engine, PathCause::memory});
  const double all = data * values / static_cast<double>(moved);
  const double gain = facts.wide_values() ? all / 2 : all;
  constexpr double kFaster = 1.5;
  std::string advice;
  if (facts.wide_values()) advice = "--auto-cast all: stored values of two bytes, which halve that (the gain); ";
  if (facts.batch > 1)
    advice +=
        fmt::format("--batch {}: fewer values at a time stay in SBUF; ", std::max<std::int64_t>(1, facts.batch / 2));
  advice += fmt::format(
      "a smaller input, whose values shrink with its area; {:.3g} times the DMA bandwidth would gain "
      "about {}",
      kFaster, duration(all * (1 - 1 / kFaster)));
  return facts.finding(
      fmt::format(
          "values go through device memory: {} read and written, {:.3g} times what SBUF holds, and the path waits "
          "{} for data to move",
          bytes(values), values / facts.sbuf_bytes, duration(data)),
      fmt::format("what one operator hands to the next does not fit the {} of SBUF beside what is being computed{}{}",
                  bytes(facts.sbuf_bytes), facts.elasticity_text("dma.bytes_per_ns"),
                  facts.elasticity_text("sbuf.bytes_per_partition")),
      advice, gain);
}

}  // namespace inf::workflow
