#pragma once
#include <tlm_utils/simple_target_socket.h>

#include "sim/engines/dma_line.h"
#include "sim/kernel/systemc.h"
#include "sim/machine/memories.h"

namespace inf::sim {

/// Address map of the fabric: device memory from 0; SBUF partitions 256 KiB apart in a window above it.
/// Source: partition stride derived (fact sheet 2.1); the window's place is this model's own.
inline constexpr std::uint64_t kSbufWindow = std::uint64_t{1} << 48;
inline constexpr std::uint64_t kSbufPartitionStride = 0x40000;

/// The region of device memory (HBM or DRAM) that belongs to one core's program, behind the core's own port. What other
/// cores take of the bandwidth is MemoryShare's. b_transport annotates the delay until the last byte; a null data
/// pointer asks for the time alone.
class DeviceMemoryTarget : public sc_core::sc_module {
 public:
  DeviceMemoryTarget(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
                     Memories& memories);
  tlm_utils::simple_target_socket<DeviceMemoryTarget> socket;

 private:
  void b_transport(tlm::tlm_generic_payload& request, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& request);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& request, tlm::tlm_dmi& dmi);

  DeviceMemoryPort port_;
  Memories& memories_;
};

/// SBUF as the DMA engines see it: its port is wide enough for all of them, so requests take no time of their own.
/// Engines reach SBUF and PSUM by direct memory access.
class SbufTarget : public sc_core::sc_module {
 public:
  SbufTarget(sc_core::sc_module_name name, Memories& memories);
  tlm_utils::simple_target_socket<SbufTarget> socket;

 private:
  void b_transport(tlm::tlm_generic_payload& request, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& request);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& request, tlm::tlm_dmi& dmi);

  Memories& memories_;
};

}  // namespace inf::sim
