#pragma once
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "sim/kernel/systemc.h"

namespace inf::sim {

/// Routes requests of the DMA engines and the host link to SBUF or device memory by address; adds no time.
class Fabric : public sc_core::sc_module {
 public:
  explicit Fabric(sc_core::sc_module_name name);
  tlm_utils::multi_passthrough_target_socket<Fabric> initiators;
  tlm_utils::simple_initiator_socket<Fabric> device_memory;
  tlm_utils::simple_initiator_socket<Fabric> sbuf;

 private:
  void b_transport(int id, tlm::tlm_generic_payload& request, sc_core::sc_time& delay);
  unsigned transport_dbg(int id, tlm::tlm_generic_payload& request);
  bool get_direct_mem_ptr(int id, tlm::tlm_generic_payload& request, tlm::tlm_dmi& dmi);
};

}  // namespace inf::sim
