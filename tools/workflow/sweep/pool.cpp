#include "tools/workflow/sweep/pool.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "isa/base/error.h"

namespace inf::workflow::sweep {
namespace {

// The first letter of what a worker sends.
constexpr char kAnswer = 'a', kFinished = 'f', kFailed = 'x', kRefused = 'u';
constexpr int kExitFailed = 1;

/// What a process died of, in words.
std::string death(int status) {
  if (WIFEXITED(status)) return fmt::format("its process ended with exit code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* name = ::sigabbrev_np(signal);
  const std::string text = name ? fmt::format("killed by SIG{}", name) : fmt::format("killed by signal {}", signal);
  return signal == SIGKILL ? text + ", as the system does when memory runs out" : text;
}

int wait_for(int pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

/// Where memory runs out, a worker goes before the process that has the database.
void offer_to_the_killer() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(file, "500", 3);
  ::close(file);
}

std::string failed(const std::string& why) { return kFailed + why; }

/// Does a task; what to tell of it, by letter.
std::string outcome_of(const WorkerPool::Work& work, const std::string& task, const WorkerPool::Answer& answer) {
  try {
    work(task, answer);
    return {kFinished};
  } catch (const Error& error) {
    return error.kind() == ErrorKind::usage ? kRefused + std::string(error.what()) : failed(error.what());
  } catch (const std::bad_alloc&) {
    return failed("out of memory");
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return failed("an exception of unknown type");
  }
}

}  // namespace

WorkerPool::WorkerPool(Work work, Options options)
    : work_(std::move(work)),
      options_(std::move(options)),
      workers_(static_cast<std::size_t>(std::max(1, options_.jobs))) {}

WorkerPool::~WorkerPool() {
  for (Worker& worker : workers_) kill(worker);
}

std::size_t WorkerPool::busy() const {
  return static_cast<std::size_t>(
      std::count_if(workers_.begin(), workers_.end(), [](const Worker& w) { return w.busy; }));
}

void WorkerPool::fork_worker(Worker& worker) {
  std::array<int, 2> ends{};
  const auto refuse = [](int error) {
    throw Error(ErrorKind::usage, "sweep", fmt::format("no worker process can be started: {}", std::strerror(error)),
                {"fewer jobs need fewer processes; what is stored stays"});
  };
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) refuse(errno);
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    refuse(error);
  }
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kExitFailed);  // it died before
    ::close(ends[0]);
    // Another worker reads the end of its parent from its socket only if no third one holds it open.
    for (const Worker& other : workers_)
      if (other.socket >= 0) ::close(other.socket);
    serve(ends[1]);
  }
  ::close(ends[1]);
  worker = {};
  worker.pid = pid;
  worker.socket = ends[0];
}

void WorkerPool::serve(int socket) const {
  // A signal to the whole group is the parent's to act on.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  offer_to_the_killer();
  if (options_.in_worker) options_.in_worker();
  const auto tell = [socket](const std::string& text) {
    if (!send_frame(socket, text)) ::_exit(kExitFailed);
  };
  while (const std::optional<std::string> task = receive_frame(socket)) {
    const std::string last = outcome_of(work_, *task, [&](const std::string& text) { tell(kAnswer + text); });
    tell(last);
    if (last.front() != kFinished) ::_exit(kExitFailed);  // what it keeps in memory is in doubt
  }
  ::_exit(0);
}

void WorkerPool::start(std::size_t task, const std::string& text) {
  const auto free = std::find_if(workers_.begin(), workers_.end(), [](const Worker& w) { return !w.busy; });
  if (free == workers_.end()) throw Error(ErrorKind::internal, "pool", "all workers are busy");
  Worker& worker = *free;
  if (worker.pid != 0 && !send_frame(worker.socket, text)) kill(worker);  // it died between tasks
  if (worker.pid == 0) {
    fork_worker(worker);
    if (!send_frame(worker.socket, text)) throw Error(ErrorKind::internal, "pool", "a new worker process is gone");
  }
  worker.busy = true;
  worker.task = task;
  worker.deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.timeout_s));
}

void WorkerPool::poll_sockets() {
  std::vector<pollfd> wanted;
  Clock::time_point first = Clock::time_point::max();
  for (const Worker& worker : workers_) {
    if (!worker.busy) continue;
    wanted.push_back({worker.socket, POLLIN, 0});
    first = std::min(first, worker.deadline);
  }
  if (options_.wake >= 0) wanted.push_back({options_.wake, POLLIN, 0});
  const Clock::time_point before = Clock::now();
  constexpr std::chrono::milliseconds kLongest{60'000}, kSleep{5'000};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - before);
  const auto patience = std::clamp(left, std::chrono::milliseconds{0}, kLongest);
  ::poll(wanted.data(), wanted.size(), static_cast<int>(patience.count()));
  // Much later than asked for: everything was stopped, by Ctrl-Z for instance, and nobody could work.
  const auto late = Clock::now() - before - patience;
  if (late < kSleep) return;
  for (Worker& worker : workers_) worker.deadline += late;
}

std::vector<WorkerPool::Event> WorkerPool::wait() {
  std::vector<Event> events;
  while (events.empty() && busy() > 0) {
    poll_sockets();
    for (Worker& worker : workers_)
      if (worker.busy) take_answers(worker, events);
    pollfd wake{options_.wake, POLLIN, 0};
    if (options_.wake >= 0 && ::poll(&wake, 1, 0) > 0) break;
  }
  return events;
}

void WorkerPool::take_answers(Worker& worker, std::vector<Event>& events) {
  const bool there = worker.reader.read(worker.socket);
  while (const std::optional<std::string> frame = worker.reader.next()) {
    const std::string text = frame->substr(1);
    switch (frame->front()) {
      case kAnswer: events.push_back({Event::Kind::answer, worker.task, text}); continue;
      case kFinished: events.push_back({Event::Kind::finished, worker.task, {}}); break;
      case kFailed: events.push_back({Event::Kind::died, worker.task, text}); break;
      case kRefused: events.push_back({Event::Kind::refused, worker.task, text}); break;
      default: throw Error(ErrorKind::internal, "pool", fmt::format("a worker sent '{}'", frame->front()));
    }
    worker.busy = false;
    if (frame->front() != kFinished) kill(worker);
    return;
  }
  if (!there) {
    bury(worker, events);
  } else if (Clock::now() >= worker.deadline) {
    events.push_back({Event::Kind::timed_out, worker.task, {}});
    kill(worker);
  }
}

void WorkerPool::bury(Worker& worker, std::vector<Event>& events) {
  const int pid = std::exchange(worker.pid, 0);
  ::close(std::exchange(worker.socket, -1));
  worker.busy = false;
  const int status = wait_for(pid);
  events.push_back({Event::Kind::died, worker.task, death(status), WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL});
}

void WorkerPool::kill(Worker& worker) {
  if (worker.pid != 0) {
    ::kill(worker.pid, SIGKILL);
    ::close(worker.socket);
    wait_for(worker.pid);
  }
  worker = {};
}

}  // namespace inf::workflow::sweep
