#pragma once
#include <deque>
#include <vector>

#include "compiler/streams/memory_clocks.h"
#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

struct Emission;

/// The weights of one column block of a product, or of one chunk of a convolution, as they come into SBUF: `run`
/// elements on each of `partitions`.
struct WeightLoad {
  std::size_t op = 0;  ///< index of the operator that wants them
  TensorId weights = kNoTensor;
  int partitions = 0;
  std::int64_t start = 0, run = 0;  ///< elements of the tensor before the first, and of one partition
  /// Whether it must not come before its operator begins: the one before works where the ring lies, or a loop begins.
  bool waits = false;
  std::int64_t at = 0;      ///< bytes of a partition before it where all loads of the product lie one behind the other
  std::int64_t stays = -1;  ///< bytes from the start of each partition where it stays from call to call; -1: it comes
  friend bool operator==(const WeightLoad&, const WeightLoad&) = default;
};

/// All loads of one product, in order. Empty where its weights are a matrix.
std::vector<WeightLoad> weight_loads(const TileProgram& program, std::size_t op, const LinearTile& t,
                                     const arch::ChipSpec& chip);
/// The same for a convolution on planes: one load per chunk of output channels.
std::vector<WeightLoad> weight_loads(const TileProgram& program, std::size_t op, const ConvTile& t,
                                     const arch::ChipSpec& chip);
/// All loads of a program, turn by turn, that come in each call.
std::vector<WeightLoad> weight_loads(const TileProgram& program, const arch::ChipSpec& chip);

/// The part of SBUF through which weights stream, operator after operator. A load is issued as soon as there is room
/// for it, ahead of what its operator waits for: where engines trigger transfers themselves, a load behind other work
/// of its engine would come too late.
class WeightRing {
 public:
  WeightRing(std::int64_t begin, std::int64_t end) : begin_(begin), end_(end), next_(begin) {}
  /// What take() will be asked for, in that order; empty: loads are issued when they are asked for.
  void expect(std::vector<WeightLoad> loads) { coming_ = {loads.begin(), loads.end()}; }

  /// The weights of `load`, with the horizon at which they are there. Those that stay have a slot without bytes.
  /// Errors: Error{internal} when they never fit.
  Slot take(Emission& e, const WeightLoad& load);
  /// Gives the place back and issues what now has room.
  void release(Emission& e, const Slot& slot);

 private:
  struct Held {
    WeightLoad load;
    Slot slot;
  };
  /// The place behind the last one, whoever has it.
  std::int64_t place(std::int64_t bytes) const { return next_ + bytes > end_ ? begin_ : next_; }
  bool has_room(std::int64_t bytes) const;
  Slot issue(Emission& e, const WeightLoad& load);
  void issue_ahead(Emission& e);

  std::int64_t begin_, end_, next_;
  std::deque<WeightLoad> coming_;  ///< not issued yet
  std::deque<Held> issued_;        ///< issued and not asked for yet
  std::vector<Slot> taken_;        ///< asked for and not given back yet
};

}  // namespace inf::compiler
