#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "compiler/ir/graph.h"
#include "isa/numerics/dtype.h"

namespace inf::compiler {

/// Index of a plane in its tile program.
using PlaneId = std::int32_t;
inline constexpr PlaneId kNoPlane = -1;

/// An image value that convolutions and poolings hand on in SBUF: channel c lies on partition c % P, in block c / P.
/// Free dimension: [block][image][row][column], every plane with a border of `outside` around it.
struct Plane {
  std::string name;
  DType dtype = DType::bf16;
  std::int64_t images = 0, channels = 0, rows = 0, cols = 0;
  Pads border;
  float outside = 0;
  std::int64_t offset = -1;  ///< bytes from the start of each partition, set by place_planes

  std::int64_t blocks(int partitions) const { return (channels + partitions - 1) / partitions; }
  /// Partitions that a block uses.
  int partitions_of(std::int64_t block, int partitions) const {
    return static_cast<int>(std::min<std::int64_t>(partitions, channels - block * partitions));
  }
  /// Elements from row to row, and from image to image.
  std::int64_t pitch() const { return border.left + cols + border.right; }
  std::int64_t area() const { return (border.top + rows + border.bottom) * pitch(); }
  /// Element (row, col) of an image in a block; negative ones lie in the border.
  std::int64_t at(std::int64_t block, std::int64_t image, std::int64_t row, std::int64_t col) const {
    return (block * images + image) * area() + (border.top + row) * pitch() + border.left + col;
  }
  /// Bytes per partition.
  std::int64_t bytes(int partitions) const { return blocks(partitions) * images * area() * size_of(dtype); }
};

/// The forms in which one value lies in SBUF: as it is stored, and as an operand of the tensor engine. Where both types
/// are the same the stored form serves as operand.
struct PlaneForms {
  PlaneId stored = kNoPlane, operand = kNoPlane;

  bool any() const { return stored != kNoPlane || operand != kNoPlane; }
  PlaneId for_products() const { return operand != kNoPlane ? operand : stored; }
  PlaneId widest() const { return stored != kNoPlane ? stored : operand; }
};

/// What a convolution reads and writes in SBUF instead of device memory.
struct ConvPlanes {
  PlaneId x = kNoPlane;         ///< kNoPlane: the input passes through in bands
  PlaneId residual = kNoPlane;  ///< stored form
  PlaneForms y;                 ///< none: the result goes to device memory, and so does everything else
  int images = 1;               ///< of one PSUM tile
  int width = 0;                ///< output channels of one PSUM tile
};
struct PoolPlanes {
  PlaneId x = kNoPlane;
  PlaneForms y;
};

/// y[c, image] = scale * (x reduced over its rows and columns): features [images, channels].
struct PlaneReduceTile {
  PlaneId x = kNoPlane;
  std::int32_t y = -1;  ///< a matrix
  bool max = false;
  float scale = 1;
};
/// A plane to its tensor in device memory.
struct PlaneStoreTile {
  PlaneId x = kNoPlane;
  std::int32_t y = -1;  ///< a tensor
};

}  // namespace inf::compiler
