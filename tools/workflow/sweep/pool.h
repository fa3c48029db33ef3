#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/frames.h"

namespace inf::workflow::sweep {

/// Worker processes, forked from this one, that take tasks and send answers as texts. A worker that dies or takes too
/// long costs its task and is replaced. Workers do not outlive this process, however it ends.
///
/// This process must have no other threads when a worker starts, which is at start(): the child of a process with
/// threads may hang at the first lock that one of them held.
class WorkerPool {
 public:
  /// Called in the worker, any number of times for a task.
  using Answer = std::function<void(const std::string& text)>;
  /// What a worker does with a task. Leaving by an exception costs the task and the worker.
  using Work = std::function<void(const std::string& task, const Answer& answer)>;

  struct Options {
    int jobs = 1;
    double timeout_s = 0;             ///< for a task
    int wake = -1;                    ///< wait() also returns when this can be read from
    std::function<void()> in_worker;  ///< called first in every worker
  };

  struct Event {
    enum class Kind : std::uint8_t {
      answer,     ///< text: what the worker said
      finished,   ///< the task has no more answers
      died,       ///< text: why, "killed by SIGSEGV"
      timed_out,  ///< the worker was killed
      refused     ///< text: the message of an Error of kind usage, which is no fault of the task
    } kind;
    std::size_t task;
    std::string text;
    bool from_outside = false;  ///< died of SIGKILL, which says nothing of the task itself
  };

  WorkerPool(Work work, Options options);
  /// Kills the workers.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Tasks under way.
  std::size_t busy() const;
  bool has_room() const { return busy() < workers_.size(); }
  /// Gives a task, with a number of the caller's, to a free worker. Errors: usage when no process can be started.
  void start(std::size_t task, const std::string& text);
  /// Waits for what happens next, and returns all that has happened; in the order of each task. Empty when no task is
  /// under way, or `wake` can be read from.
  std::vector<Event> wait();

 private:
  using Clock = std::chrono::steady_clock;
  struct Worker {
    int pid = 0;  ///< 0: not running
    int socket = -1;
    bool busy = false;
    std::size_t task = 0;
    Clock::time_point deadline;
    FrameReader reader;
  };

  void fork_worker(Worker& worker);
  [[noreturn]] void serve(int socket) const;
  /// Waits until a socket or `wake` can be read from or a deadline passes.
  void poll_sockets();
  void take_answers(Worker& worker, std::vector<Event>& events);
  /// Of a worker that has ended: its last answers, then what it died of where it had not finished.
  void bury(Worker& worker, std::vector<Event>& events);
  void kill(Worker& worker);

  Work work_;
  Options options_;
  std::vector<Worker> workers_;
};

}  // namespace inf::workflow::sweep
