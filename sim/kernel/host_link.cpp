#include "sim/kernel/host_link.h"

#include <algorithm>

namespace inf::sim {

HostLink::HostLink(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, int cores)
    : sc_module(name),
      sockets("socket", static_cast<std::size_t>(cores)),
      rate_(chip.host.bytes_per_ns, time),
      setup_(time.from_ns(static_cast<double>(chip.host.setup_ns))) {}

void HostLink::move(int core, tlm::tlm_command command, const isa::TensorEntry& tensor, unsigned char* data) {
  constexpr std::int64_t kPiece = std::int64_t{1} << 30;
  for (std::int64_t done = 0; done < tensor.bytes; done += kPiece) {
    tlm::tlm_generic_payload request;
    request.set_command(command);
    request.set_address(static_cast<std::uint64_t>(tensor.offset + done));
    request.set_data_ptr(data + done);
    request.set_data_length(static_cast<unsigned>(std::min(kPiece, tensor.bytes - done)));
    sockets[static_cast<std::size_t>(core)]->transport_dbg(request);
  }
}

void HostLink::write(int core, const isa::TensorEntry& to, const std::byte* data) {
  move(core, tlm::TLM_WRITE_COMMAND, to, reinterpret_cast<unsigned char*>(const_cast<std::byte*>(data)));
}

void HostLink::read(int core, const isa::TensorEntry& from, std::byte* data) {
  move(core, tlm::TLM_READ_COMMAND, from, reinterpret_cast<unsigned char*>(data));
}

Tick HostLink::copy(Direction direction, Tick time, Tick at) {
  Tick& free = free_[static_cast<int>(direction)];
  free = std::max(free, at) + time;
  return free;
}

}  // namespace inf::sim
