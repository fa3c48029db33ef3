#include "sim/kernel/memory_targets.h"

#include <cstring>

namespace inf::sim {
namespace {

/// Moves the payload's bytes between `at` and its data pointer; reports how many.
unsigned move_bytes(tlm::tlm_generic_payload& request, std::byte* at) {
  if (request.is_read()) std::memcpy(request.get_data_ptr(), at, request.get_data_length());
  if (request.is_write()) std::memcpy(at, request.get_data_ptr(), request.get_data_length());
  return request.get_data_length();
}

}  // namespace

DeviceMemoryTarget::DeviceMemoryTarget(sc_core::sc_module_name name, const arch::ChipSpec& chip,
                                       const arch::Timebase& time, Memories& memories)
    : sc_module(name), socket("socket"), port_(chip.memory, time), memories_(memories) {
  socket.register_b_transport(this, &DeviceMemoryTarget::b_transport);
  socket.register_transport_dbg(this, &DeviceMemoryTarget::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &DeviceMemoryTarget::get_direct_mem_ptr);
}

void DeviceMemoryTarget::b_transport(tlm::tlm_generic_payload& request, sc_core::sc_time& delay) {
  const Tick arrival = ticks_of(sc_core::sc_time_stamp() + delay);
  delay += duration(port_.answer(arrival, request.get_data_length()) - arrival);
  if (request.get_data_ptr()) move_bytes(request, memories_.dram.data() + request.get_address());
  request.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned DeviceMemoryTarget::transport_dbg(tlm::tlm_generic_payload& request) {
  return move_bytes(request, memories_.dram.data() + request.get_address());
}

bool DeviceMemoryTarget::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(memories_.dram.data()));
  dmi.set_start_address(0);
  dmi.set_end_address(static_cast<std::uint64_t>(std::max<std::int64_t>(memories_.dram_bytes, 1)) - 1);
  dmi.allow_read_write();
  return true;
}

SbufTarget::SbufTarget(sc_core::sc_module_name name, Memories& memories)
    : sc_module(name), socket("socket"), memories_(memories) {
  socket.register_b_transport(this, &SbufTarget::b_transport);
  socket.register_transport_dbg(this, &SbufTarget::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &SbufTarget::get_direct_mem_ptr);
}

void SbufTarget::b_transport(tlm::tlm_generic_payload& request, sc_core::sc_time&) {
  if (request.get_data_ptr()) transport_dbg(request);
  request.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned SbufTarget::transport_dbg(tlm::tlm_generic_payload& request) {
  const std::uint64_t address = request.get_address();
  return move_bytes(request, memories_.sbuf.at(Partition(static_cast<int>(address / kSbufPartitionStride)),
                                               static_cast<std::int64_t>(address % kSbufPartitionStride)));
}

bool SbufTarget::get_direct_mem_ptr(tlm::tlm_generic_payload& request, tlm::tlm_dmi& dmi) {
  const std::uint64_t partition = request.get_address() / kSbufPartitionStride;
  dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(memories_.sbuf.at(Partition(static_cast<int>(partition)), 0)));
  dmi.set_start_address(partition * kSbufPartitionStride);
  dmi.set_end_address(partition * kSbufPartitionStride +
                      static_cast<std::uint64_t>(memories_.sbuf.bytes_per_partition()) - 1);
  dmi.allow_read_write();
  return true;
}

}  // namespace inf::sim
