#pragma once
#include <functional>
#include <span>

#include "sim/engines/value_executor.h"
#include "sim/observers/observer.h"

namespace inf::sim {

/// Where instructions of one call go when they issue: to the values and to whoever watches. Holds nothing of its own.
class IssueSink {
 public:
  /// `values` may be null: then nothing is computed. Observers count time from `origin`, the call's start.
  IssueSink(ValueExecutor* values, std::span<Observer* const> observers, std::function<void(const Issued&)> progress,
            Tick origin = Tick(0))
      : values_(values), observers_(observers), progress_(std::move(progress)), origin_(origin) {}

  bool watched() const { return !observers_.empty(); }
  void issued(const Issued& absolute) {
    const Issued i{absolute.engine, absolute.inst, absolute.at - origin_};
    for (Observer* o : observers_) o->issued(i);
    if (values_) values_->submit(i.inst);
    ++instructions_;
    if ((instructions_ & 0xfff) == 0 && progress_) progress_(i);
  }
  void retired(const Retired& r) {
    if (origin_ != Tick(0)) return retired_later(r);
    for (Observer* o : observers_) o->retired(r);
  }
  void transferred(const DmaTransfer& t) {
    if (origin_ != Tick(0)) return transferred_later(t);
    for (Observer* o : observers_) o->transferred(t);
  }
  void updated(SemaphoreUpdate u) {
    u.at -= origin_;
    for (Observer* o : observers_) o->updated(u);
  }
  /// The int32 that register_load reads, once everything it depends on is done; 0 without values.
  std::int32_t load(const isa::Access& src);
  /// Values that registers took from SBUF so far.
  std::uint64_t data_dependent() const { return data_dependent_; }
  std::uint64_t instructions() const { return instructions_; }

 private:
  void retired_later(Retired r);
  void transferred_later(DmaTransfer t);
  ValueExecutor* values_;
  std::span<Observer* const> observers_;
  std::function<void(const Issued&)> progress_;
  Tick origin_;
  std::uint64_t instructions_ = 0, data_dependent_ = 0;
};

}  // namespace inf::sim
