#include "tools/workflow/sweep/judgement_fields.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/read_number.h"
#include "tools/workflow/duration.h"
#include "tools/workflow/sweep/sweep_fields.h"

namespace inf::workflow::sweep {
namespace {

using arch::Section;
using arch::YamlNode;

constexpr std::array<std::string_view, 4> kKinds = {"grid", "random", "sobol", "nsga2"};
constexpr std::array<std::string_view, 2> kModes = {"timing", "both"};
constexpr double kLeastTimeoutNs = 1e6, kLeastLatencyNs = 1;

class JudgementReader {
 public:
  JudgementReader(Section& root, Sweep& sweep, arch::Problems& problems)
      : root_(root), sweep_(sweep), problems_(problems) {}

  void read() {
    sweep_.mode = root_.choice_or("mode", 0, kModes) == 1 ? RunOptions::Mode::both : RunOptions::Mode::timing;
    read_objectives();
    read_limits();
    read_strategy();
    if (root_.has("timeout"))
      if (const auto ns = duration(root_.text("timeout"), root_.place_of("timeout"), "timeout", kLeastTimeoutNs))
        sweep_.timeout_s = *ns / 1e9;
  }

 private:
  void wrong(arch::Place place, std::string message) { problems_.add(place, std::move(message)); }

  std::optional<double> duration(const std::string& text, arch::Place place, const std::string& path, double low) {
    if (text.empty()) return std::nullopt;  // noted already
    try {
      return parse_duration(text, "", low);
    } catch (const Error& error) {
      wrong(place, fmt::format("{}: {}", path, error.message()));
      return std::nullopt;
    }
  }

  std::optional<Metric> metric(const std::string& text, arch::Place place, const char* where) {
    std::vector<std::string_view> names;
    for (const MetricInfo& info : metrics()) names.push_back(info.name);
    const auto at = std::find(names.begin(), names.end(), text);
    if (at == names.end())
      return wrong(place, fmt::format("{} has {}, which is none of {}{}", where, text.empty() ? "an empty name" : text,
                                      fmt::join(names, ", "), did_you_mean(text, names))),
             std::nullopt;
    const Metric found = metrics()[static_cast<std::size_t>(at - names.begin())].metric;
    if (found == Metric::accuracy && sweep_.mode != RunOptions::Mode::both)
      wrong(place, fmt::format("{} has accuracy, which needs values: say mode: both", where));
    return found;
  }

  void read_objectives() {
    if (!root_.has("objectives")) {
      sweep_.objectives = {Metric::latency, Metric::usd_per_million};
      return;
    }
    const YamlNode& list = *root_.node("objectives");
    const std::vector<std::string> texts = root_.texts("objectives");
    if (list.kind == YamlNode::Kind::list && texts.empty())
      wrong(list.place, "objectives is empty; name at least one, such as latency");
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const arch::Place place = list.items[i].place;
      const auto found = metric(texts[i], place, "objectives");
      if (!found) continue;
      if (std::find(sweep_.objectives.begin(), sweep_.objectives.end(), *found) != sweep_.objectives.end())
        wrong(place, fmt::format("objectives has {} twice", texts[i]));
      else
        sweep_.objectives.push_back(*found);
    }
  }

  void read_limits() {
    const YamlNode* map = root_.node_or_null("limits");
    if (map == nullptr) return;
    if (map->kind != YamlNode::Kind::map)
      return wrong(map->place, "limits is no map of bounds such as {latency: 50ms, usd_per_million: 3}");
    for (const YamlNode::Entry& entry : map->entries) {
      const auto found = metric(entry.key, entry.place, "limits");
      if (!found) continue;
      if (map->find(entry.key) != &entry.value)
        wrong(entry.place, fmt::format("limits has {} twice", entry.key));
      else if (const auto bound = limit(*found, entry))
        sweep_.limits.push_back(
            {*found, *bound,
             fmt::format("{}:{}:{}", problems_.file(), entry.value.place.line, entry.value.place.column)});
    }
  }

  std::optional<double> limit(Metric metric, const YamlNode::Entry& entry) {
    const std::string path = "limits." + entry.key;
    if (entry.value.kind != YamlNode::Kind::scalar)
      return wrong(entry.value.place, fmt::format("{} is no single value", path)), std::nullopt;
    if (metric == Metric::latency) return duration(entry.value.text, entry.value.place, path, kLeastLatencyNs);
    const auto value = read_number<double>(entry.value.text);
    // A correlation may be anything from -1 to 1, every other metric is more than 0.
    const bool correlation = metric == Metric::accuracy;
    if (value && (correlation ? *value >= -1 && *value <= 1 : *value > 0)) return value;
    return wrong(entry.value.place,
                 fmt::format("{} = {} is no number {}", path, entry.value.text, correlation ? "in -1..1" : "above 0")),
           std::nullopt;
  }

  void read_strategy() {
    StrategyOptions& s = sweep_.strategy;
    const YamlNode* node = root_.node_or_null("strategy");
    if (node == nullptr) return;
    if (node->kind == YamlNode::Kind::scalar) {
      s.kind = static_cast<StrategyKind>(root_.choice("strategy", kKinds));
      if (s.kind == StrategyKind::nsga2) needs_budget(node->place);
      return;
    }
    Section section = root_.section("strategy");
    s.kind = static_cast<StrategyKind>(section.choice_or("kind", 0, kKinds));
    const auto whole = [&](const char* key) -> std::optional<std::int64_t> {
      const SweepField& field = sweep_field(fmt::format("strategy.{}", key));
      if (!section.has(key)) return std::nullopt;
      return section.integer(key, static_cast<std::int64_t>(field.low), static_cast<std::int64_t>(field.high));
    };
    if (const auto budget = whole("budget")) s.budget = static_cast<std::size_t>(*budget);
    if (const auto seed = whole("seed")) s.seed = static_cast<std::uint64_t>(*seed);
    if (const auto population = whole("population")) s.population = static_cast<int>(*population);
    if (const auto islands = whole("islands")) s.islands = static_cast<int>(*islands);
    if (s.kind == StrategyKind::nsga2) check_search(section);
    for (const char* key : {"population", "islands"})
      if (section.has(key) && s.kind != StrategyKind::nsga2) section.mistake(key, "goes with kind: nsga2");
    section.finish();
  }

  void needs_budget(arch::Place place) {
    wrong(place, "nsga2 needs strategy.budget: how many points it may visit, such as {kind: nsga2, budget: 1000}");
  }

  void check_search(Section& section) {
    const StrategyOptions& s = sweep_.strategy;
    constexpr int kTournament = 4;
    if (s.population % kTournament != 0) section.mistake("population", "is no multiple of 4");
    const std::int64_t first = std::int64_t{s.population} * s.islands;
    if (!s.budget)
      needs_budget(section.place());
    else if (static_cast<std::int64_t>(*s.budget) < first)
      section.mistake("budget", fmt::format("is less than the first generation: {} islands of {} points are {}",
                                            s.islands, s.population, first));
  }

  Section& root_;
  Sweep& sweep_;
  arch::Problems& problems_;
};

}  // namespace

void read_judgement(Section& root, Sweep& sweep, arch::Problems& problems) {
  JudgementReader(root, sweep, problems).read();
}

}  // namespace inf::workflow::sweep
