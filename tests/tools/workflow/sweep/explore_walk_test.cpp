#include "tools/workflow/sweep/explore_walk.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <set>

#include "tests/tools/workflow/sweep/fake_sweep.h"
#include "tools/workflow/sweep/interrupts.h"

namespace inf::workflow::sweep {
namespace {

using Access = Store::Access;

std::size_t count(const Results& results, Status status) {
  return static_cast<std::size_t>(std::count_if(results.rows.begin(), results.rows.end(),
                                                [&](const Row& r) { return r.outcome.status == status; }));
}

std::size_t discarded_at(const Results& results, const std::string& level) {
  return static_cast<std::size_t>(std::count_if(results.rows.begin(), results.rows.end(), [&](const Row& r) {
    return r.outcome.status == Status::discarded && r.outcome.reason.starts_with(level);
  }));
}

/// Short enough for a test, long enough for workers to overtake each other.
void take_a_while(const std::string& key) { ::usleep(static_cast<useconds_t>(std::hash<std::string>()(key) % 3000)); }

TEST_CASE("results do not depend on the number of workers") {
  const TestFolder folder("explore");
  for (const unsigned seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    FakeSweep fake(seed);
    fake.mischief = take_a_while;
    std::string wanted;
    for (const int jobs : {1, 2, 5}) {
      CAPTURE(jobs);
      const auto file = folder / (std::to_string(seed) + "-" + std::to_string(jobs)).c_str();
      Store store(file, Access::write);
      const Results results = fake.explore(store, {.jobs = jobs});
      CHECK(results.rows.size() == 81);
      for (std::size_t i = 0; i < results.rows.size(); ++i) {
        CHECK(results.rows[i].number == i);  // whatever the order of the visit
        CHECK(results.rows[i].point == Point{static_cast<unsigned>(i / 9), static_cast<unsigned>(i % 9)});
      }
      CHECK(count(results, Status::missing) == 0);
      CHECK(discarded_at(results, "roofline") > 0);
      CHECK(discarded_at(results, "tiles") > 0);
      CHECK(count(results, Status::infeasible) > 0);
      if (wanted.empty()) wanted = text_of(results);
      CHECK(text_of(results) == wanted);
      CHECK(text_of(fake.replay(store)) == wanted);
    }
  }
}

TEST_CASE("shards together are one run") {
  const TestFolder folder("explore");
  for (const unsigned seed : {1u, 2u, 3u}) {
    const FakeSweep fake(seed);
    Store alone(folder / ("alone" + std::to_string(seed)).c_str(), Access::write);
    const std::string wanted = text_of(fake.explore(alone, {}));
    for (const int shards : {2, 3}) {
      CAPTURE(seed);
      CAPTURE(shards);
      const std::string name = std::to_string(seed) + "of" + std::to_string(shards);
      Store all(folder / name.c_str(), Access::write);
      for (int i = shards - 1; i >= 0; --i) {
        const auto file = folder / (name + "-" + std::to_string(i)).c_str();
        {
          Store store(file, Access::write);
          const Results part = fake.explore(store, {.jobs = 1 + i, .shard = {i, shards}});
          CHECK(count(part, Status::missing) > 0);
        }
        all.merge(Store(file, Access::read));
      }
      CHECK(text_of(fake.replay(all)) == wanted);
    }
  }
}

TEST_CASE("without pruning the front is the same, and what was computed decides all the same") {
  const TestFolder folder("explore");
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    CAPTURE(seed);
    const FakeSweep fake(seed);
    Store pruned(folder / ("p" + std::to_string(seed)).c_str(), Access::write);
    Store full(folder / ("f" + std::to_string(seed)).c_str(), Access::write);
    const Results with = fake.explore(pruned, {.jobs = 2}), without = fake.explore(full, {.jobs = 2, .prune = false});
    CHECK(count(without, Status::discarded) == 0);
    CHECK(front_of(fake, without) == front_of(fake, with));
    CHECK(!front_of(fake, with).empty());
    CHECK(text_of(fake.replay(full, true)) == text_of(with));
    CHECK(text_of(fake.replay(full, false)) == text_of(without));
    // The other way round what was discarded is missing, and only that is computed.
    CHECK(count(fake.replay(pruned, false), Status::missing) > 0);
    const Results after = fake.explore(pruned, {.jobs = 2, .prune = false});
    CHECK(text_of(after) == text_of(without));
    CHECK(after.host.computed < without.host.computed);
  }
}

TEST_CASE("a case that several points share is computed once, and nothing twice") {
  const TestFolder folder("explore");
  FakeSweep fake(1);
  fake.log = folder / "log";
  fake.mischief = take_a_while;
  {
    Store store(folder / "s.db", Access::write);
    fake.explore(store, {.jobs = 3, .prune = false});
  }
  std::vector<std::string> lines = lines_of(fake.log);
  std::sort(lines.begin(), lines.end());
  CHECK(std::adjacent_find(lines.begin(), lines.end()) == lines.end());
  Store store(folder / "s.db", Access::write);
  CHECK(fake.explore(store, {.jobs = 3}).host.computed == 0);
  CHECK(fake.explore(store, {.jobs = 3, .prune = false}).host.computed == 0);
  CHECK(lines_of(fake.log).size() == lines.size());
  CHECK(store.keys().size() == 81);
}

TEST_CASE("killed ten times, nothing that was finished is computed again, and the results are the same") {
  const TestFolder folder("explore");
  FakeSweep fake(2);
  Store alone(folder / "alone.db", Access::write);
  const std::string wanted = text_of(fake.explore(alone, {}));
  fake.log = folder / "log";
  fake.mischief = [](const std::string&) { ::usleep(4000); };
  std::mt19937 random(7);
  std::size_t kept = 0;
  for (int kill = 0; kill <= 10; ++kill) {
    std::set<std::string> finished;
    if (std::filesystem::exists(folder / "s.db")) {
      const Store store(folder / "s.db", Access::read);
      for (const std::string& key : std::set<std::string>([&] {
             const auto lines = lines_of(fake.log);
             return std::set<std::string>(lines.begin(), lines.end());
           }()))
        if (const auto outcome = store.find(key); outcome && outcome->status != Status::discarded) finished.insert(key);
    }
    kept = std::max(kept, finished.size());
    const std::size_t before = lines_of(fake.log).size();
    if (kill == 10) {
      Store store(folder / "s.db", Access::write);
      CHECK(text_of(fake.explore(store, {.jobs = 2})) == wanted);
    } else {
      const pid_t pid = ::fork();
      if (pid == 0) {
        const std::string error = refusal([&] {
          Store store(folder / "s.db", Access::write);
          fake.explore(store, {.jobs = 3});
        });
        ::_exit(error.empty() ? 0 : 1);
      }
      // After so many more evaluations, whatever the pace of the machine.
      const std::size_t until = before + 4 + random() % 12;
      int status = 0;
      bool ended = false;
      while (!ended && lines_of(fake.log).size() < until) {
        ended = ::waitpid(pid, &status, WNOHANG) == pid;
        ::usleep(500);
      }
      if (!ended) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
      }
      CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    }
    const std::vector<std::string> lines = lines_of(fake.log);
    for (std::size_t i = before; i < lines.size(); ++i) {
      CAPTURE(lines[i]);
      CHECK_FALSE(finished.contains(lines[i]));
    }
  }
  CHECK(kept > 0);
}

TEST_CASE("points that crash or take too long are rows, and computed again where asked") {
  const TestFolder folder("explore");
  FakeSweep fake(1);
  fake.sweep.timeout_s = 0.4;
  fake.mischief = [](const std::string& key) {
    std::signal(SIGSEGV, SIG_DFL);  // doctest has a handler of its own
    if (key == "wide 0 1") std::raise(SIGSEGV);
    if (key == "wide 0 3") throw Error(ErrorKind::internal, "pass tile", "broken");
    if (key == "wide 1 4")
      for (;;) ::pause();
  };
  const std::map<std::string, std::string> wanted = {{"wide 0 1", "crashed: killed by SIGSEGV"},
                                                     {"wide 0 3", "crashed: pass tile: broken"},
                                                     {"wide 1 4", "timed out: timed out after 0.4 s"}};
  const auto failures = [&](const Results& results) {
    std::map<std::string, std::string> found;
    for (const Row& row : results.rows)
      if (row.outcome.status == Status::crashed || row.outcome.status == Status::timed_out) {
        found[row.key.substr(0, row.key.find(','))] = std::string(name(row.outcome.status)) + ": " + row.outcome.reason;
        CHECK(row.cases[0].bound.has_value());  // it came as far as that
        CHECK(row.cases[1].status == Status::missing);
      }
    return found;
  };
  Store store(folder / "s.db", Access::write);
  const Results first = fake.explore(store, {.jobs = 2, .prune = false});
  CHECK(failures(first) == wanted);
  CHECK(text_of(fake.replay(store, false)) == text_of(first));
  fake.mischief = [](const std::string&) {};
  CHECK(failures(fake.explore(store, {.jobs = 2, .prune = false})) == wanted);
  const Results again = fake.explore(store, {.jobs = 2, .prune = false, .retry = true});
  CHECK(failures(again).empty());
  CHECK(count(again, Status::done) == count(first, Status::done) + 3);
}

TEST_CASE("a point whose worker is killed gets a second chance, and no third") {
  const TestFolder folder("explore");
  for (const int kills : {1, 2}) {
    CAPTURE(kills);
    std::filesystem::remove(folder / "log");
    FakeSweep fake(1);
    fake.log = folder / "log";
    fake.mischief = [&](const std::string& key) {
      const std::vector<std::string> lines = lines_of(folder / "log");
      if (key == "wide 0 1" && std::count(lines.begin(), lines.end(), key) <= kills) std::raise(SIGKILL);
    };
    Store store(folder / std::to_string(kills).c_str(), Access::write);
    const Results results = fake.explore(store, {.jobs = 2, .prune = false});
    CHECK(count(results, Status::crashed) == (kills == 2 ? 1 : 0));
    CHECK(store.find("wide 0 1")->status == (kills == 2 ? Status::crashed : Status::done));
  }
}

TEST_CASE("values that do not go together are an infeasible point") {
  const TestFolder folder("explore");
  const FakeSweep fake(1);
  Store store(folder / "s.db", Access::write);
  const Results results = fake.explore(store, {});
  const auto row = std::find_if(results.rows.begin(), results.rows.end(), [](const Row& r) {
    return r.point == Point{2, 2};
  });
  REQUIRE(row != results.rows.end());
  CHECK(row->outcome.status == Status::infeasible);
  CHECK(row->outcome.reason == "a and b do not go together");
  CHECK(store.point(row->key)->settings.at(0).text == "2");
}

TEST_CASE("a mistake that is no point's ends the sweep, with what was finished kept") {
  const TestFolder folder("explore");
  FakeSweep fake(1);
  fake.mischief = [](const std::string& key) {
    if (key == "wide 5 5") throw Error(ErrorKind::usage, "m.onnx", "cannot be read");
  };
  Store store(folder / "s.db", Access::write);
  CHECK(refusal([&] { fake.explore(store, {.prune = false}); }).find("m.onnx: cannot be read") != std::string::npos);
  CHECK(store.counts()[Status::done] > 0);
  CHECK_FALSE(store.find("wide 5 5").has_value());
}

TEST_CASE("Ctrl-C keeps what was finished and says how to go on") {
  const TestFolder folder("explore");
  FakeSweep fake(3);
  Store alone(folder / "alone.db", Access::write);
  const std::string wanted = text_of(fake.explore(alone, {}));
  Store store(folder / "s.db", Access::write);
  fake.log = folder / "log";
  const pid_t self = ::getpid();
  fake.mischief = [&](const std::string&) {
    // In the middle of the work, which goes on meanwhile.
    if (lines_of(fake.log).size() < 20) return;
    ::kill(self, SIGINT);
    ::usleep(200'000);
  };
  int code = 0;
  std::string error;
  try {
    fake.explore(store, {.jobs = 2});
  } catch (const Interrupted& stopped) {
    code = stopped.exit_code();
    error = stopped.what();
  }
  CHECK(code == 130);
  CAPTURE(error);
  CHECK(error.find("s.db: stopped by Ctrl-C after") != std::string::npos);
  CHECK(error.find("goes on where this one stopped") != std::string::npos);
  const std::size_t kept = store.counts()[Status::done];
  CHECK(kept > 0);
  fake.mischief = [](const std::string&) {};
  CHECK(text_of(fake.explore(store, {.jobs = 2})) == wanted);
}

TEST_CASE("a search hears every value, and its islands are dealt to shards whole") {
  const TestFolder folder("explore");
  FakeSweep fake(4);
  fake.sweep.strategy.kind = StrategyKind::nsga2;
  Store alone(folder / "alone.db", Access::write);
  const Results whole = fake.explore(alone, {.jobs = 3}, *fake.search());
  CHECK(count(whole, Status::discarded) == 0);
  CHECK(count(whole, Status::missing) == 0);
  const auto replay = [&](const Store& store) {
    return replay_walk(fake.sweep, *fake.search(), fake.parts(), store, true);
  };
  CHECK(text_of(replay(alone)) == text_of(whole));
  Store all(folder / "all.db", Access::write);
  for (int i = 0; i < 2; ++i) {
    const auto file = folder / std::to_string(i).c_str();
    {
      Store store(file, Access::write);
      fake.explore(store, {.jobs = 2, .shard = {i, 2}}, *fake.search());
    }
    all.merge(Store(file, Access::read));
    // Until the other island is there, nothing is said of where it would have gone.
    if (i == 0) CHECK(count(replay(all), Status::missing) <= 4);
  }
  CHECK(text_of(replay(all)) == text_of(whole));
}

}  // namespace
}  // namespace inf::workflow::sweep
