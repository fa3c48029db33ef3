#pragma once
#include <algorithm>
#include <array>

#include "isa/arch/chip_spec.h"
#include "isa/base/units.h"
#include "sim/machine/footprint.h"

namespace inf::sim {

/// Two engines that never use a memory at the same time share one of these; who is ready first goes first.
struct SharedPort {
  Tick free_at;
};

/// The two exclusions of a NeuronCore: vector and gpsimd on SBUF, vector and scalar on PSUM.
/// Source: fact sheet 8.2, documented; PortSpec switches them.
class Ports {
 public:
  explicit Ports(const arch::PortSpec& spec) : spec_(spec) {}

  struct Need {
    bool sbuf = false, psum = false;
  };
  Need need(arch::Engine engine, const Footprint& footprint) const {
    const bool sbuf_side =
        spec_.vector_gpsimd_share_sbuf && (engine == arch::Engine::vector || engine == arch::Engine::gpsimd);
    const bool psum_side =
        spec_.vector_scalar_share_psum && (engine == arch::Engine::vector || engine == arch::Engine::scalar);
    Need n;
    for (const Touch& t : footprint) {
      n.sbuf |= sbuf_side && t.box.memory == isa::Memory::sbuf;
      n.psum |= psum_side && t.box.memory == isa::Memory::psum;
    }
    return n;
  }

  struct Grant {
    Tick sbuf_free,
        psum_free;  ///< when each needed port became free; not later than the ready time where it did not matter
    Tick start;
  };
  /// Reserves the needed ports from the earliest tick at or after `ready` on, for `duration`.
  Grant claim(Need need, Tick ready, Tick duration) {
    Grant g{ready, ready, ready};
    if (need.sbuf) g.sbuf_free = std::max(ready, sbuf_.free_at);
    if (need.psum) g.psum_free = std::max(ready, psum_.free_at);
    g.start = std::max(g.sbuf_free, g.psum_free);
    if (need.sbuf) sbuf_.free_at = g.start + duration;
    if (need.psum) psum_.free_at = g.start + duration;
    return g;
  }

 private:
  arch::PortSpec spec_;
  SharedPort sbuf_, psum_;
};

}  // namespace inf::sim
