#include "sim/engines/task_graph.h"

#include <algorithm>

namespace inf::sim {
namespace {
bool later(const TaskNode* a, const TaskNode* b) { return a->sequence > b->sequence; }
}  // namespace

TaskGraph::TaskGraph(int threads) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
}

TaskGraph::~TaskGraph() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ready_changed_.notify_all();
  for (std::thread& w : workers_) w.join();
}

void TaskGraph::begin(TaskNode& t) {
  t.done_.store(false, std::memory_order_relaxed);
  t.missing_.store(1, std::memory_order_relaxed);
  t.successors_.clear();
  unfinished_.fetch_add(1, std::memory_order_relaxed);
}

void TaskGraph::depend(TaskNode& t, TaskNode& before) {
  std::lock_guard lock(before.lock_);
  if (before.done()) return;
  before.successors_.push_back(&t);
  t.missing_.fetch_add(1, std::memory_order_relaxed);
}

void TaskGraph::publish(TaskNode& t) {
  if (t.missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) make_ready(t);
}

void TaskGraph::make_ready(TaskNode& t) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    ready_.push_back(&t);
    std::push_heap(ready_.begin(), ready_.end(), later);
    wake = sleeping_helpers_ > 0;
  }
  ready_changed_.notify_one();
  if (wake) progress_.notify_all();
}

TaskNode* TaskGraph::pop() {
  if (ready_.empty()) return nullptr;
  std::pop_heap(ready_.begin(), ready_.end(), later);
  TaskNode* t = ready_.back();
  ready_.pop_back();
  return t;
}

void TaskGraph::run(TaskNode& t) {
  try {
    t.run();
  } catch (...) {
    std::lock_guard lock(mutex_);
    if (!error_ || t.sequence < error_sequence_) {
      error_ = std::current_exception();
      error_sequence_ = t.sequence;
    }
    failed_.store(true, std::memory_order_release);
  }
  thread_local std::vector<TaskNode*> released;
  released.clear();
  {
    std::lock_guard lock(t.lock_);
    released.swap(t.successors_);
    t.done_.store(true, std::memory_order_release);
  }
  for (TaskNode* s : released) publish(*s);
  unfinished_.fetch_sub(1, std::memory_order_acq_rel);
  bool wake;
  {
    std::lock_guard lock(mutex_);
    wake = sleeping_helpers_ > 0;
  }
  if (wake) progress_.notify_all();
}

void TaskGraph::work() {
  for (;;) {
    TaskNode* t;
    {
      std::unique_lock lock(mutex_);
      ready_changed_.wait(lock, [this] { return stop_ || !ready_.empty(); });
      if (stop_) return;
      t = pop();
    }
    run(*t);
  }
}

void TaskGraph::help_until(const std::function<bool()>& enough) {
  while (!enough()) {
    TaskNode* t;
    {
      std::unique_lock lock(mutex_);
      ++sleeping_helpers_;
      progress_.wait(lock, [&] { return !ready_.empty() || enough(); });
      --sleeping_helpers_;
      t = pop();
    }
    if (t) run(*t);
  }
}

void TaskGraph::rethrow() { std::rethrow_exception(error_); }

}  // namespace inf::sim
