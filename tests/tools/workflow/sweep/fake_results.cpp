#include "tests/tools/workflow/sweep/fake_results.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace inf::workflow::sweep::fake {
namespace {

/// Numbers that look drawn, the same everywhere.
class Draw {
 public:
  std::uint32_t below(std::size_t count) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>((state_ >> 33) % count);
  }

 private:
  std::uint64_t state_ = 20240917;
};

std::string key_of(const Point& point) {
  std::uint64_t hash = 14695981039346656037ULL, other = 1099511628211ULL;
  for (const std::uint32_t level : point) {
    hash = (hash ^ (level + 1)) * 1099511628211ULL;
    other = (other + hash) * 6364136223846793005ULL;
  }
  return fmt::format("{:016x}{:016x}", hash, other);
}

double value(const Sweep& sweep, const Point& point, std::size_t axis) {
  return sweep.space.axes[axis].levels[point[axis]].number.value_or(static_cast<double>(point[axis]));
}

std::vector<Setting> settings(const Sweep& sweep, const Point& point) {
  std::vector<Setting> all = sweep.space.fixed;
  for (std::size_t a = 0; a < point.size(); ++a)
    all.push_back({sweep.space.axes[a].key, sweep.space.axes[a].levels[point[a]].text, ""});
  for (const Space::Linked& linked : sweep.space.linked)
    all.push_back({linked.key, fmt::format("{}", value(sweep, point, 0) / 2), ""});
  return all;
}

Sweep chips(std::vector<Metric> objectives) {
  Sweep sweep;
  sweep.name = "chips";
  sweep.title = "Array, memory and queues for CRAFT <b>768x768</b>";
  sweep.workloads = {{"craft", "craft.yaml", 1}};
  sweep.space.axes = {
      axis("chip.tensor.rows", "partitions", {32, 64, 128, 256}),
      axis("chip.sbuf.bytes_per_partition", "B", {65536, 98304, 131072, 163840, 196608, 229376, 262144, 327680}),
      axis("chip.dma.queues", "-", {1, 2, 4, 8, 16, 32}),
      axis("chip.dram.bytes_per_ns", "B/ns", {50, 75, 100, 190, 300, 400, 600, 820}),
      axis("workload.model.batch", "images", {1, 2, 4, 8, 16, 32}),
      {"compile.auto_cast", "-", {{"none", {}}, {"matmult", {}}, {"<i>\"all\",</i>", {}}}, ""}};
  sweep.space.fixed = {{"workload.target.instance", "inf2.xlarge", ""}};
  sweep.space.linked = {{"chip.tensor.columns", "chip.tensor.rows / 2", "", nullptr}};
  sweep.space.constraints = {{"chip.dma.queues * 32 <= chip.tensor.rows * 8", "", nullptr}};
  sweep.objectives = std::move(objectives);
  sweep.limits = {{Metric::latency, 60e6, ""}};
  sweep.strategy.kind = StrategyKind::sobol;
  sweep.strategy.budget = 20000;
  return sweep;
}

Metrics model(const Sweep& sweep, const Point& point) {
  const double rows = value(sweep, point, 0), sbuf = value(sweep, point, 1), queues = value(sweep, point, 2);
  const double memory = value(sweep, point, 3), batch = value(sweep, point, 4), cast = value(sweep, point, 5);
  const double compute = 2.1e11 / (rows * rows * 2.8) * (cast == 0 ? 4 : 1) * batch;
  const double moved = (4e7 + 6e8 * std::pow(98304 / sbuf, 1.5)) * batch / (memory * queues / (queues + 2));
  const double wobble = 1 + 0.06 * std::sin(13 * rows + sbuf / 777 + 3 * queues + memory + 5 * batch + cast);
  Metrics metrics;
  metrics[Metric::latency] = (std::max(compute, moved) + 0.25 * std::min(compute, moved) + 4e5) * wobble;
  metrics[Metric::throughput] = 2e9 * batch / metrics[Metric::latency];
  const double price = 0.2 + 0.9 * (rows / 128) * (rows / 128) + 0.3 * sbuf / 196608 + 0.0015 * memory + 0.02 * queues;
  metrics[Metric::usd_per_million] = price / 3600 * 1e6 / metrics[Metric::throughput];
  metrics[Metric::accuracy] = cast == 0 ? 1 : 0.9995 - 0.0001 * cast;
  return metrics;
}

CaseOutcome outcome_of(const Sweep& sweep, const Point& point, std::size_t number) {
  CaseOutcome outcome;
  const double sbuf = value(sweep, point, 1), batch = value(sweep, point, 4);
  const double needed = 40960 + 12288 * batch;
  outcome.seconds = 0.01 * static_cast<double>(number % 7);
  if (number % 97 == 96) {
    outcome.status = number % 2 == 0 ? Status::crashed : Status::timed_out;
    outcome.reason =
        number % 2 == 0 ? "the process ended with signal 11 (segmentation fault)" : "no result after 300 s";
    return outcome;
  }
  if (number % 61 == 60) return outcome;
  if (needed > sbuf) {
    outcome.status = Status::infeasible;
    outcome.shortfall = {"SBUF per partition", needed, sbuf, "B", "chip.sbuf.bytes_per_partition"};
    outcome.reason = fmt::format("conv {}: SBUF per partition {} B needed, {} B there", number % 9, needed, sbuf);
    return outcome;
  }
  const Metrics metrics = model(sweep, point);
  Bound bound{number % 3 == 0 ? "tiles" : "roofline", metrics,
              fmt::format("tensor {} MMAC / ({} x {} x 2.8 GHz) <= latency", 210000 * batch, value(sweep, point, 0),
                          value(sweep, point, 0))};
  bound.best[Metric::latency] = metrics[Metric::latency] * (number % 3 == 0 ? 0.94 : 0.71);
  bound.best[Metric::throughput] = metrics[Metric::throughput] / 0.71;
  bound.best[Metric::usd_per_million] = metrics[Metric::usd_per_million] * 0.8;
  outcome.bound = bound;
  if (number > 40 && metrics[Metric::latency] > 50e6 && number % 5 < 3) {
    outcome.status = Status::discarded;
    outcome.reason = fmt::format("{}: not better than point 3 in latency and usd_per_million", bound.level);
    return outcome;
  }
  outcome.status = Status::done;
  outcome.metrics = metrics;
  outcome.device_ns = metrics[Metric::latency] * 0.97;
  return outcome;
}

}  // namespace

Axis axis(const std::string& key, const std::string& unit, const std::vector<double>& values) {
  Axis axis{key, unit, {}, ""};
  for (const double v : values) axis.levels.push_back({fmt::format("{}", v), v});
  return axis;
}

Row row(std::size_t number, Point point, const Metrics& metrics) {
  Row row;
  row.number = number;
  row.key = key_of(point);
  row.point = std::move(point);
  row.outcome.status = Status::done;
  row.outcome.metrics = metrics;
  row.cases = {row.outcome};
  return row;
}

Fake sampled(std::size_t points, std::vector<Metric> objectives) {
  Fake fake{chips(std::move(objectives)), {}};
  Draw draw;
  std::set<Point> seen;
  while (fake.results.rows.size() < points) {
    Point point;
    for (const Axis& axis : fake.sweep.space.axes) point.push_back(draw.below(axis.levels.size()));
    if (!seen.insert(point).second) continue;
    Row row;
    row.number = fake.results.rows.size();
    row.key = key_of(point);
    row.settings = settings(fake.sweep, point);
    row.outcome = outcome_of(fake.sweep, point, row.number);
    row.cases = {row.outcome};
    row.point = std::move(point);
    fake.results.rows.push_back(std::move(row));
  }
  fake.results.sweep_hash = "0123456789abcdef";
  fake.results.host = {12.5, points, 2};
  judge(fake.sweep, fake.results);
  return fake;
}

Fake with_second_workload(Fake fake) {
  fake.sweep.workloads.push_back({"parseq", "parseq.yaml", 0.5});
  for (Row& row : fake.results.rows) {
    CaseOutcome second = row.outcome;
    second.device_ns *= 3;
    second.metrics[Metric::latency] *= 3;
    second.metrics[Metric::throughput] /= 3;
    second.metrics[Metric::usd_per_million] *= 3;
    row.cases = {row.outcome, second};
    row.outcome = combine(row.cases, {1, 0.5});
  }
  judge(fake.sweep, fake.results);
  return fake;
}

Fake grid(std::vector<Axis> axes, std::vector<Metric> objectives,
          Metrics (*metrics)(const std::vector<double>& values)) {
  Fake fake;
  fake.sweep.name = "grid";
  fake.sweep.workloads = {{"craft", "craft.yaml", 1}};
  fake.sweep.objectives = std::move(objectives);
  fake.sweep.space.axes = std::move(axes);
  const std::vector<Axis>& all = fake.sweep.space.axes;
  for (Point point(all.size(), 0);;) {
    std::vector<double> values;
    for (std::size_t a = 0; a < all.size(); ++a) values.push_back(value(fake.sweep, point, a));
    fake.results.rows.push_back(row(fake.results.rows.size(), point, metrics(values)));
    fake.results.rows.back().settings = settings(fake.sweep, point);
    std::size_t a = all.size();
    while (a > 0 && ++point[a - 1] == all[a - 1].levels.size()) point[--a] = 0;
    if (a == 0) break;
  }
  judge(fake.sweep, fake.results);
  return fake;
}

}  // namespace inf::workflow::sweep::fake
