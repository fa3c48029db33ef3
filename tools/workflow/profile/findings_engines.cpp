#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tools/workflow/format.h"
#include "tools/workflow/profile/finding_facts.h"

namespace inf::workflow {
namespace {

using sim::PathCause;

constexpr double kMuch = 0.1;      // of the latency
constexpr double kMostOf = 0.5;    // of what all operators lose
constexpr double kVisible = 0.01;  // of the latency
constexpr std::size_t kNamed = 3;  // operators
constexpr double kDoubled = 2;     // what twice the batch does to what does not grow with it

/// Operators with the most of something, "a, b and c".
std::string most_of(const Profile& profile, const std::vector<double>& amounts) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < amounts.size(); ++i)
    if (amounts[i] > 0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return amounts[a] > amounts[b]; });
  order.resize(std::min(order.size(), kNamed));
  std::vector<std::string> names;
  for (const std::size_t i : order)
    names.push_back(fmt::format("{} ({})", profile.operators[i].use.name, duration(amounts[i])));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<double> by_operator(const FindingFacts& facts, const std::string& engine,
                                const std::vector<PathCause>& causes) {
  std::vector<double> amounts(facts.profile.operators.size(), 0);
  for (const PathStretch& s : facts.profile.path) {
    if (s.op < 0 || s.op >= static_cast<int>(amounts.size()) || (!engine.empty() && s.engine != engine)) continue;
    if (std::find(causes.begin(), causes.end(), path_cause(s.cause)) != causes.end())
      amounts[static_cast<std::size_t>(s.op)] += facts.profile.ns(s.to - s.from);
  }
  return amounts;
}

/// Time on the path for one kind of wait, with what to do about it.
std::optional<Finding> waits(const FindingFacts& facts, const std::vector<PathCause>& causes, const std::string& what,
                             const std::string& cause, const std::string& advice) {
  const double ns = facts.path_ns(-1, "", causes);
  if (ns <= 0) return std::nullopt;
  return facts.finding(
      fmt::format("{} on the critical path for {} ({} of the latency), {} times", what, duration(ns),
                  percent(ns / facts.latency_ns), grouped(facts.times(causes))),
      fmt::format("{}; most of it in {}", cause, most_of(facts.profile, by_operator(facts, "", causes))), advice, ns);
}

}  // namespace

std::optional<Finding> find_round_trips(const FindingFacts& facts) {
  const std::vector<PathCause> causes = {PathCause::issue,     PathCause::latency,     PathCause::semaphore,
                                         PathCause::dma_start, PathCause::dma_queue,   PathCause::dma_trigger,
                                         PathCause::memory,    PathCause::dma_complete};
  const double ns = facts.path_ns(-1, "", causes);
  if (ns < kMuch * facts.latency_ns) return std::nullopt;
  const auto of = [&](PathCause c) { return facts.path_ns(-1, "", {c}); };
  std::vector<PathCause> order = causes;
  std::stable_sort(order.begin(), order.end(), [&](PathCause a, PathCause b) { return of(a) > of(b); });
  const auto part = [&](PathCause c) { return fmt::format("{} {}", sim::name(c), duration(of(c))); };
  return facts.finding(
      fmt::format("{} of the latency ({}) passes while neither data nor operands move: the path waits {} times for an "
                  "instruction to start, a result to appear, a signal or a transfer to travel",
                  percent(ns / facts.latency_ns), duration(ns), grouped(facts.times(causes))),
      fmt::format("small pieces of work that depend on one another{}: {}, {}, {}; most of it in {}",
                  is_dma(order[0]) ? ", and hand their values over through device memory" : "", part(order[0]),
                  part(order[1]), part(order[2]), most_of(facts.profile, by_operator(facts, "", causes))),
      fmt::format("--batch {}: the waits stay and each input bears half of them (the gain is per input); fewer, larger "
                  "operators",
                  2 * facts.batch),
      ns / kDoubled);
}

namespace {

/// Time on the path that each operator's matmuls would not take on a full array; no more than would be left if the
/// next busiest resource became the limit.
std::vector<double> lost_to_empty_cells(const FindingFacts& facts, const std::vector<double>& work) {
  std::vector<double> lost(work.size(), 0);
  for (std::size_t i = 0; i < work.size(); ++i) {
    const ProfileOperator& op = facts.profile.operators[i];
    if (op.work.matmuls == 0) continue;
    double next = dma_floor(facts, op.work).all();
    for (const auto& [engine, ns] : op.use.busy_ns)
      if (engine != "tensor" && engine != "dma") next = std::max(next, ns);
    const double empty = work[i] * (1 - op.work.rows_used * op.work.columns_used);
    lost[i] = std::clamp(facts.operator_ns(static_cast<int>(i)) - next, 0.0, empty);
  }
  return lost;
}

/// Operators that lose most, those with few input channels first: "/conv1 (16 of 128 rows, 203.7 us), ...".
std::string unfilled_text(const FindingFacts& facts, std::vector<double> lost) {
  const auto few_rows = [&](std::size_t i) { return facts.profile.operators[i].work.rows_used < kFewRows; };
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < lost.size(); ++i)
    if (lost[i] > kVisible * facts.latency_ns) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return few_rows(a) != few_rows(b) ? few_rows(a) : lost[a] > lost[b];
  });
  order.resize(std::min(order.size(), kNamed));
  std::vector<std::string> texts;
  for (const std::size_t i : order) {
    const OperatorWork& work = facts.profile.operators[i].work;
    texts.push_back(fmt::format("{} ({}{:.0f} rows, {:.0f} columns: {})", facts.profile.operators[i].use.name,
                                few_rows(i) ? "few input channels, " : "", work.rows_used * facts.array_rows,
                                work.columns_used * facts.array_columns, duration(lost[i])));
  }
  return texts.empty() ? most_of(facts.profile, lost) : fmt::format("{}", fmt::join(texts, ", "));
}

/// One operator that loses most of all that is lost.
std::optional<Finding> one_unfilled(const FindingFacts& facts, const std::vector<double>& lost, std::size_t index) {
  const ProfileOperator& op = facts.profile.operators[index];
  const double time = facts.operator_ns(static_cast<int>(index));
  const bool rows = op.work.rows_used < op.work.columns_used;
  const std::string used =
      fmt::format("its matmuls use {:.0f} of {:.0f} rows and {:.0f} of {:.0f} columns of the array",
                  op.work.rows_used * facts.array_rows, facts.array_rows, op.work.columns_used * facts.array_columns,
                  facts.array_columns);
  return facts.finding(
      fmt::format("{} takes {} ({} of the latency), where a full array could do its {} in {}: {}", op.use.name,
                  duration(time), percent(time / facts.latency_ns), si(static_cast<double>(op.use.macs), "MAC"),
                  duration(static_cast<double>(op.use.macs) / facts.array_macs_per_ns), used),
      rows ? few_rows_text(facts, op) : std::string("fewer output channels than the array has columns"),
      rows ? more_rows_advice()
           : fmt::format("output channels that are multiples of {:.0f}, or two layers with one input joined into one",
                         facts.array_columns),
      lost[index]);
}

}  // namespace

std::optional<Finding> find_unfilled_array(const FindingFacts& facts) {
  const std::vector<double> work = by_operator(facts, "tensor", {PathCause::datapath});
  const std::vector<double> lost = lost_to_empty_cells(facts, work);
  double sum = 0, streaming = 0, rows = 0, columns = 0;
  for (std::size_t i = 0; i < work.size(); ++i) {
    const OperatorWork& use = facts.profile.operators[i].work;
    sum += lost[i], streaming += work[i];
    rows += work[i] * use.rows_used, columns += work[i] * use.columns_used;
  }
  if (sum <= 0 || facts.array_macs_per_ns <= 0) return std::nullopt;
  const auto worst = std::max_element(lost.begin(), lost.end());
  if (*worst >= kMostOf * sum) return one_unfilled(facts, lost, static_cast<std::size_t>(worst - lost.begin()));
  const bool rows_short = rows < columns;
  return facts.finding(
      fmt::format(
          "the array works for {} of the critical path with {:.0f} of {:.0f} rows and {:.0f} of {:.0f} columns in "
          "use on average",
          duration(streaming), rows / streaming * facts.array_rows, facts.array_rows,
          columns / streaming * facts.array_columns, facts.array_columns),
      fmt::format("{}; what that costs, as far as nothing else would be the limit, is lost mostly in {}",
                  rows_short
                      ? "contractions (input channels x taps, or the inner size of a matrix product) shorter than "
                        "the array"
                      : "fewer output channels than the array has columns",
                  unfilled_text(facts, lost)),
      rows_short
          ? fmt::format("inner sizes that are multiples of {:.0f}; join branches or heads that are contracted apart",
                        facts.array_rows)
          : fmt::format("output channels that are multiples of {:.0f} in these layers; layers with one input joined "
                        "into one",
                        facts.array_columns),
      sum);
}

std::optional<Finding> find_fp32_passes(const FindingFacts& facts) {
  if (facts.fp32_passes <= 1 || !facts.profile.precision.starts_with("fp32")) return std::nullopt;
  const double ns = facts.path_ns(-1, "tensor", {PathCause::datapath, PathCause::weight_switch});
  const double weights = facts.dma_ns(-1) * weights_share(facts.profile) / 2;
  return facts.finding(
      fmt::format("the array works in fp32 for {} of the critical path", duration(ns)),
      fmt::format("an fp32 operand passes the array {:.0f} times, one of bf16 once{}", facts.fp32_passes,
                  weights > 0 ? "; and weights of bf16 are half the bytes" : ""),
      "--auto-cast matmult rounds what enters the array to bf16, --auto-cast all stored values as well; sums stay fp32",
      ns * (1 - 1 / facts.fp32_passes) + weights);
}

std::optional<Finding> find_lane_engine(const FindingFacts& facts) {
  std::string worst;
  double most = kMuch * facts.latency_ns;
  for (const char* engine : {"vector", "scalar", "gpsimd"})
    if (const double ns = facts.path_ns(-1, engine, {PathCause::datapath}); ns > most) worst = engine, most = ns;
  if (worst.empty()) return std::nullopt;
  return facts.finding(
      fmt::format("the {} engine computes for {} of the critical path ({})", worst, duration(most),
                  percent(most / facts.latency_ns)),
      fmt::format("element by element work that the array waits for, mostly in {}{}",
                  most_of(facts.profile, by_operator(facts, worst, {PathCause::datapath})),
                  facts.elasticity_text(worst + ".clock_mhz")),
      facts.wide_values()
          ? std::string("--auto-cast all: stored values of two bytes move at up to twice the rate")
          : std::string("fewer element-wise steps in the model (normalisation folded into weights, cheaper activation "
                        "functions), or smaller values in these operators"),
      most);
}

std::optional<Finding> find_weight_switches(const FindingFacts& facts) {
  const std::vector<double> all = by_operator(facts, "tensor", {PathCause::weight_switch});
  const double clock = facts.chip_value("tensor.clock_mhz").value_or(0) * 1e-3;
  std::vector<double> short_ones(all.size(), 0);
  double sum = 0, rows = 0, matmuls = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ProfileOperator& op = facts.profile.operators[i];
    if (all[i] <= 0 || op.work.matmuls == 0) continue;
    // Matmuls that are as long as they may be do not become longer with more inputs.
    const double cycles = busy_ns(op.use, "tensor") * clock;
    const auto count = static_cast<double>(op.work.matmuls);
    if (cycles / count > facts.max_moving / kDoubled) continue;
    short_ones[i] = all[i], sum += all[i], rows += cycles, matmuls += count;
  }
  if (sum <= 0) return std::nullopt;
  return facts.finding(
      fmt::format(
          "the array changes weights on the critical path for {} ({} of the latency) where few values pass between "
          "one set of weights and the next",
          duration(sum), percent(sum / facts.latency_ns)),
      fmt::format("a matmul takes {:.0f} cycles on average in these operators, where it may take {:.0f}; mostly {}",
                  rows / matmuls, facts.max_moving, most_of(facts.profile, short_ones)),
      fmt::format("--batch {}: twice the values pass for each set of weights (the gain is per input)", 2 * facts.batch),
      sum / kDoubled);
}

std::optional<Finding> find_table_loads(const FindingFacts& facts) {
  return waits(facts, {PathCause::table_load}, "the scalar engine fetches function tables",
               "operators alternate between activation functions of different table sets",
               "activation functions of one set (docs/isa.md lists them), or operators with the same function next to "
               "each other");
}

std::optional<Finding> find_port_waits(const FindingFacts& facts) {
  return waits(
      facts, {PathCause::port}, "engines wait for a memory port",
      "vector and gpsimd exclude each other on SBUF, vector and scalar on PSUM",
      "for who designs a chip: ports.vector_scalar_share_psum and ports.vector_gpsimd_share_sbuf: false; a model "
      "with fewer element-wise steps next to its matrix products");
}

std::optional<Finding> find_host_segments(const FindingFacts& facts) {
  std::int64_t ticks = 0;
  for (const PathStretch& s : facts.profile.path)
    if (s.engine == "host") ticks += s.to - s.from;
  if (ticks == 0) return std::nullopt;
  const double ns = facts.profile.ns(ticks);
  return facts.finding(
      fmt::format("operators on the host take {} ({} of the latency)", duration(ns), percent(ns / facts.latency_ns)),
      "the chip cannot run them; each place where the model leaves the chip adds copies and another call",
      "inf-sim analyze names them and what would let the chip run each", ns);
}

}  // namespace inf::workflow
