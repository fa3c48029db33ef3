#pragma once
#include <vector>

#include "compiler/streams/emission.h"

namespace inf::compiler {

/// How a run of rows of an image lies in SBUF: channels on partitions in blocks of all of them, each block [rows, cols]
/// with its border; several replicas of one block, each shifted by its own (dy, dx), on neighbouring partitions. A
/// block of few channels may be folded: equal groups of partitions hold neighbouring runs of rows, so that every DMA
/// engine and lane has work.
struct BandGeometry {
  TensorId x = kNoTensor;
  int channel = 0, channels = 0;
  std::vector<std::pair<int, int>> replicas{{0, 0}};
  int rows = 0, cols = 0;  ///< of one block
  int left = 0;            ///< column 0 is column -left of the plane
  DType dtype = DType::bf16;
  float border = 0;  ///< value outside the plane
  int folds = 1;

  int blocks(int partitions) const { return replicas.size() > 1 ? 1 : (channels + partitions - 1) / partitions; }
  std::int64_t bytes(int partitions) const { return std::int64_t{blocks(partitions)} * rows * cols * size_of(dtype); }
};

/// A ring of SBUF slots through which the rows of an image pass.
class BandRing {
 public:
  BandRing(Emission& e, BandGeometry geometry, int slots);
  ~BandRing();
  BandRing(const BandRing&) = delete;

  /// Plane rows [first, first + count) that one fold holds.
  struct Rows {
    int first = 0, count = 0;
  };
  struct Band {
    Slot slot;
    std::vector<Rows> folds;
  };
  /// Loads rows of `image` into the next slot, one run per fold; rows outside the plane hold the border value.
  Band& load(std::int64_t image, std::vector<Rows> folds);
  /// Elements of `block` starting at (row, col) of the band, in `fold` and `partitions - 1` partitions after its first.
  isa::Access window(const Band& band, int block, int fold, int partitions, int row, int col,
                     const Pattern& free) const;
  int partitions(int block) const;
  /// First partition of a fold.
  int fold_start(int fold) const { return fold * e_.chip.sbuf.partitions / g_.folds; }
  const BandGeometry& geometry() const { return g_; }

 private:
  void fill(Band& band, int fold, int folds, Rows rows, Rows cols);
  void fill_borders(Band& band);
  void copy(Band& band, std::int64_t image, int block, int fold, int replica, const Horizon& after);

  Emission& e_;
  BandGeometry g_;
  ImageView view_;
  std::vector<Band> bands_;
  std::size_t next_ = 0;
};

/// Folds of a band that one instruction can work on: all of them where they have the same rows and fill the partitions,
/// else one by one.
struct Lanes {
  int fold = 0, folds = 1;  ///< first fold, and how many
  int partitions = 0;
  int rows = 0;
};
std::vector<Lanes> lanes_of(int folds, int channels, int rows, int rows_left);

}  // namespace inf::compiler
