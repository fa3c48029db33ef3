#include "compiler/streams/emission.h"

// Hardware loops. The flag that ends one lies in SBUF, where every engine reads it at the start of each round.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::AluOp;

namespace {

isa::Access flag(const Emission& e, MatrixId stop) {
  return sbuf_access(e.program.matrix(stop).offset, 0, 1, DType::int32, Pattern::row(1));
}

/// stop = not condition; 0 without one. `after`: when what the flag said before has been read.
void set_flag(Emission& e, MatrixId stop, TensorId condition, const Horizon& after) {
  const Horizon free = e.matrices.writable(stop) + after;
  Horizon done;
  if (condition == kNoTensor) {
    done = e.emit(e.roles.fill, isa::Memset{.dst = flag(e, stop), .value = 0}, free);
  } else {
    Slot s = e.sbuf.allocate(4);
    const DType dtype = e.program.tensor(e.program.root(condition)).dtype;
    const isa::Access seen = sbuf_access(s.offset, 0, 1, dtype, Pattern::row(1));
    s.written = e.load_aside(seen, dram_access(e.program, condition, 0, 1, 1, Pattern::row(1)), condition,
                             e.dram.whole(condition), s.free());
    const isa::TensorScalar inverse{.dst = flag(e, stop),
                                    .src = seen,
                                    .op0 = AluOp::eq,
                                    .s0 = ScalarOperand::imm(0),
                                    .op1 = AluOp::bypass,
                                    .s1 = ScalarOperand::imm(0)};
    done = s.used = e.emit(Engine::vector, inverse, s.written + free);
    e.sbuf.release(s);
  }
  e.matrices.note_write(stop, 0, 0, 1, done);
}

}  // namespace

Generator emit_loop(Emission& e, const LoopTile& t) {
  set_flag(e, t.stop, t.condition, {});
  e.streams.begin_loop(static_cast<std::uint32_t>(t.trips), flag(e, t.stop));
  co_return;
}

Generator emit_end_loop(Emission& e, const EndLoopTile& t) {
  if (t.condition != kNoTensor) set_flag(e, t.stop, t.condition, e.streams.entered());
  e.streams.end_loop();
  co_return;
}

}  // namespace inf::compiler
