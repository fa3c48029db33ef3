#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "sim/machine/footprint.h"

namespace inf::sim {

/// What the unfinished tasks of a window read and write, as boxes. Task needs done() and a `sequence` that changes when
/// the object serves again. PSUM is kept per bank-sized grain, so that work on one bank does not look at the others.
template <class Task>
class InFlight {
 public:
  /// Calls found(task) for every unfinished task whose box conflicts with this access; possibly more than once.
  template <class Found>
  void conflicts(const Box& box, bool write, Found&& found) {
    for_each_list(box, [&](Lists& lists) {
      scan(lists[1], box, found);
      if (write) scan(lists[0], box, found);
    });
  }
  void add(const Box& box, bool write, Task& task) {
    for_each_list(box, [&](Lists& lists) { lists[write ? 1 : 0].push_back({box, &task, task.sequence}); });
  }

 private:
  struct Entry {
    Box box;
    Task* task;
    std::uint64_t sequence;
  };
  using Lists = std::array<std::vector<Entry>, 2>;  ///< reads, writes

  template <class F>
  void for_each_list(const Box& box, F&& f) {
    if (box.memory != isa::Memory::psum) {
      f(memories_[static_cast<std::size_t>(box.memory)]);
      return;
    }
    for (std::int64_t g = box.first_byte / kPsumGrain; g * kPsumGrain < box.end_byte; ++g)
      f(banks_[static_cast<std::size_t>(g) % banks_.size()]);
  }
  template <class Found>
  void scan(std::vector<Entry>& list, const Box& box, Found& found) {
    for (std::size_t i = 0; i < list.size();) {
      Entry& e = list[i];
      if (e.task->sequence != e.sequence || e.task->done()) {
        e = list.back();
        list.pop_back();
        continue;
      }
      if (e.box.meets(box)) found(*e.task);
      ++i;
    }
  }

  static constexpr std::int64_t kPsumGrain = 2048;
  std::array<Lists, 3> memories_;
  std::array<Lists, 16> banks_;
};

}  // namespace inf::sim
