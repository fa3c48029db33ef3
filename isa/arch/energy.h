#pragma once
#include <optional>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/parameters.h"

namespace inf::arch {

/// What work costs in energy: the section `energy` of a chip file, which no shipped chip has, since no such figure is
/// public. It decides neither a program nor a time, so it is no part of a ChipSpec's values and of their hash.
struct EnergySpec {
  double static_w = 0;          ///< drawn by a core while a call runs on it, whatever it does
  double mac_pj = 0;            ///< one multiply-accumulate of the tensor engine, as executed
  double dram_pj_per_byte = 0;  ///< read from or written to device memory
  double host_pj_per_byte = 0;  ///< copied over the host link
};

/// What the chip's file says. Nothing where it lacks the section.
std::optional<EnergySpec> energy_of(const ChipSpec& chip);

/// Every value of `energy` with its dotted path, "energy.mac_pj", in file order.
std::vector<Parameter> energy_parameters(EnergySpec& energy);

}  // namespace inf::arch
