#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace inf::sim {

/// Work that waits for other work. Whoever owns the graph creates and links tasks from one thread; any thread runs
/// them.
class TaskNode {
 public:
  virtual ~TaskNode() = default;
  virtual void run() = 0;

  bool done() const { return done_.load(std::memory_order_acquire); }
  std::uint64_t sequence = 0;  ///< position in submission order; lower runs first where there is a choice

 private:
  friend class TaskGraph;
  std::atomic<bool> done_{true};
  std::atomic<int> missing_{0};
  std::mutex lock_;
  std::vector<TaskNode*> successors_;
};

/// Runs tasks on the calling thread and `threads - 1` others, lowest sequence first among those that are ready.
class TaskGraph {
 public:
  explicit TaskGraph(int threads);
  ~TaskGraph();

  /// Makes a finished node a new, unpublished one.
  void begin(TaskNode& t);
  /// `t` must not run before `before`; only between begin and publish of `t`.
  void depend(TaskNode& t, TaskNode& before);
  /// From here on it may run.
  void publish(TaskNode& t);

  /// Runs ready tasks, or waits for others to finish some, until `enough` holds. Everything begun must have been
  /// published.
  void help_until(const std::function<bool()>& enough);
  /// Published and not yet done.
  int unfinished() const { return unfinished_.load(std::memory_order_acquire); }
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  /// The error of the failed task that was submitted first. Only when nothing is unfinished.
  [[noreturn]] void rethrow();

 private:
  void work();
  void run(TaskNode& t);
  void make_ready(TaskNode& t);
  TaskNode* pop();

  std::mutex mutex_;
  std::condition_variable ready_changed_, progress_;
  std::vector<TaskNode*> ready_;  ///< heap, lowest sequence on top
  bool stop_ = false;
  int sleeping_helpers_ = 0;
  std::atomic<int> unfinished_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
  std::uint64_t error_sequence_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace inf::sim
