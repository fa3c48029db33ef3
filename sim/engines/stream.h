#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/table/instructions.h"
#include "sim/engines/cost.h"
#include "sim/engines/segment_feed.h"
#include "sim/engines/sequencer.h"
#include "sim/machine/footprint.h"

namespace inf::sim {

/// An instruction as the simulator keeps it: decoded, checked, with what follows from it alone.
struct Decoded {
  isa::Instruction inst;
  Footprint footprint;  ///< points into `inst`
  Cost cost;
  IssueWork work;
  arch::Engine engine = arch::Engine::tensor;
  std::int64_t pc = 0;   ///< position in the engine's stream, from 0; the same on every pass of a loop
  std::int32_t op = -1;  ///< index into ProgramImage::ops
  /// Number of the segment that holds it; 0 in a program that is held as a whole.
  std::uint32_t segment = 0;
  bool dynamic = false;  ///< an address comes from a register
  bool control = false;  ///< register, loop or branch: the sequencer alone runs it

  Decoded() = default;
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  isa::Opcode opcode() const { return isa::opcode(inst.op); }
};

/// The instruction stream of one engine: fetches segments, decodes and validates each instruction once, and runs the
/// sequencer's own instructions (registers, loops, branches). Errors: illegal_instruction with engine and pc, from
/// decode, validate, or a loop that is not closed in its segment.
class InstructionStream {
 public:
  InstructionStream(arch::Engine engine, SegmentFeed& feed, const arch::ChipSpec& chip, std::int64_t dram_bytes);

  /// The instruction to run next, its register addresses resolved; null when the stream is drained. Valid until
  /// advance().
  const Decoded* current();
  /// Moves behind the current instruction; runs it first if it is a control instruction. register_load takes its value
  /// from `load`.
  void advance(const std::function<std::int32_t(const isa::Access&)>& load);

  /// True when current() found nothing because the streams with work are too far behind: ask again when the feed
  /// advances.
  bool starved() const { return !segment_ && !feed_.is_behind_end(segment_index_); }

  arch::Engine engine() const { return engine_; }
  /// "vector pc 12".
  std::string place() const;

 private:
  struct Loop {
    std::size_t body;  ///< first instruction of the body
    std::uint8_t counter;
    std::int64_t next;  ///< value of the next pass
    std::int32_t stop;
    std::uint32_t step;
  };
  bool enter_segment();
  bool decode_next();
  const Decoded* resolve(const Decoded& d);
  void run_control(const Decoded& d, const std::function<std::int32_t(const isa::Access&)>& load);
  void skip_loop();
  void skip(int instructions);
  void prepare(Decoded& d, bool check) const;
  void check_dram(const Decoded& d) const;
  void check_weights(const Decoded& d);

  arch::Engine engine_;
  SegmentFeed& feed_;
  const arch::ChipSpec& chip_;
  std::int64_t dram_bytes_;
  std::shared_ptr<const isa::Segment> segment_;
  std::int64_t segment_index_ = 0;
  std::int64_t first_pc_ = 0;  ///< pc of the segment's first instruction
  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  std::vector<std::unique_ptr<Decoded>> slots_;  ///< decoded instructions base_ .. base_ + count_; storage is reused
  std::size_t base_ = 0, count_ = 0;             ///< outside loops only the current instruction is kept
  std::size_t index_ = 0;
  std::size_t run_ = 0;  ///< position in the segment's source runs
  std::uint32_t run_left_ = 0;
  std::vector<Loop> loops_;
  std::array<std::int32_t, isa::kRegisters> registers_{};
  std::optional<isa::LoadStationary> weights_;  ///< what the next matmul multiplies with
  Decoded resolved_;
  const Decoded* current_ = nullptr;
};

}  // namespace inf::sim
