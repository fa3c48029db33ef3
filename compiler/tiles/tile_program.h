#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/graph.h"
#include "isa/numerics/dtype.h"
#include "isa/program/program.h"

namespace inf::compiler {

/// Index of a tensor in its tile program.
using TensorId = std::int32_t;
inline constexpr TensorId kNoTensor = -1;

/// A tensor in device memory: dense and row-major, or a window of `parent` (a concat writes its parts in place).
/// Shapes: images are [N, C, H, W]; a window has dense planes and its own distance between images.
struct TileTensor {
  using Role = isa::TensorEntry::Role;
  std::string name;
  Role role = Role::scratch;
  DType dtype = DType::bf16;
  Shape shape;
  TensorId parent = kNoTensor;
  std::int64_t parent_start = 0;  ///< elements from the parent's start
  std::int64_t image_step = 0;    ///< elements between images; the product of the other axes when dense
  std::int64_t offset = 0;        ///< bytes in device memory, set by plan_memory
  std::shared_ptr<const std::vector<std::byte>> data;  ///< constants
};

/// A kernel tap: offset into the input plane, and which kernel element it multiplies.
struct Tap {
  int dy = 0, dx = 0, ky = 0, kx = 0;
  friend bool operator==(const Tap&, const Tap&) = default;
};

/// One contraction: a stationary load and the matmuls that use it. Replica r holds the plane shifted by replicas[r], so
/// one pass covers the taps base + replicas[r]; `taps[r]` is -1 where that is no tap (its weights are zero).
struct KStep {
  int block = 0;       ///< channel block of the input
  int partitions = 0;  ///< K
  int dy = 0, dx = 0;  ///< offset of the moving window in the band
  std::vector<int> taps;
};

/// Output elements (first + i * step) of a convolution that share one set of taps. A plain convolution has one phase,
/// a transposed one stride x stride of them.
struct Phase {
  Pair first{0, 0};
  Pair count{0, 0};
  std::vector<Tap> taps;
  std::vector<KStep> steps;
};

/// y = act(sum over taps of w x + bias + residual), one group chunk of it.
struct ConvTile {
  TensorId x = kNoTensor, y = kNoTensor, residual = kNoTensor, weights = kNoTensor;
  TensorId also = kNoTensor;  ///< a second, fp32 destination: y is a graph output that is read on chip too
  int bias = -1;  ///< first column in the parameter block, one per array's width of output channels; -1: none
  Activation act;
  int x_channel = 0, x_channels = 0;  ///< contraction channels of this chunk
  int y_channel = 0, y_channels = 0;
  Pair in_step{1, 1}, out_step{1, 1};
  std::vector<Phase> phases;
  std::vector<std::pair<int, int>> replicas{{0, 0}};  ///< plane shifts (dy, dx) laid on partitions
  int folds = 1;  ///< partition groups that hold neighbouring runs of rows; weights are there once per group
  int rows = 0;   ///< phase rows of one fold; a band has folds x rows
  int tile_rows = 0, tile_cols = 0;  ///< one PSUM tile, at most one bank
  int chunk = 0;                     ///< output channels whose weights are in SBUF together
  bool whole_input = false;          ///< the input stays in SBUF over all chunks
};

struct PoolTile {
  TensorId x = kNoTensor, y = kNoTensor;
  Pool::Kind kind = Pool::Kind::max;
  Pair kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  Pads pads;
  TensorId divisors = kNoTensor;  ///< [OH, OW] reciprocals of window sizes; kNoTensor: `scale` serves all
  float scale = 1;
  int folds = 1;  ///< partition groups that hold neighbouring runs of rows
  int rows = 0;   ///< output rows of one fold
};

/// Outputs first + i * step (i < count) are w0 * x[src0 + i * src_step] + w1 * x[src1 + i * src_step].
struct BlendRun {
  int first = 0, step = 1, count = 0;
  int src0 = 0, src1 = 0, src_step = 0;
  float w0 = 1, w1 = 0;
  friend bool operator==(const BlendRun&, const BlendRun&) = default;
};
struct ResizeTile {
  TensorId x = kNoTensor, y = kNoTensor;
  std::vector<BlendRun> vertical, horizontal;
  int folds = 1;
  int rows = 0;  ///< output rows of one fold
};

/// y = act(a op b) over `elements` in linear order; b is a tensor of the same count or, when absent, `immediate`.
struct FlatTile {
  TensorId a = kNoTensor, b = kNoTensor, y = kNoTensor;
  bool has_op = false;
  Binary::Op op = Binary::Op::add;
  float immediate = 0;
  bool reverse = false;  ///< immediate op a
  Activation act;
  std::int64_t elements = 0;
  int chunk = 0;  ///< elements per partition of one tile
};

/// y = act(x * scale[c] + shift[c]) with channels on partitions.
struct AffineTile {
  TensorId x = kNoTensor, y = kNoTensor;
  int scale = -1, shift = -1;  ///< parameter columns, -1: none
  Activation act;
  int rows = 0;
};

/// y[row, n] = act(sum_k a[row, k] * b[k, n] + bias[n]) for `batch` independent matrices.
struct MatMulTile {
  TensorId a = kNoTensor, b = kNoTensor, y = kNoTensor;
  int bias = -1;
  Activation act;
  std::int64_t batch = 1, rows = 0, k = 0, n = 0;
  std::int64_t a_row = 0, a_k = 0, b_k = 0, b_n = 0;  ///< element steps
  std::int64_t a_batch = 0, b_batch = 0;
  bool constant_b = false;  ///< b is laid out as stationary chunks [n chunk][partition][k block][n in chunk]
  float alpha = 1;
  int run = 1;  ///< contraction elements per partition that lie together
  int chunk = 0;
};

/// Softmax over the last axis of [rows, n].
struct SoftmaxTile {
  TensorId x = kNoTensor, y = kNoTensor;
  std::int64_t rows = 0, n = 0;
};

/// y reduced over the last axis of [rows, n].
struct ReduceTile {
  TensorId x = kNoTensor, y = kNoTensor;
  Reduce::Op op = Reduce::Op::mean;
  std::int64_t rows = 0, n = 0;
};

/// A strided copy between two tensors by DMA, casting where the dtypes differ. Axes outermost first, at most five,
/// sizes equal on both sides.
struct CopyTile {
  TensorId x = kNoTensor, y = kNoTensor;
  std::int64_t x_start = 0, y_start = 0;  ///< elements
  std::vector<std::int64_t> size, x_step, y_step;
  bool fill = false;  ///< first set all of y to `value`
  float value = 0;
};

using TileKind =
    std::variant<ConvTile, PoolTile, ResizeTile, FlatTile, AffineTile, MatMulTile, SoftmaxTile, ReduceTile, CopyTile>;

struct TileOp {
  std::string name;                ///< ONNX node
  std::vector<std::string> nodes;  ///< every ONNX node that it does
  std::int64_t macs = 0;
  TileKind tile;
};
const char* kind_name(const TileKind& tile);

/// A model as tiled operators over tensors in device memory. Level 2 of the compiler.
struct TileProgram {
  std::string name;
  DType compute = DType::bf16;
  std::vector<TileTensor> tensors;
  std::vector<TileOp> ops;
  std::vector<std::vector<float>>
      params;  ///< fp32 columns of as many values as the array has columns, resident in SBUF: biases, scales
  bool needs_identity = false;
  std::int64_t dram_bytes = 0;

  const TileTensor& tensor(TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
  TileTensor& tensor(TensorId id) { return tensors[static_cast<std::size_t>(id)]; }
  /// Adds a constant with `data` rounded to `dtype`.
  TensorId add_constant(const std::string& name, const std::vector<float>& data, Shape shape, DType dtype);
  /// The tensor that owns the storage, and where `id` starts in it (elements).
  TensorId root(TensorId id, std::int64_t* start = nullptr) const;
};

/// Tensors that an operator reads, and those that it writes.
std::vector<TensorId> reads(const TileKind& tile);
std::vector<TensorId> writes(const TileKind& tile);

/// One line per tensor and per operator, with every decision.
std::string print(const TileProgram& program);
/// Rules of the level: tile sizes within the chip, taps covered exactly once, tensors written before read. Throws
/// Error{internal} naming `pass`.
void verify(const TileProgram& program, const std::string& pass);

}  // namespace inf::compiler
