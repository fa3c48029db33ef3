#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/tiles/matrix.h"
#include "compiler/tiles/plane.h"
#include "isa/numerics/dtype.h"
#include "isa/program/program.h"

namespace inf::compiler {

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
  bool in_planes = false;         ///< it lies in SBUF only: no place in device memory
  isa::ConstantData data;         ///< constants
  std::int64_t pin = -1;    ///< constants that stay in SBUF from call to call: bytes from the start of each partition
  std::int64_t pinned = 0;  ///< how many bytes of each partition of them stay, from the first on
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
  int bias = -1;              ///< first column in the parameter block, one per array's width of output channels or per
                              ///< smaller chunk; -1: none
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
  ConvPlanes planes;                 ///< in place of x, residual and y where they stay in SBUF
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
  PoolPlanes planes;
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

/// y = act(x) over `elements` in linear order.
struct FlatTile {
  TensorId x = kNoTensor, y = kNoTensor;
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

/// A strided copy between two tensors by DMA, casting where the dtypes differ. At most five axes: the one that is
/// spread over the DMA engines, then the others outermost first; sizes equal on both sides.
struct CopyTile {
  TensorId x = kNoTensor, y = kNoTensor;
  std::int64_t x_start = 0, y_start = 0;  ///< elements
  std::vector<std::int64_t> size, x_step, y_step;
  bool fill = false;  ///< first set all of y to `value`
  float value = 0;
};

/// An operand of a NestTile: a tensor walked with its own steps over the nest, or one number for all of it.
struct NestOperand {
  TensorId tensor = kNoTensor;     ///< kNoTensor: `immediate`
  std::int64_t start = 0;          ///< elements
  std::vector<std::int64_t> step;  ///< elements per axis; 0 where the operand is broadcast
  float immediate = 0;
};

/// y = f(in...) element by element over a nest of axes that every operand walks with its own steps.
struct NestTile {
  enum class Kind : std::uint8_t {
    copy,      ///< in[0], rounded to y's type
    binary,    ///< act(in[0] op in[1])
    where,     ///< in[0] is not 0 ? in[1] : in[2]
    truncate,  ///< in[0] toward zero
  } kind = Kind::copy;
  Binary::Op op = Binary::Op::add;
  Activation act;
  std::vector<NestOperand> in;
  NestOperand y;
  std::vector<std::int64_t> size;  ///< loops, then the axis on partitions, then one to four free axes
  int loops = 0;                   ///< leading axes that are walked one position at a time
  std::int64_t piece = 1;          ///< positions of the first free axis in one tile

  std::size_t partition_axis() const { return static_cast<std::size_t>(loops); }
  std::size_t free_axis() const { return static_cast<std::size_t>(loops) + 1; }
};

/// An operation along the middle axis of x [outer, n, inner].
struct LineTile {
  enum class Kind : std::uint8_t {
    reduce,   ///< y [outer, inner] = scale * (x reduced by `op`)
    running,  ///< y like x: running sums
    arg_max,  ///< y [outer, inner]: index of the largest element, int32
  } kind = Kind::reduce;
  TensorId x = kNoTensor, y = kNoTensor;
  std::int64_t outer = 1, n = 1, inner = 1;
  Reduce::Op op = Reduce::Op::sum;
  float scale = 1;
  bool exclusive = false, reverse = false;  ///< running: without the element itself; from the end
  bool last = false, smallest = false;      ///< arg_max: the last of equals; of the smallest element
  bool outer_on_partitions = true;          ///< else groups of `width` neighbours of the inner axis lie on partitions
  std::int64_t width = 1;                   ///< inner positions of one partition in one tile
  std::int64_t piece = 1;                   ///< positions of the axis in one tile
};

/// y[.., b, a] = x[.., a, b] for a on an axis of step `x_row` and b of step 1 in x, of step 1 and `y_column` in y: in
/// blocks of 32 x 32 on chip.
struct TransposeTile {
  TensorId x = kNoTensor, y = kNoTensor;
  std::vector<std::int64_t> size, x_step, y_step;  ///< the other axes, walked one position at a time
  std::int64_t rows = 0, columns = 0;              ///< positions of a and of b
  std::int64_t x_row = 0, y_column = 0;            ///< elements
  std::int64_t piece = 0;                          ///< blocks of rows in one tile
};

/// Rows chosen by run-time indices: between `rows` [outer, count, inner] and `table` [outer, n, inner], row index[i] of
/// the table against row i.
struct RowTile {
  enum class Kind : std::uint8_t { gather, put, add } kind = Kind::gather;
  TensorId table = kNoTensor, index = kNoTensor, rows = kNoTensor;
  MatrixId y = kNoMatrix;  ///< gathers tokens in SBUF in place of `rows`
  std::int64_t outer = 1, n = 1, inner = 1, count = 1;
  bool wraps = false;  ///< indices may be negative: they count from the end
};

using TileKind =
    std::variant<ConvTile, PoolTile, ResizeTile, FlatTile, AffineTile, SoftmaxTile, ReduceTile, CopyTile, NestTile,
                 LineTile, TransposeTile, RowTile, FetchTile, DepositTile, TurnTile, LinearTile, NormTile,
                 AttentionTile, MatrixMapTile, LoopTile, EndLoopTile, PlaneReduceTile, PlaneStoreTile>;

struct TileOp {
  std::string name;                ///< ONNX node
  std::vector<std::string> nodes;  ///< every ONNX node that it does
  std::int64_t macs = 0;
  TileKind tile;
  std::int64_t group = 0;  ///< images that it takes at a time, in turns with its neighbours of the same group; 0: all
};
const char* kind_name(const TileKind& tile);

/// A model as tiled operators over tensors in device memory. Level 2 of the compiler.
struct TileProgram {
  std::string name;
  DType compute = DType::bf16;  ///< operands of matrix products: bands, stationary tiles and weights of convolutions
  DType storage = DType::bf16;  ///< values between operators, the constants that meet them, and the identity matrix
  std::vector<TileTensor> tensors;
  std::vector<Matrix> matrices;
  std::vector<Plane> planes;
  std::int64_t images = 0;  ///< of the batch that the planes hold
  std::vector<TileOp> ops;
  std::vector<std::vector<float>>
      params;  ///< fp32 columns resident in SBUF: biases by columns of the array, scales by partitions of SBUF
  bool needs_identity = false;
  std::vector<std::int64_t> floors;    ///< by operator: where the part of SBUF begins in which it works, bytes per
                                       ///< partition; empty without matrices
  std::vector<std::int64_t> ceilings;  ///< and where that part ends
  std::int64_t kept = 0;    ///< SBUF bytes per partition, the last usable ones, for what stays from call to call
  bool loads_once = false;  ///< parameter columns and the identity matrix are loaded with the model, not in each call
  std::int64_t weight_ring =
      0;  ///< SBUF bytes per partition through which weights of products stream; 0: all of them stay
  std::int64_t dram_bytes = 0;

  const TileTensor& tensor(TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
  TileTensor& tensor(TensorId id) { return tensors[static_cast<std::size_t>(id)]; }
  const Matrix& matrix(MatrixId id) const { return matrices[static_cast<std::size_t>(id)]; }
  Matrix& matrix(MatrixId id) { return matrices[static_cast<std::size_t>(id)]; }
  const Plane& plane(PlaneId id) const { return planes[static_cast<std::size_t>(id)]; }
  /// Adds a constant with `data` rounded to `dtype`.
  TensorId add_constant(const std::string& name, const std::vector<float>& data, Shape shape, DType dtype);
  /// The same with data that `make` returns, one element per element of `shape`, once somebody reads it.
  TensorId add_constant(const std::string& name, std::function<std::vector<float>()> make, Shape shape, DType dtype);
  /// Adds an int32 constant, exact.
  TensorId add_integers(const std::string& name, const std::vector<std::int32_t>& data, Shape shape);
  /// The tensor that owns the storage, and where `id` starts in it (elements).
  TensorId root(TensorId id, std::int64_t* start = nullptr) const;

 private:
  TensorId add_constant_bytes(const std::string& name, isa::ConstantData bytes, Shape shape, DType dtype);
};

/// Tensors that an operator reads, and those that it writes.
std::vector<TensorId> reads(const TileKind& tile);
std::vector<TensorId> writes(const TileKind& tile);
/// First and last operator of each loop.
std::vector<std::pair<int, int>> loops(const std::vector<TileOp>& ops);
/// The same for matrices.
std::vector<MatrixId> matrices_read(const TileKind& tile);
std::vector<MatrixId> matrices_written(const TileKind& tile);
/// The same for planes.
std::vector<PlaneId> planes_read(const TileKind& tile);
std::vector<PlaneId> planes_written(const TileKind& tile);

/// Puts other ids in place of every tensor and every matrix that an operator names.
void map_ids(TileKind& tile, const std::function<TensorId(TensorId)>& tensor,
             const std::function<MatrixId(MatrixId)>& matrix);

/// One line per tensor and per operator, with every decision.
std::string print(const TileProgram& program);
/// Rules of the level: tile sizes within the chip, taps covered exactly once, tensors written before read. Throws
/// Error{internal} naming `pass`.
void verify(const TileProgram& program, const std::string& pass);

}  // namespace inf::compiler
