#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/engines/dma_plan.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// The PCIe side of the chip: moves whole tensors between the host and the cores' regions of device memory before and
/// after a call. All cores share it: each direction copies one tensor at a time, in the order of the requests.
/// Source: fact sheet 10; bandwidth and set-up time assumed.
class HostLink : public sc_core::sc_module {
 public:
  HostLink(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, int cores);
  sc_core::sc_vector<tlm_utils::simple_initiator_socket<HostLink>> sockets;  ///< one for each core

  void write(int core, const isa::TensorEntry& to, const std::byte* data);
  void read(int core, const isa::TensorEntry& from, std::byte* data);
  /// Ticks of copying one tensor of so many bytes.
  Tick copy_time(std::int64_t bytes) const { return setup_ + rate_.ticks(bytes); }

  enum class Direction : std::uint8_t { in, out };
  /// When a copy that takes `time` is over if asked for at `at`; takes the link.
  Tick copy(Direction direction, Tick time, Tick at);

 private:
  void move(int core, tlm::tlm_command command, const isa::TensorEntry& tensor, unsigned char* data);
  ByteRate rate_;
  Tick setup_;
  Tick free_[2];  ///< by direction
};

}  // namespace inf::sim
