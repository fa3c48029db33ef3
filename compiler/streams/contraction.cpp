#include "compiler/streams/contraction.h"

namespace inf::compiler {

using arch::Engine;

Horizon contract(Emission& e, const isa::Access& psum, const isa::Access& stationary, const isa::Access& moving,
                 bool accumulate, const Horizon& loaded, const Horizon& ready) {
  Horizon done;
  for (const Pass& pass : contraction_passes(e.chip, stationary.partitions)) {
    e.emit(Engine::tensor, isa::LoadStationary{in_pass(stationary, pass)}, loaded);
    isa::Matmul mm{.dst = psum, .moving = in_pass(moving, pass)};
    mm.accumulate = accumulate || pass.first > 0;
    done = e.emit(Engine::tensor, mm, ready);
  }
  return done;
}

Horizon transpose(Emission& e, const isa::Access& psum, const isa::Access& src, const Horizon& ready) {
  Horizon done;
  for (const Pass& pass : contraction_passes(e.chip, src.partitions)) {
    isa::Access dst = psum;
    dst.offset += std::int64_t{pass.first} * 4;
    dst.free = Pattern::row(u32(pass.count));
    done = e.emit(Engine::tensor, isa::Transpose{.dst = dst, .src = in_pass(src, pass)}, ready);
  }
  return done;
}

}  // namespace inf::compiler
