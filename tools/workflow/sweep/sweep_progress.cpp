#include "tools/workflow/sweep/sweep_progress.h"

#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {

std::string seconds_text(double seconds) {
  constexpr double kMinute = 60, kHour = 3600;
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (seconds < kMinute) return fmt::format("{} s", whole);
  if (seconds < kHour) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string progress_line(const SweepProgress& progress, std::size_t width) {
  const double share =
      progress.planned > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.planned) : 0;
  std::string line = fmt::format("{}/{} {:.0f} %", progress.done, progress.planned, share * 100);
  const auto add = [&](const std::string& part) {
    if (line.size() + 2 + part.size() <= width) line += ", " + part;
  };
  if (progress.eta_s && std::isfinite(*progress.eta_s)) add(seconds_text(*progress.eta_s) + " left");
  if (progress.rate > 0) add(fmt::format("{:.{}f}/s", progress.rate, progress.rate < 10 ? 1 : 0));
  if (progress.failed > 0) add(fmt::format("{} failed", progress.failed));
  if (progress.discarded > 0) add(fmt::format("{} discarded", progress.discarded));
  std::string best;
  for (const auto& [metric, value] : progress.best)
    best += fmt::format("{}{} {}", best.empty() ? "best " : ", ", info(metric).name, metric_text(metric, value));
  if (!best.empty()) add(best);
  return line.substr(0, width);
}

}  // namespace inf::workflow::sweep
