#include "tools/workflow/energy.h"

#include <fmt/core.h>

#include "tools/workflow/format.h"
#include "tools/workflow/report.h"

namespace inf::workflow {
namespace {

constexpr double kPico = 1e-12, kNano = 1e-9;

}  // namespace

Energy measure_energy(const arch::EnergySpec& spec, const Roofline& work, const Latency& latency) {
  Energy energy;
  energy.static_j = spec.static_w * latency.device_ns * kNano;
  energy.mac_j = spec.mac_pj * static_cast<double>(work.executed_macs) * kPico;
  energy.dram_j = spec.dram_pj_per_byte * static_cast<double>(work.dram_read + work.dram_written) * kPico;
  energy.host_j = spec.host_pj_per_byte * static_cast<double>(latency.copied_bytes) * kPico;
  return energy;
}

Energy operator+(const Energy& a, const Energy& b) {
  return {a.static_j + b.static_j, a.mac_j + b.mac_j, a.dram_j + b.dram_j, a.host_j + b.host_j};
}

std::string energy_text(const Energy& energy) {
  const double all = energy.total_j();
  const auto part = [&](double joule) { return percent(all > 0 ? joule / all : 0); };
  return fmt::format("{}: static {}, multiply-accumulates {}, device memory {}, host link {}", si(all, "J"),
                     part(energy.static_j), part(energy.mac_j), part(energy.dram_j), part(energy.host_j));
}

}  // namespace inf::workflow
