#include "tools/workflow/sweep/row.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "tools/workflow/format.h"

namespace inf::workflow::sweep {
namespace {

constexpr std::size_t kShortKey = 10;

std::string bytes_text(double value) {
  struct Prefix {
    double factor;
    const char* unit;
  };
  static constexpr std::array kPrefixes = {Prefix{1024.0 * 1024 * 1024, "GiB"}, Prefix{1024.0 * 1024, "MiB"},
                                           Prefix{1024.0, "KiB"}};
  for (const Prefix& p : kPrefixes)
    if (std::fabs(value) >= p.factor) return fmt::format("{:.1f} {}", value / p.factor, p.unit);
  return fmt::format("{:.0f} B", value);
}

}  // namespace

std::vector<std::string> setting_keys(const Sweep& sweep) {
  std::vector<std::string> keys;
  for (const Axis& axis : sweep.space.axes) keys.push_back(axis.key);
  for (const Space::Linked& linked : sweep.space.linked) keys.push_back(linked.key);
  for (const Setting& fixed : sweep.space.fixed) keys.push_back(fixed.key);
  return keys;
}

std::string setting(const Row& row, const std::string& key) {
  // The last one counts, as where settings are applied.
  for (auto s = row.settings.rbegin(); s != row.settings.rend(); ++s)
    if (s->key == key) return s->text;
  return {};
}

std::vector<std::size_t> varying_axes(const Sweep& sweep, const Results& results) {
  std::vector<std::size_t> axes;
  for (std::size_t a = 0; a < sweep.space.axes.size(); ++a)
    for (const Row& row : results.rows)
      if (row.point[a] != results.rows.front().point[a]) {
        axes.push_back(a);
        break;
      }
  return axes;
}

const Bound* bound_of(const Row& row) {
  if (row.outcome.bound) return &*row.outcome.bound;
  return row.cases.size() == 1 && row.cases.front().bound ? &*row.cases.front().bound : nullptr;
}

std::string metric_text(Metric metric, double value) {
  if (!std::isfinite(value)) return "-";
  switch (metric) {
    case Metric::latency: return duration(value);
    case Metric::throughput: return si(value, "/s");
    case Metric::usd_per_million: return fmt::format("{:.4g} USD", value);
    case Metric::energy: return si(value, "J");
    case Metric::accuracy: return fmt::format("{:.6f}", value);
  }
  return {};
}

std::string heading(Metric metric) { return metric == Metric::usd_per_million ? "per million" : info(metric).name; }

std::string quantity_text(double value, const std::string& unit) {
  if (unit == "B" || unit == "bytes") return bytes_text(value);
  if (unit == "ns") return duration(value);
  return unit.empty() || unit == "-" ? fmt::format("{:.6g}", value) : fmt::format("{:.6g} {}", value, unit);
}

std::string limit_text(const Limit& limit) {
  return fmt::format("{} {} {}", info(limit.metric).name, info(limit.metric).more_is_better ? "at least" : "at most",
                     metric_text(limit.metric, limit.bound));
}

std::string short_key(const std::string& key) { return key.substr(0, kShortKey); }

}  // namespace inf::workflow::sweep
