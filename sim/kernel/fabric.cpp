#include "sim/kernel/fabric.h"

#include "sim/kernel/memory_targets.h"

namespace inf::sim {
namespace {

/// Hands the request on with the address that the target knows, and gives the initiator its own address back.
template <class Forward>
auto routed(tlm::tlm_generic_payload& request, Forward forward) {
  const std::uint64_t address = request.get_address();
  const bool to_sbuf = address >= kSbufWindow;
  if (to_sbuf) request.set_address(address - kSbufWindow);
  if constexpr (std::is_void_v<decltype(forward(to_sbuf))>) {
    forward(to_sbuf);
    request.set_address(address);
  } else {
    auto result = forward(to_sbuf);
    request.set_address(address);
    return result;
  }
}

}  // namespace

Fabric::Fabric(sc_core::sc_module_name name)
    : sc_module(name), initiators("initiators"), device_memory("device_memory"), sbuf("sbuf") {
  initiators.register_b_transport(this, &Fabric::b_transport);
  initiators.register_transport_dbg(this, &Fabric::transport_dbg);
  initiators.register_get_direct_mem_ptr(this, &Fabric::get_direct_mem_ptr);
}

void Fabric::b_transport(int, tlm::tlm_generic_payload& request, sc_core::sc_time& delay) {
  routed(request, [&](bool to_sbuf) {
    to_sbuf ? sbuf->b_transport(request, delay) : device_memory->b_transport(request, delay);
  });
}

unsigned Fabric::transport_dbg(int, tlm::tlm_generic_payload& request) {
  return routed(request, [&](bool to_sbuf) {
    return to_sbuf ? sbuf->transport_dbg(request) : device_memory->transport_dbg(request);
  });
}

bool Fabric::get_direct_mem_ptr(int, tlm::tlm_generic_payload& request, tlm::tlm_dmi& dmi) {
  return routed(request, [&](bool to_sbuf) {
    if (!to_sbuf) return device_memory->get_direct_mem_ptr(request, dmi);
    const bool granted = sbuf->get_direct_mem_ptr(request, dmi);
    dmi.set_start_address(dmi.get_start_address() + kSbufWindow);
    dmi.set_end_address(dmi.get_end_address() + kSbufWindow);
    return granted;
  });
}

}  // namespace inf::sim
