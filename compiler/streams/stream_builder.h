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
  StreamBuilder();

  /// Appends `op` to the stream of `engine`, to start when `after` is reached. Returns the horizon at which its result
  /// is visible.
  Horizon emit(arch::Engine engine, isa::Operation op, const Horizon& after);
  /// Appends a DMA transfer on `queue` (load, store or weights), triggered by `trigger`.
  Horizon copy(arch::Engine trigger, Line queue, isa::DmaCopy op, const Horizon& after);

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

  std::array<Horizon, arch::kEngines> known_{};
  Horizon issued_;
  std::array<std::vector<Horizon>, kLines> history_;
  isa::Segment segment_;
  std::int32_t op_ = 0;
  std::int64_t instructions_ = 0;
};

}  // namespace inf::compiler
