#include "tools/workflow/sweep/pool.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <map>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/tools/workflow/sweep/sweep_parts.h"
#include "tools/workflow/sweep/interrupts.h"

namespace inf::workflow::sweep {
namespace {

using Kind = WorkerPool::Event::Kind;

/// What happened to each task: its answers, and how it ended.
struct Fate {
  std::string answers;
  Kind end = Kind::answer;
  std::string why;
  bool from_outside = false;
};

std::map<std::size_t, Fate> run_all(WorkerPool& pool, const std::vector<std::string>& tasks) {
  std::map<std::size_t, Fate> fates;
  std::size_t next = 0, ended_count = 0;
  while (ended_count < tasks.size()) {
    while (next < tasks.size() && pool.has_room()) {
      pool.start(next, tasks[next]);
      ++next;
    }
    for (const WorkerPool::Event& event : pool.wait()) {
      Fate& fate = fates[event.task];
      CHECK(fate.end == Kind::answer);  // nothing comes after the end
      if (event.kind == Kind::answer) {
        fate.answers += event.text;
        continue;
      }
      fate.end = event.kind;
      fate.why = event.text;
      fate.from_outside = event.from_outside;
      ++ended_count;
    }
  }
  return fates;
}

void misbehave(const std::string& task, const WorkerPool::Answer& answer) {
  answer("started ");
  std::signal(SIGSEGV, SIG_DFL);  // doctest has a handler of its own
  if (task == "segv") std::raise(SIGSEGV);
  if (task == "kill") std::raise(SIGKILL);
  if (task == "exit") ::_exit(7);
  if (task == "throw") throw std::runtime_error("no luck");
  if (task == "memory") throw std::bad_alloc();
  if (task == "odd") throw 3;
  if (task == "internal") throw Error(ErrorKind::internal, "pass tile", "broken");
  if (task == "usage") throw Error(ErrorKind::usage, "m.onnx", "cannot be read");
  if (task == "slow")
    for (;;) ::pause();
  if (task == "long") answer(std::string(300'000, 'x'));
  answer("done");
}

TEST_CASE("a worker that dies costs its task alone") {
  const struct {
    const char* task;
    Kind end;
    const char* why;
  } rows[] = {
      {"fine", Kind::finished, ""},
      {"segv", Kind::died, "killed by SIGSEGV"},
      {"exit", Kind::died, "its process ended with exit code 7"},
      {"throw", Kind::died, "no luck"},
      {"memory", Kind::died, "out of memory"},
      {"odd", Kind::died, "an exception of unknown type"},
      {"internal", Kind::died, "pass tile: broken"},
      {"kill", Kind::died, "killed by SIGKILL, as the system does when memory runs out"},
      {"usage", Kind::refused, "m.onnx: cannot be read"},
      {"slow", Kind::timed_out, ""},
      {"long", Kind::finished, ""},
      {"fine again", Kind::finished, ""},
  };
  std::vector<std::string> tasks;
  for (const auto& row : rows) tasks.emplace_back(row.task);
  for (const int jobs : {1, 3}) {
    CAPTURE(jobs);
    WorkerPool pool(misbehave, {.jobs = jobs, .timeout_s = 0.5});
    const auto fates = run_all(pool, tasks);
    for (std::size_t i = 0; i < std::size(rows); ++i) {
      CAPTURE(rows[i].task);
      const Fate& fate = fates.at(i);
      CHECK(fate.end == rows[i].end);
      CHECK(fate.why == rows[i].why);
      CHECK(fate.from_outside == (tasks[i] == "kill"));
      CHECK(fate.answers.starts_with("started "));
      CHECK(fate.answers.ends_with("done") == (rows[i].end == Kind::finished));
    }
    CHECK(fates.at(10).answers.size() == 300'012);
  }
}

TEST_CASE("workers are processes of their own and stay") {
  WorkerPool pool([](const std::string&, const WorkerPool::Answer& answer) { answer(std::to_string(::getpid())); },
                  {.jobs = 2, .timeout_s = 60});
  std::set<std::string> pids;
  for (const auto& [task, fate] : run_all(pool, std::vector<std::string>(20))) pids.insert(fate.answers);
  CHECK(pids.size() <= 2);
  CHECK_FALSE(pids.contains(std::to_string(::getpid())));
}

TEST_CASE("a worker that was killed between tasks is replaced") {
  WorkerPool pool([](const std::string&, const WorkerPool::Answer& answer) { answer(std::to_string(::getpid())); },
                  {.jobs = 1, .timeout_s = 60});
  const int pid = std::stoi(run_all(pool, {"a"}).at(0).answers);
  ::kill(pid, SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Fate fate = run_all(pool, {"b"}).at(0);
  CHECK(fate.end == Kind::finished);
  CHECK(fate.answers != std::to_string(pid));
}

TEST_CASE("workers end with the process that started them, however it ends") {
  int told[2];
  REQUIRE(::pipe(told) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    WorkerPool pool(
        [&](const std::string&, const WorkerPool::Answer&) {
          const pid_t self = ::getpid();
          ::write(told[1], &self, sizeof self);
          for (;;) ::pause();
        },
        {.jobs = 3, .timeout_s = 600});
    for (std::size_t i = 0; i < 3; ++i) pool.start(i, "");
    pool.wait();
    ::_exit(0);
  }
  std::vector<pid_t> workers(3);
  for (pid_t& worker : workers) REQUIRE(::read(told[0], &worker, sizeof worker) == sizeof worker);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  ::close(told[1]);
  // The pipe ends when the last worker is gone; a worker that lives on would block this for its 600 s.
  const auto before = std::chrono::steady_clock::now();
  char byte = 0;
  CHECK(::read(told[0], &byte, 1) == 0);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
  ::close(told[0]);
}

TEST_CASE("a signal ends the wait and no worker") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Interrupts interrupts;
    WorkerPool pool(
        [signal](const std::string&, const WorkerPool::Answer& answer) {
          ::raise(signal);  // as when a terminal tells the whole group
          ::kill(::getppid(), signal);
          ::usleep(300'000);
          answer("alive");
        },
        {.jobs = 1, .timeout_s = 60, .wake = interrupts.handle()});
    pool.start(0, "");
    CHECK(pool.wait().empty());
    CHECK(interrupts.signal() == signal);
    CHECK(pool.busy() == 1);
    CHECK(Interrupted(signal, "", "", {}).exit_code() == 128 + signal);
  }
}

}  // namespace
}  // namespace inf::workflow::sweep
