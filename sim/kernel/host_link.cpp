#include "sim/kernel/host_link.h"

#include <algorithm>

namespace inf::sim {

HostLink::HostLink(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time)
    : sc_module(name),
      socket("socket"),
      rate_(chip.host.bytes_per_ns, time),
      setup_(time.from_ns(static_cast<double>(chip.host.setup_ns))) {}

void HostLink::move(tlm::tlm_command command, const isa::TensorEntry& tensor, unsigned char* data) {
  constexpr std::int64_t kPiece = std::int64_t{1} << 30;
  for (std::int64_t done = 0; done < tensor.bytes; done += kPiece) {
    tlm::tlm_generic_payload request;
    request.set_command(command);
    request.set_address(static_cast<std::uint64_t>(tensor.offset + done));
    request.set_data_ptr(data + done);
    request.set_data_length(static_cast<unsigned>(std::min(kPiece, tensor.bytes - done)));
    socket->transport_dbg(request);
  }
}

void HostLink::write(const isa::TensorEntry& to, const std::byte* data) {
  move(tlm::TLM_WRITE_COMMAND, to, reinterpret_cast<unsigned char*>(const_cast<std::byte*>(data)));
}

void HostLink::read(const isa::TensorEntry& from, std::byte* data) {
  move(tlm::TLM_READ_COMMAND, from, reinterpret_cast<unsigned char*>(data));
}

}  // namespace inf::sim
