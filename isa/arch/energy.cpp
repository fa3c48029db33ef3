#include "isa/arch/energy.h"

#include "isa/base/read_number.h"

namespace inf::arch {

std::optional<EnergySpec> energy_of(const ChipSpec& chip) {
  EnergySpec energy;
  for (const Parameter& parameter : energy_parameters(energy)) {
    const auto from = chip.provenance.find(parameter.path);
    if (from == chip.provenance.end()) return std::nullopt;
    *std::get<double*>(parameter.target) = read_number<double>(from->second.value).value_or(0);
  }
  return energy;
}

std::vector<Parameter> energy_parameters(EnergySpec& e) {
  constexpr double kMost = 1e6;
  return {
      {"energy.static_w", &e.static_w, "W", 0, kMost, "drawn by a core while a call runs on it, whatever it does"},
      {"energy.mac_pj", &e.mac_pj, "pJ", 0, kMost, "one multiply-accumulate of the tensor engine, as executed"},
      {"energy.dram_pj_per_byte", &e.dram_pj_per_byte, "pJ/byte", 0, kMost, "device memory, read or written"},
      {"energy.host_pj_per_byte", &e.host_pj_per_byte, "pJ/byte", 0, kMost, "copies over the host link"},
  };
}

}  // namespace inf::arch
