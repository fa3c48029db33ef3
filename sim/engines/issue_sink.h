#pragma once
#include <functional>
#include <span>

#include "sim/engines/value_executor.h"
#include "sim/observers/observer.h"

namespace inf::sim {

/// Where instructions go when they issue: to the values and to whoever watches. Holds nothing of its own.
class IssueSink {
 public:
  /// `values` may be null: then nothing is computed.
  IssueSink(ValueExecutor* values, std::span<Observer* const> observers, std::function<void(const Issued&)> progress)
      : values_(values), observers_(observers), progress_(std::move(progress)) {}

  bool watched() const { return !observers_.empty(); }
  void issued(const Issued& i) {
    for (Observer* o : observers_) o->issued(i);
    if (values_) values_->submit(i.inst);
    ++instructions_;
    if ((instructions_ & 0xfff) == 0 && progress_) progress_(i);
  }
  void retired(const Retired& r) {
    for (Observer* o : observers_) o->retired(r);
  }
  void transferred(const DmaTransfer& t) {
    for (Observer* o : observers_) o->transferred(t);
  }
  void updated(const SemaphoreUpdate& u) {
    for (Observer* o : observers_) o->updated(u);
  }
  /// The int32 that register_load reads, once everything it depends on is done; 0 without values.
  std::int32_t load(const isa::Access& src);
  /// Values that registers took from SBUF so far.
  std::uint64_t data_dependent() const { return data_dependent_; }
  std::uint64_t instructions() const { return instructions_; }

 private:
  ValueExecutor* values_;
  std::span<Observer* const> observers_;
  std::function<void(const Issued&)> progress_;
  std::uint64_t instructions_ = 0, data_dependent_ = 0;
};

}  // namespace inf::sim
