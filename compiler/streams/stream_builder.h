#pragma once
#include <array>
#include <vector>

#include "compiler/streams/horizon.h"
#include "isa/program/program.h"
#include "isa/table/instructions.h"

namespace inf::compiler {

/// Appends encoded instructions to the streams of one NeuronCore and puts in the semaphore waits that their order
/// needs. A wait that an earlier wait of the same engine already implies, directly or through what the signaller itself
/// had waited for, is left out.
class StreamBuilder {
 public:
  /// Without `encodes` instructions are counted and nothing of them is kept.
  explicit StreamBuilder(const arch::ChipSpec& chip, bool encodes = true);

  /// Appends `op` to the stream of `engine`, to start when `after` is reached. Returns the horizon at which its result
  /// is visible.
  Horizon emit(arch::Engine engine, isa::Operation op, const Horizon& after);
  /// Appends a DMA transfer, plain or by indices, on `queue` (load, store or weights), triggered by `trigger`.
  template <class Dma = isa::DmaCopy>
  Horizon copy(arch::Engine trigger, Line queue, Dma op, const Horizon& after) {
    op.queue = static_cast<std::uint8_t>(queue_number(queue));
    return append(trigger, queue, std::move(op), after);
  }

  /// Opens a hardware loop of at most `trips` rounds. Every engine enters it with all work before it complete, and
  /// leaves it early when the int32 at `stop` in SBUF is not 0 at the start of a round.
  void begin_loop(std::uint32_t trips, const isa::Access& stop);
  /// Closes it: at the end of each round all engines meet, and the semaphores go back to what they were when the round
  /// began, so that the waits of the body hold in every round.
  void end_loop();
  bool in_loop() const { return in_loop_; }
  /// When every engine has read whether the present round runs.
  const Horizon& entered() const { return entered_; }

  /// Instructions from here on belong to this operator of the program.
  void set_op(std::int32_t op) { op_ = op; }
  /// Bytes since the last take().
  std::size_t bytes() const;
  std::int64_t instructions() const { return instructions_; }
  /// Moves what has been built into `segment`.
  void take(isa::Segment& segment);

 private:
  static constexpr int kHistory = 4096;

  Horizon append(arch::Engine engine, Line line, isa::Operation op, const Horizon& after);
  /// What was known to have completed when the `value`-th instruction of `line` was issued.
  const Horizon& known_at(Line line, std::int32_t value) const;
  void write(arch::Engine engine, const isa::Instruction& instruction);
  void control(arch::Engine engine, isa::Operation op, const isa::Wait& wait = {}, const isa::Signal& signal = {});
  /// Makes an engine wait until everything that was issued is complete.
  void join(arch::Engine engine);
  void shift_counts(arch::Engine engine, const Horizon& by, isa::SignalKind direction);
  /// All engines wait for all work and for each other; one of them shifts the lines' semaphores meanwhile.
  void meet(const Horizon& by, isa::SignalKind direction);

  std::array<Horizon, arch::kEngines> known_{};
  Horizon issued_;
  std::array<std::vector<Horizon>, kLines> history_;  ///< grows up to kHistory, then the oldest gives way
  isa::Segment segment_;
  std::vector<arch::Engine> engines_;
  bool encodes_ = true, in_loop_ = false;
  Horizon loop_start_, entered_;
  struct Exit {  ///< the branch that leaves a round: where it is encoded, and how many instructions came before it
    std::size_t at = 0, instructions = 0;
  };
  std::array<Exit, arch::kEngines> exits_{};
  std::array<std::size_t, arch::kEngines> written_{};
  std::int32_t op_ = 0;
  std::int64_t instructions_ = 0;
};

}  // namespace inf::compiler
