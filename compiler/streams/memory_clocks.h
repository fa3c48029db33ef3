#pragma once
#include <vector>

#include "compiler/streams/horizon.h"
#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

/// When a byte range was last in use, for ranges whose owner is gone.
class RegionClocks {
 public:
  /// [lo, hi) was in use until `until`.
  void note(std::int64_t lo, std::int64_t hi, const Horizon& until);
  /// The moment after which all of [lo, hi) is free.
  Horizon over(std::int64_t lo, std::int64_t hi) const;

 private:
  struct Region {
    std::int64_t lo, hi;
    Horizon until;
  };
  std::vector<Region> regions_;
};

/// A buffer in SBUF: the same bytes of every partition. Units: bytes from the start of a partition.
struct Slot {
  std::int64_t offset = 0, bytes = 0;
  Horizon written;    ///< when its content is complete
  Horizon used;       ///< when the last reader is done, or the range was free
  bool fresh = true;  ///< nothing was written since it was allocated

  Horizon free() const { return written + used; }
};

/// Hands out SBUF to one operator after another, in turn from the lower and from the upper end, so that the buffers of
/// two neighbouring operators that fit together do not meet and the second one's loads start while the first one still
/// works.
class SbufArena {
 public:
  /// Starts the next operator, which may use [begin, end). Errors: Error{internal} when a slot of the one before is
  /// still held.
  void turn(std::int64_t begin, std::int64_t end);
  /// Errors: Error{internal} when `bytes` do not fit; operators are sized so that they do.
  Slot allocate(std::int64_t bytes);
  void release(const Slot& slot);
  /// The most bytes that one operator held since the last call.
  std::int64_t take_high_water();
  /// When every part of SBUF was last in use, whoever had it.
  RegionClocks& past() { return past_; }

 private:
  std::int64_t low_ = 0, high_ = 0;  ///< [low_, high_) is free
  std::int64_t used_ = 0, most_ = 0;
  bool from_below_ = false;
  int held_ = 0;
  RegionClocks past_;
};

/// Who wrote and read which part of each tensor in device memory.
class DramClocks {
 public:
  explicit DramClocks(const TileProgram& program);

  /// Rows [first, last) of every plane of an image; one row where the tensor is no image.
  struct Rows {
    std::int64_t first = 0, last = 0;
  };
  Rows whole(TensorId id) const;

  /// When the data of `rows` is complete.
  Horizon ready(TensorId id, const Rows& rows) const;
  /// When `rows` may be overwritten.
  Horizon writable(TensorId id, const Rows& rows);
  void note_read(TensorId id, const Horizon& until);
  void note_write(TensorId id, const Rows& rows, const Horizon& until);

 private:
  struct State {
    bool started = false;
    Horizon base, all;
    Horizon read;               ///< by whom: what a loop carries is written again after it was read
    std::vector<Horizon> rows;  ///< last writes of each row, over all planes: readers want every plane of their rows
  };
  /// `rows` of `id` in the coordinates of the tensor that owns the storage.
  Rows in_root(TensorId id, TensorId root, const Rows& rows) const;
  void start(TensorId root);

  const TileProgram& program_;
  std::vector<State> states_;
  struct Started {
    TensorId root = kNoTensor;
    std::int64_t lo = 0, hi = 0;  ///< bytes in device memory
  };
  std::vector<Started> order_;  ///< roots in the order in which they were started
};

}  // namespace inf::compiler
