#include "tests/tools/workflow/sweep/fake_sweep.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

namespace inf::workflow::sweep {
namespace {

/// A number in 0..1 that the text decides.
double chance(unsigned seed, const std::string& text) {
  std::seed_seq mixed(text.begin(), text.end());
  std::vector<unsigned> word(1);
  mixed.generate(word.begin(), word.end());
  return std::mt19937(word[0] ^ seed * 2654435761u)() / 4294967296.0;
}

CaseOutcome measured(unsigned seed, const std::string& key) {
  const double size = chance(seed, key + " size"), luck = chance(seed, key + " luck");
  if (luck > 0.93) {
    CaseOutcome refused = ended(Status::infeasible, key + ": 3 KiB > 2 KiB");
    refused.shortfall = {"SBUF", 3, 2, "KiB", "chip.sbuf"};
    return refused;
  }
  return done_in(100 / (0.1 + size) * (1 + luck), 1000 * size * size);
}

Bound bound_of(const std::string& level, const CaseOutcome& truth, double share) {
  Metrics best;
  best[Metric::latency] = truth.metrics[Metric::latency] * share;
  best[Metric::throughput] = truth.metrics[Metric::throughput] / share;
  return {level, best, "share"};
}

class Grid : public Strategy {
 public:
  explicit Grid(unsigned levels) : levels_(levels) {}
  std::vector<Point> next() override {
    std::vector<Point> round;
    for (; round.size() < 12 && at_ < planned(); ++at_) {
      // A stride that visits all of them, so that good points come early and late.
      const auto n = static_cast<std::uint32_t>(at_ * 7919 % planned());
      round.push_back({n / levels_, n % levels_});
    }
    return round;
  }
  void hear(const std::vector<Judged>&) override {}
  std::size_t planned() const override { return std::size_t{levels_} * levels_; }
  int shard_of(std::size_t index, int shards) const override { return static_cast<int>(index) % shards; }
  bool may_discard() const override { return true; }

 private:
  unsigned levels_;
  std::size_t at_ = 0;
};

/// Each island goes on beside its best point.
class Search : public Strategy {
 public:
  explicit Search(unsigned levels) : levels_(levels) {}
  std::vector<Point> next() override {
    if (rounds_++ == kRounds) return {};
    std::vector<Point> round;
    for (Island& island : islands_) {
      std::mt19937 random(rounds_ * 2 + (&island == islands_));
      while (round.size() % kSize != 0 || round.size() < kSize * static_cast<std::size_t>(&island - islands_ + 1)) {
        const Point point{(island.best[0] + static_cast<unsigned>(random() % 4)) % levels_,
                          (island.best[1] + static_cast<unsigned>(random() % 4)) % levels_};
        if (island.seen.insert(point).second) round.push_back(point);
      }
    }
    proposed_ = round;
    return round;
  }
  void hear(const std::vector<Judged>& answers) override {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      Island& island = islands_[i / kSize];
      if (!answers[i].feasible || answers[i].objectives[0] >= island.value) continue;
      island.value = answers[i].objectives[0];
      island.best = proposed_[i];
    }
  }
  std::size_t planned() const override { return kRounds * 2 * kSize; }
  int shard_of(std::size_t index, int shards) const override { return static_cast<int>(index / kSize) % shards; }
  bool may_discard() const override { return false; }

 private:
  static constexpr std::size_t kSize = 4, kRounds = 3;
  struct Island {
    Point best{0, 0};
    double value = std::numeric_limits<double>::infinity();
    std::set<Point> seen;
  };
  Island islands_[2];
  unsigned levels_, rounds_ = 0;
  std::vector<Point> proposed_;
};

void append_line(const std::filesystem::path& file, const std::string& line) {
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  const std::string text = line + "\n";
  [[maybe_unused]] const ssize_t written = ::write(handle, text.data(), text.size());
  ::close(handle);
}

}  // namespace

FakeSweep::FakeSweep(unsigned seed_, unsigned levels_) : seed(seed_), levels(levels_) {
  sweep.workloads = {{"wide", "wide.yaml", 1}, {"tall", "tall.yaml", 3}};
  sweep.objectives = {Metric::latency, Metric::throughput};
  sweep.limits = {{Metric::latency, 900, "s.yaml:9"}};
  sweep.timeout_s = 30;
  for (const char* key : {"chip.a", "chip.b"}) {
    Axis& axis = sweep.space.axes.emplace_back(Axis{key, "-", {}, ""});
    for (unsigned i = 0; i < levels; ++i) axis.levels.push_back({std::to_string(i), i});
  }
}

SweepParts FakeSweep::parts() const {
  SweepParts parts;
  parts.settings = [](const Point& point) {
    return std::vector<Setting>{{"chip.a", std::to_string(point[0]), ""}, {"chip.b", std::to_string(point[1]), ""}};
  };
  parts.cases = [](const std::vector<Setting>& settings) {
    if (settings[0].text == "2" && settings[1].text == "2")
      throw Error(ErrorKind::config, "chip.yaml:3:1", "a and b do not go together");
    std::vector<Case> cases(2);
    cases[0].key = "wide " + settings[0].text + " " + settings[1].text;
    cases[1].key = "tall " + settings[0].text;
    return cases;
  };
  parts.key = [](const std::vector<Case>& cases) { return cases[0].key + ", " + cases[1].key; };
  parts.roofline = [of = seed](const Case& c) -> std::optional<Bound> {
    const CaseOutcome truth = measured(of, c.key);
    if (truth.status != Status::done) throw Error(ErrorKind::unsupported, "node 3", "has no bound");
    if (chance(of, c.key + " roofline") < 0.1) return std::nullopt;
    return bound_of("roofline", truth, 0.6);
  };
  parts.evaluate = [of = seed, act = mischief, file = log](const Case& c, const Evaluator::GiveUp& give_up) {
    if (!file.empty()) append_line(file, c.key);
    CaseOutcome truth = measured(of, c.key);
    if (truth.status != Status::done) return truth;
    truth.bound = bound_of("tiles", truth, 0.9);
    if (give_up(*truth.bound)) {
      CaseOutcome given_up = ended(Status::discarded, "");
      given_up.bound = truth.bound;
      return given_up;
    }
    act(c.key);
    return truth;
  };
  return parts;
}

std::unique_ptr<Strategy> FakeSweep::grid() const { return std::make_unique<Grid>(levels); }
std::unique_ptr<Strategy> FakeSweep::search() const { return std::make_unique<Search>(levels); }

Results FakeSweep::explore(Store& store, ExploreOptions options, Strategy& strategy) const {
  return explore_walk(sweep, strategy, parts(), store, options,
                      [](const SweepProgress& p) { CHECK(p.done <= p.planned); });
}

Results FakeSweep::replay(const Store& store, bool prune) const {
  return replay_walk(sweep, *grid(), parts(), store, prune);
}

std::string text_of(const Results& results) {
  std::string text;
  for (const Row& row : results.rows) {
    text += fmt::format("{} {} {}", row.number, row.key, outcome_text(row.outcome));
    for (const CaseOutcome& c : row.cases) text += " | " + outcome_text(c);
    text += "\n";
  }
  return text;
}

std::string front_of(const FakeSweep& fake, const Results& results) {
  std::vector<std::vector<double>> values;
  for (const Row& row : results.rows)
    if (reaches(row.outcome, fake.sweep)) values.push_back(minimised(row.outcome.metrics, fake.sweep.objectives));
  std::set<std::string> front;
  for (const auto& a : values)
    if (std::none_of(values.begin(), values.end(), [&](const auto& b) { return dominates(b, a); }))
      front.insert(fmt::format("{} {}\n", a[0], a[1]));
  std::string text;
  for (const std::string& line : front) text += line;
  return text;
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace inf::workflow::sweep
