#include "tools/workflow/profile/profile_text.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tools/workflow/format.h"
#include "tools/workflow/profile/breakdown_text.h"
#include "tools/workflow/profile/exact_parts.h"
#include "tools/workflow/profile/stretches.h"
#include "tools/workflow/profile/text_parts.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kWidth = 116;   // of sentences
constexpr std::size_t kPicture = 96;  // columns of what is drawn over time
constexpr std::size_t kWhere = 32;    // columns of a row's place in time
constexpr std::size_t kNames = 36;
constexpr std::size_t kStretches = 24;
constexpr std::size_t kChartHeight = 4;

std::string head_text(const Profile& profile) {
  std::string text = fmt::format("{} on {}, {}\n", profile.model, profile.chip_title, profile.precision);
  text += fmt::format("  {} of device time: {} ticks of {:.4g} GHz\n", duration(profile.ns(profile.ticks)),
                      grouped(profile.ticks), static_cast<double>(profile.tick_mhz) * 1e-3);
  return text +
         wrapped(
             "  ",
             profile.path.empty()
                 ? "no critical path: the run was recorded by operator. Times are by how much later the run ended "
                   "because of an operator; inf-sim run W.yaml --profile run.db --profile-level instruction records it"
                 : "time is counted along the critical path: the chain of events in which each waited for the "
                   "one before. The parts of every table add up to the latency",
             kWidth);
}

std::string findings_text(const Profile& profile) {
  if (profile.path.empty()) return "\nFindings\n  not looked for: they need a profile of --profile-level instruction\n";
  if (profile.findings.empty()) return "\nFindings\n  none: nothing that was looked for would gain 1 % or more\n";
  std::string text = "\nFindings (gains are computed from this run; they do not add up)\n";
  for (std::size_t i = 0; i < profile.findings.size(); ++i) {
    const Finding& f = profile.findings[i];
    text += wrapped(fmt::format("  {}. ", i + 1), f.condition, kWidth);
    text += wrapped("     cause  ", f.cause, kWidth);
    text += wrapped("     try    ", f.advice, kWidth);
    text += fmt::format("     gain   at most {}, {} of the latency\n", duration(f.gain_ns), percent(f.gain));
  }
  return text;
}

std::string engines_text(const Profile& profile) {
  const std::vector<EngineTime> engines = engine_times(profile);
  if (engines.empty()) return "";
  std::vector<std::string> reasons;
  for (const EngineTime& engine : engines)
    for (const Part& part : engine.idle)
      if (std::find(reasons.begin(), reasons.end(), part.name) == reasons.end()) reasons.push_back(part.name);
  std::vector<Table::Align> columns(reasons.size() + 5, kRight);
  columns.front() = kLeft;
  Table table(columns);
  std::vector<std::string> title = {"engine", "instructions", "busy", ""};
  title.insert(title.end(), reasons.begin(), reasons.end());
  title.push_back("sum");
  table.row(title);
  const std::int64_t whole = profile.ticks * cores(profile);
  const Microseconds us(whole, profile.tick_mhz);
  for (const EngineTime& engine : engines) {
    std::vector<std::int64_t> ticks = {engine.busy};
    for (const std::string& reason : reasons) {
      const auto part =
          std::find_if(engine.idle.begin(), engine.idle.end(), [&](const Part& p) { return p.name == reason; });
      ticks.push_back(part == engine.idle.end() ? 0 : part->ticks);
    }
    std::vector<std::string> times = us.texts(ticks);
    std::vector<std::string> row = {engine.engine, grouped(static_cast<std::int64_t>(engine.instructions)), times[0],
                                    share_texts({&engine.busy, 1}, whole).front()};
    for (std::size_t i = 1; i < times.size(); ++i) row.push_back(ticks[i] == 0 ? "-" : times[i]);
    row.push_back(us.text(whole));
    table.row(row);
  }
  return fmt::format("\nEngines (us; busy, and idle by what the engine waited for{}; dma counts transfers)\n",
                     cores(profile) > 1 ? fmt::format("; {} cores together", cores(profile)) : "") +
         table.text();
}

std::string lanes_text(const Profile& profile) {
  std::size_t width = 0;
  const std::vector<Lane> list = lanes(profile, kPicture);
  for (const Lane& lane : list) width = std::max(width, lane.engine.size());
  std::string text;
  for (const Lane& lane : list) {
    std::string row = fmt::format("  {:<{}} |", lane.engine, width);
    for (const double share : lane.share) row += share > 0.75 ? '#' : share > 0.25 ? '+' : share > 0.01 ? '.' : ' ';
    text += row + "|\n";
  }
  const std::string end = duration(profile.ns(profile.ticks));
  return text + std::string(width + 4, ' ') + "0" + std::string(kPicture - 1 - end.size(), ' ') + end + "\n";
}

/// "dma data 62 %, tensor datapath 20 %"
std::string most_text(const std::vector<Part>& parts, std::int64_t whole, std::size_t count) {
  constexpr double kVisible = 0.05;
  std::vector<std::string> texts;
  for (const Part& part : parts) {
    const double share = static_cast<double>(part.ticks) / static_cast<double>(std::max<std::int64_t>(1, whole));
    if (texts.size() < count && (share >= kVisible || texts.empty()))
      texts.push_back(fmt::format("{} {:.0f} %", part.name, share * 100));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string path_text(const Profile& profile, std::size_t top) {
  if (profile.path.empty()) return "";
  const std::vector<Stretch> list = stretches(profile, std::max(top, kStretches));
  std::vector<std::int64_t> lengths;
  for (const Stretch& s : list) lengths.push_back(s.to - s.from);
  const Microseconds us(profile.ticks, profile.tick_mhz);
  const std::vector<std::int64_t> units = us.units(lengths);
  const std::vector<std::string> shares = share_texts(lengths, profile.ticks);
  Table table({kRight, kRight, kRight, kLeft, kLeft, kLeft});
  table.row({"from us", "us", "share", "when", "operator", "what it waits for"});
  std::int64_t from = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Stretch& s = list[i];
    const auto column = [&](std::int64_t t) {
      return static_cast<std::size_t>(static_cast<double>(t) / static_cast<double>(profile.ticks) * kWhere);
    };
    const std::size_t first = std::min(column(s.from), kWhere - 1);
    const std::size_t length = std::max<std::size_t>(1, column(s.to) - first);
    const std::string name = shortened(s.name, kNames);
    table.row({us.write(from), us.write(units[i]), shares[i], std::string(first, ' ') + std::string(length, '#'),
               s.others == 0 ? name : fmt::format("{} +{}", name, s.others), most_text(s.causes, s.to - s.from, 3)});
    from += units[i];
  }
  return fmt::format(
      "\nCritical path over time (# most of the interval on this engine, + half, . some), then operator by "
      "operator\n{}\n{}",
      lanes_text(profile), table.text());
}

/// Highest value of each column for what fills up, mean for what flows.
std::vector<double> over_time(const Profile& profile, const Usage& usage, bool mean) {
  std::vector<double> columns(kPicture, 0);
  const double width = static_cast<double>(profile.ticks) / static_cast<double>(kPicture);
  for (std::size_t i = 0; i < usage.steps.size(); ++i) {
    const double from = static_cast<double>(usage.steps[i].first);
    const double to = static_cast<double>(i + 1 < usage.steps.size() ? usage.steps[i + 1].first : profile.ticks);
    for (auto c = static_cast<std::size_t>(from / width); c < kPicture && static_cast<double>(c) * width < to; ++c) {
      const double overlap =
          std::min(to, static_cast<double>(c + 1) * width) - std::max(from, static_cast<double>(c) * width);
      if (overlap <= 0) continue;
      columns[c] =
          mean ? columns[c] + usage.steps[i].second * overlap / width : std::max(columns[c], usage.steps[i].second);
    }
  }
  return columns;
}

/// Single banks and queues are for the page and the store.
bool drawn(const Usage& usage) {
  return usage.of == "SBUF" || usage.of == "PSUM" || usage.of.starts_with("device memory");
}

std::string usage_text(const Profile& profile) {
  std::string text;
  for (const Usage& usage : profile.usage) {
    if (usage.steps.empty() || !drawn(usage)) continue;
    const bool rate = usage.unit == "bytes/ns";
    const double factor = rate ? 1e9 : 1;  // to bytes per second
    const std::string unit = rate ? "B/s" : "B";
    Chart chart{over_time(profile, usage, rate), 0, unit, "0", duration(profile.ns(profile.ticks))};
    double sum = 0;
    for (double& value : chart.columns) value *= factor, sum += value, chart.top = std::max(chart.top, value);
    const auto peak = std::max_element(usage.steps.begin(), usage.steps.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    text += fmt::format("\n{} over time: peak {}{} at {}; {} {}\n", usage.of, si(peak->second * factor, unit),
                        usage.limit > 0 ? fmt::format(" of {} ({})", si(usage.limit * factor, unit),
                                                      percent(peak->second / usage.limit))
                                        : std::string(),
                        duration(profile.ns(peak->first)), rate ? "mean" : "mean of the columns",
                        si(sum / static_cast<double>(kPicture), unit));
    if (chart.top > 0) text += chart_text(chart, kChartHeight, 2);
  }
  return text;
}

std::string warnings_text(const Profile& profile) {
  if (profile.warnings.empty()) return "";
  std::string text = "\nWarnings\n";
  for (const std::string& warning : profile.warnings) text += wrapped("  - ", warning, kWidth);
  return text;
}

}  // namespace

std::string profile_text(const Profile& profile, const ProfileTextOptions& options) {
  std::string text = head_text(profile);
  if (options.by) return text + breakdown_text(profile, *options.by, options.top);
  text += findings_text(profile);
  for (const By by : {By::engine, By::cause, By::layer, By::op}) text += breakdown_text(profile, by, options.top);
  return text + engines_text(profile) + path_text(profile, options.top) + usage_text(profile) + warnings_text(profile);
}

}  // namespace inf::workflow
