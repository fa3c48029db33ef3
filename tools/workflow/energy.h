#pragma once
#include <string>

#include "isa/arch/energy.h"

namespace inf::workflow {

struct Latency;
struct Roofline;

/// What a call takes. Units: J.
struct Energy {
  double static_j = 0;  ///< drawn by the core while it runs
  double mac_j = 0;     ///< executed multiply-accumulates
  double dram_j = 0;    ///< device memory, read and written
  double host_j = 0;    ///< copies over the host link
  double total_j() const { return static_j + mac_j + dram_j + host_j; }
};

/// Of one call on one core, from its counters: operators on the host and the host itself are not counted.
Energy measure_energy(const arch::EnergySpec& spec, const Roofline& work, const Latency& latency);

/// "1.234 mJ: static 40.0 %, multiply-accumulates ..."
std::string energy_text(const Energy& energy);

/// Two calls.
Energy operator+(const Energy& a, const Energy& b);

}  // namespace inf::workflow
