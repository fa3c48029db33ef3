#include "sim/kernel/context.h"

namespace inf::sim {

KernelContext::KernelContext()
    : outer_(sc_core::sc_curr_simcontext), outer_default_(sc_core::sc_default_global_context) {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  // Elaboration runs no process.
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_, sc_core::SC_DO_NOTHING);
}

KernelContext::~KernelContext() {
  delete sc_core::sc_curr_simcontext;
  sc_core::sc_curr_simcontext = outer_;
  sc_core::sc_default_global_context = outer_default_;
}

}  // namespace inf::sim

/// The SystemC library links against this; inf-sim has its own main and never calls it.
int sc_main(int, char**) { return 0; }

#if defined(__SANITIZE_ADDRESS__)
/// SystemC never returns the pool that its timed events come from.
extern "C" const char* __lsan_default_suppressions() { return "leak:sc_core::sc_event_timed::allocate\n"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif
