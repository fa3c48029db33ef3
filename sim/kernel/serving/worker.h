#pragma once
#include <cstdint>

#include "sim/kernel/serving/host.h"

namespace inf::sim {

/// A thread of the host that calls one copy of the model: host work, copy in, device, copy out, host work, and again.
/// It holds a processor while it works, the host link while it copies, and sleeps while the device computes.
class Worker : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Worker);
  Worker(sc_core::sc_module_name name, Host& host, Desk& desk, ServingChip& chip, Pool& copy);

  /// Work for a worker that found none.
  void give(Batch batch);
  const Pool& copy() const { return copy_; }

 private:
  enum class Stage : std::uint8_t {
    idle,
    need_processor_in,
    prepare,
    need_link_in,
    copy_in,
    leave_in,
    need_core,
    device,
    leave_core,
    need_processor_out,
    fetch,
    need_link_out,
    copy_out,
    leave_out,
    finish
  };

  void step();
  /// Goes on with `next` after this time. Returns false: the worker sleeps.
  bool sleep(std::int64_t ns, Stage next);
  /// Goes on with `next` when it has one of the pool. Returns whether that is now.
  bool take(Pool& pool, Stage next);
  /// The host link for this long; what copies nothing does not queue for it.
  bool take_link(std::int64_t ns, Stage next);
  void give_link(std::int64_t ns);
  /// One stage; false when the worker sleeps before the next one.
  bool advance();
  std::int64_t device_ns() const;

  Host& host_;
  Desk& desk_;
  ServingChip& chip_;
  Pool& copy_;
  sc_core::sc_event wake_;
  Stage stage_ = Stage::idle;
  Batch batch_;
};

}  // namespace inf::sim
