#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/engines/dma_plan.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// The PCIe side of the chip: moves whole tensors between host and device memory before and after a run.
/// Source: fact sheet 10; bandwidth and set-up time assumed.
class HostLink : public sc_core::sc_module {
 public:
  HostLink(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time);
  tlm_utils::simple_initiator_socket<HostLink> socket;

  void write(const isa::TensorEntry& to, const std::byte* data);
  void read(const isa::TensorEntry& from, std::byte* data);
  /// Ticks of copying one tensor of so many bytes.
  Tick copy_time(std::int64_t bytes) const { return setup_ + rate_.ticks(bytes); }

 private:
  void move(tlm::tlm_command command, const isa::TensorEntry& tensor, unsigned char* data);
  ByteRate rate_;
  Tick setup_;
};

}  // namespace inf::sim
