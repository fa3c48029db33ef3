#include "sim/kernel/fault.h"

#include "isa/base/error.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

void Fault::store() {
  if (!error_) error_ = std::current_exception();
  sc_core::sc_stop();
}

void Fault::rethrow() const {
  if (!error_) return;
  if (place_.empty()) std::rethrow_exception(error_);
  try {
    std::rethrow_exception(error_);
  } catch (const Error& e) {
    throw Error(e.kind(), place_ + (e.where().empty() ? "" : ", " + e.where()), e.message(), e.notes());
  }
}

}  // namespace inf::sim
