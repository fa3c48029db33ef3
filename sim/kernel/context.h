#pragma once
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// A SystemC context of its own for one simulation: elaboration and time start fresh, and the context that was current
/// before is current again afterwards. Modules must die before it does.
class KernelContext {
 public:
  KernelContext();
  ~KernelContext();
  KernelContext(const KernelContext&) = delete;
  KernelContext& operator=(const KernelContext&) = delete;

 private:
  sc_core::sc_simcontext* outer_;
  sc_core::sc_simcontext* outer_default_;
};

}  // namespace inf::sim
