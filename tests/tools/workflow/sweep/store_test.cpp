#include "tools/workflow/sweep/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/tools/workflow/sweep/sweep_parts.h"
#include "tools/workflow/files.h"
#include "tools/workflow/profile/schema.h"

namespace inf::workflow::sweep {
namespace {

namespace fs = std::filesystem;
using Access = Store::Access;

void write_text(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string text_of(const std::optional<CaseOutcome>& outcome) { return outcome ? outcome_text(*outcome) : "none"; }

/// Runs `act` in a process of its own; its exit code is 0 where it returns.
pid_t in_child(const std::function<void()>& act) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  try {
    act();
  } catch (...) {
    ::_exit(9);
  }
  ::_exit(0);
}

TEST_CASE("what was put is found, also when opened again") {
  const TestFolder folder("store");
  const fs::path file = folder / "s.db";
  {
    Store store(file, Access::write);
    store.put("k1", "craft", done_in(12.5));
    store.put({{"k2", "craft", ended(Status::infeasible, "a > b")}, {"k3", "w", ended(Status::timed_out, "60 s")}});
    store.put_sweep("axes: []", "sweeps/a.yaml");
    store.put_note("shard", "2/4");
    store.put_point({"abc1", {{"chip.tensor.rows", "64", "s.yaml:3"}}, {"k1", "k2"}});
    store.put_point({"abd2", {}, {}});
    store.put_point({"ab", {}, {}});
    CHECK(fs::exists(file));
  }
  CHECK_FALSE(fs::exists(folder / "s.db-journal"));
  const Store store(file, Access::read);
  CHECK(text_of(store.find("k1")) == outcome_text(done_in(12.5)));
  CHECK(store.find("k2")->reason == "a > b");
  CHECK_FALSE(store.find("k9").has_value());
  CHECK(store.counts() ==
        std::map<Status, std::size_t>{{Status::done, 1}, {Status::infeasible, 1}, {Status::timed_out, 1}});
  CHECK(store.sweep_yaml() == "axes: []");
  CHECK(store.sweep_file() == "sweeps/a.yaml");
  CHECK(store.note("shard") == "2/4");
  CHECK(store.note("prune").empty());
  CHECK(store.keys() == std::vector<std::string>{"ab", "abc1", "abd2"});
  CHECK(store.point("abc")->settings.at(0).text == "64");
  CHECK(store.point("abc")->cases == std::vector<std::string>{"k1", "k2"});
  CHECK(store.point("ab")->key == "ab");  // whole, though others begin so
  CHECK_FALSE(store.point("x").has_value());
  CHECK(refusal([&] { store.point("a"); }).find("ab, abc1, abd2") != std::string::npos);
  CHECK_FALSE(store.activity().being_written);
}

TEST_CASE("a failure never takes the place of a result, and a bound is not forgotten") {
  const TestFolder folder("store");
  CaseOutcome bound = ended(Status::discarded, "bound");
  bound.bound = {"tiles", done_in(1).metrics, "proof"};
  const struct {
    const char* name;
    CaseOutcome first, second;
    Status want;
    bool bounded;
  } rows[] = {
      {"bound, then done", bound, done_in(2), Status::done, true},
      {"done, then bound", done_in(2), bound, Status::done, true},
      {"crash, then done", ended(Status::crashed, "SIGSEGV"), done_in(2), Status::done, false},
      {"done, then crash", done_in(2), ended(Status::crashed, "SIGSEGV"), Status::done, false},
      {"infeasible, then timed out", ended(Status::infeasible, ""), ended(Status::timed_out, ""), Status::infeasible,
       false},
      {"crash, then timed out", ended(Status::crashed, ""), ended(Status::timed_out, ""), Status::timed_out, false},
      {"crash, then bound", ended(Status::crashed, ""), bound, Status::crashed, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    fs::remove(folder / "s.db");
    Store store(folder / "s.db", Access::write);
    store.put("k", "w", row.first);
    store.put("k", "w", row.second);
    CHECK(store.find("k")->status == row.want);
    CHECK(store.find("k")->bound.has_value() == row.bounded);
  }
}

TEST_CASE("what is no database of a sweep of this version is refused and left alone") {
  const TestFolder folder("store");
  Store(folder / "good.db", Access::write).put("k", "w", done_in(1));
  const std::string good = read_file(folder / "good.db");
  write_text(folder / "text.db", std::string(200, '.'));
  write_text(folder / "empty.db", "");
  write_text(folder / "short.db", good.substr(0, 50));
  write_text(folder / "half.db", good.substr(0, good.size() / 2));
  SQLite::Database(folder / "other.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
  const auto changed = [&](const char* file, const std::string& statement) {
    write_text(folder / file, good);
    SQLite::Database(folder / file, SQLite::OPEN_READWRITE).exec(statement);
  };
  changed("newer.db", "PRAGMA user_version = 99");
  changed("profile.db", "PRAGMA application_id = " + std::to_string(kProfileApplication));
  // A journal beside a foreign file may hold a transaction of a program that is only interrupted.
  write_text(folder / "other.db-journal", "of another program");
  const struct {
    const char* file;
    const char* says;
  } rows[] = {
      {"text.db", "not an SQLite file"},
      {"empty.db", "is empty"},
      {"short.db", "not an SQLite file"},
      {"half.db", "is damaged"},
      {"other.db", "an SQLite file of something else"},
      {"newer.db", "tables of version 99; this inf-sim knows version 1"},
      {"profile.db", "is a profile of a run"},
  };
  for (const auto& row : rows) {
    for (const Access access : {Access::read, Access::write}) {
      CAPTURE(row.file);
      const std::string before = read_file(folder / row.file);
      const std::string error = refusal([&] { const Store store(folder / row.file, access); });
      CAPTURE(error);
      CHECK(error.find(row.says) != std::string::npos);
      CHECK(error.find(row.file) != std::string::npos);
      CHECK(read_file(folder / row.file) == before);
    }
  }
  CHECK(read_file(folder / "other.db-journal") == "of another program");
  CHECK(refusal([&] { const Store store(folder / "none.db", Access::read); }).find("does not exist") !=
        std::string::npos);
  CHECK_FALSE(fs::exists(folder / "none.db"));
  for (const Access access : {Access::read, Access::write})
    CHECK(refusal([&] { const Store store(folder.path, access); }).find("is a folder") != std::string::npos);
  CHECK(refusal([&] { const Store store("/dev/null", Access::write); }).find("no regular file") != std::string::npos);
  CHECK(refusal([&] {
          const Store store(folder / "no such folder" / "x.db", Access::write);
        }).find("cannot be written") != std::string::npos);
}

TEST_CASE("without the permission to write nothing is written") {
  if (::geteuid() != 0 && ::access("/", W_OK) == 0) return;
  const TestFolder folder("store");
  fs::create_directories(folder / "closed");
  Store(folder / "closed" / "s.db", Access::write).put("k", "w", done_in(1));
  Store(folder / "fixed.db", Access::write).put("k", "w", done_in(1));
  fs::permissions(folder.path, fs::perms(0777));
  fs::permissions(folder / "fixed.db", fs::perms(0444));
  fs::permissions(folder / "closed" / "s.db", fs::perms(0666));
  fs::permissions(folder / "closed", fs::perms(0555));
  const struct {
    const char* name;
    fs::path file;
  } rows[] = {{"read-only file", folder / "fixed.db"},
              {"file in a read-only folder", folder / "closed" / "s.db"},
              {"new file in a read-only folder", folder / "closed" / "new.db"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string before = fs::exists(row.file) ? read_file(row.file) : "";
    const pid_t pid = in_child([&] {
      constexpr uid_t kNobody = 65534;
      if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(8);
      if (refusal([&] { const Store store(row.file, Access::write); }).find("cannot be written") == std::string::npos)
        ::_exit(1);
      // Reading needs no such permission.
      if (!before.empty() && !Store(row.file, Access::read).find("k")) ::_exit(2);
    });
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
    CHECK((fs::exists(row.file) ? read_file(row.file) : "") == before);
  }
  fs::permissions(folder / "closed", fs::perms(0755));
}

TEST_CASE("one sweep writes at a time, any number reads, and the lock ends with its process") {
  const TestFolder folder("store");
  const fs::path file = folder / "s.db";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t pid = in_child([&] {
    Store store(file, Access::write);
    store.put("k", "w", done_in(1));
    // A worker lives on, as for a moment after its parent was killed.
    if (::fork() == 0) {
      store.leave_after_fork();
      ::write(ready[1], "x", 1);
      ::usleep(3'000'000);
      ::_exit(0);
    }
    for (int i = 0;; ++i) store.put("k" + std::to_string(i), "w", done_in(1));
  });
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  const std::string error = refusal([&] { const Store store(file, Access::write); });
  CAPTURE(error);
  CHECK(error.find("s.db: another sweep writes into it: process " + std::to_string(pid)) != std::string::npos);
  {
    const Store reader(file, Access::read);
    CHECK(reader.find("k").has_value());
    CHECK(reader.activity().being_written);
    CHECK(reader.activity().recent > 0);
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  Store store(file, Access::write);
  CHECK(store.find("k").has_value());
  CHECK(refusal([&] { const Store second(file, Access::write); }).find("another sweep") != std::string::npos);
}

TEST_CASE("killed at any moment, every outcome that was acknowledged is there") {
  const TestFolder folder("store");
  const fs::path file = folder / "s.db";
  std::size_t kept = 0;
  for (int round = 0; round < 10; ++round) {
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const pid_t pid = in_child([&] {
      ::close(told[0]);
      Store store(file, Access::write);
      for (int i = 0;; ++i) {
        store.put("k" + std::to_string(round) + "-" + std::to_string(i), "w", done_in(i));
        ::write(told[1], &i, sizeof i);
      }
    });
    ::close(told[1]);
    int last = 0;
    // Every other time in the middle of the work, else as early as it comes.
    if (round % 2 == 1) REQUIRE(::read(told[0], &last, sizeof last) == sizeof last);
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + 17 * round % 60));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    if (!fs::exists(file)) {
      CHECK(::read(told[0], &last, sizeof last) == 0);
      ::close(told[0]);
      continue;
    }
    const Store store(file, Access::read);
    while (::read(told[0], &last, sizeof last) == sizeof last) {
      const auto found = store.find("k" + std::to_string(round) + "-" + std::to_string(last));
      REQUIRE(found.has_value());
      CHECK(found->metrics[Metric::latency] == last);
      ++kept;
    }
    ::close(told[0]);
  }
  CHECK(kept > 0);
  CHECK(Store(file, Access::read).counts().at(Status::done) >= kept);
  Store(file, Access::write).put("last", "w", done_in(1));
}

TEST_CASE("databases are brought together") {
  const TestFolder folder("store");
  CaseOutcome slower = done_in(1);
  slower.seconds = 99;
  CaseOutcome bounded = ended(Status::discarded, "bound");
  bounded.bound = {"tiles", done_in(1).metrics, "proof"};
  const struct {
    const char* key;
    std::optional<CaseOutcome> a, b;
    Status want;
  } rows[] = {
      {"only here", done_in(1), {}, Status::done},
      {"only there", {}, done_in(1), Status::done},
      {"the same in another time", done_in(1), slower, Status::done},
      {"crash and done", ended(Status::crashed, "x"), done_in(1), Status::done},
      {"done and timed out", done_in(1), ended(Status::timed_out, "x"), Status::done},
      {"discarded and done", bounded, done_in(1), Status::done},
      {"discarded and crash", bounded, ended(Status::crashed, "x"), Status::crashed},
      {"infeasible and crash", ended(Status::infeasible, "x"), ended(Status::crashed, "y"), Status::infeasible},
      {"infeasible twice", ended(Status::infeasible, "x"), ended(Status::infeasible, "x"), Status::infeasible},
  };
  for (const bool turned : {false, true}) {
    CAPTURE(turned);
    fs::remove(folder / "a.db");
    fs::remove(folder / "b.db");
    Store a(folder / "a.db", Access::write);
    {
      Store b(folder / "b.db", Access::write);
      for (const auto& row : rows) {
        if (const auto& mine = turned ? row.b : row.a) a.put(row.key, "w", *mine);
        if (const auto& its = turned ? row.a : row.b) b.put(row.key, "w", *its);
      }
      b.put_point({"p", {}, {"only there"}});
      b.put_note("shard", "2/2");
      b.put_sweep("yaml", "s.yaml");
    }
    const std::string before = read_file(folder / "b.db");
    a.merge(Store(folder / "b.db", Access::read));
    for (const auto& row : rows) {
      CAPTURE(row.key);
      REQUIRE(a.find(row.key).has_value());
      CHECK(a.find(row.key)->status == row.want);
    }
    CHECK(a.find("discarded and done")->bound.has_value());
    CHECK(a.find("discarded and crash")->bound.has_value());
    CHECK(a.point("p")->cases.size() == 1);
    CHECK(a.note("shard").empty());
    CHECK(a.sweep_yaml() == "yaml");
    CHECK(read_file(folder / "b.db") == before);
  }
}

TEST_CASE("two different results of one case are shown, and nothing is taken over") {
  const TestFolder folder("store");
  const struct {
    const char* name;
    CaseOutcome a, b;
    const char* says;
  } rows[] = {
      {"another number", done_in(1), done_in(2), "latency_ns is 1 in"},
      {"a bit of another", done_in(1), done_in(1.0000000000000002), "and 1.0000000000000002 in"},
      {"done and infeasible", done_in(1), ended(Status::infeasible, "3 > 2"), "infeasible in"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (const char* file : {"a.db", "b.db"}) fs::remove(folder / file);
    Store a(folder / "a.db", Access::write);
    a.put("k", "w", row.a);
    {
      Store b(folder / "b.db", Access::write);
      b.put("a new one", "w", done_in(1));
      b.put("k", "w", row.b);
    }
    const std::string before = read_file(folder / "a.db");
    const std::string error = refusal([&] { a.merge(Store(folder / "b.db", Access::read)); });
    CAPTURE(error);
    CHECK(error.find(row.says) != std::string::npos);
    CHECK(error.find("a.db") != std::string::npos);
    CHECK(error.find("b.db") != std::string::npos);
    CHECK_FALSE(a.find("a new one").has_value());
    CHECK(read_file(folder / "a.db") == before);
    CHECK(refusal([&] { a.merge(Store(folder / "a.db", Access::read)); }).find("others are merged into") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace inf::workflow::sweep
