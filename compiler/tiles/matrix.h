#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "compiler/ir/graph.h"
#include "isa/numerics/dtype.h"

namespace inf::compiler {

/// Index of a tensor in its tile program.
using TensorId = std::int32_t;
inline constexpr TensorId kNoTensor = -1;
/// Index of a matrix in its tile program.
using MatrixId = std::int32_t;
inline constexpr MatrixId kNoMatrix = -1;

/// Rows of a value taken as sequences: row r of sequence s is row offset + s * sequence_step + r * step of the value.
struct RowOrder {
  std::int64_t offset = 0, step = 1, rows = 0;
  std::int64_t sequences = 1, sequence_step = 0;
  std::int64_t at(std::int64_t sequence, std::int64_t row) const {
    return offset + sequence * sequence_step + row * step;
  }
  std::int64_t count() const { return rows * sequences; }
  friend bool operator==(const RowOrder&, const RowOrder&) = default;
};

/// A [rows, cols] value that operators hand on in SBUF; cols is the last axis of an ONNX value, rows are all others.
///
/// tokens:   row r of a sequence lies on partition r % P, in block r / P; every sequence starts a block of its own.
///           Free dimension: [block][col]. Per-row statistics, residual sums and attention's values want it.
/// features: column c lies on partition slot(c) % P, in block slot(c) / P. Free dimension: [block][row]. Operands of
///           the tensor engine that contract over columns want it.
/// Groups of `group` columns (heads) start `pitch` slots apart; the slots between hold zeros.
struct Matrix {
  enum class Major : std::uint8_t { tokens, features } major = Major::tokens;
  std::string name;
  DType dtype = DType::bf16;
  std::int64_t rows = 0, cols = 0;
  std::int64_t period = 0;  ///< tokens: rows of one sequence
  std::int64_t group = 0, pitch = 0;
  std::int64_t offset = -1;    ///< bytes from the start of each partition, set by plan_sbuf
  TensorId spill = kNoTensor;  ///< its place in device memory where SBUF has no room for it

  bool tokens() const { return major == Major::tokens; }
  std::int64_t slots() const { return cols / group * pitch; }
  std::int64_t slot(std::int64_t col) const { return col / group * pitch + col % group; }
  std::int64_t blocks_per_sequence(int partitions) const { return (period + partitions - 1) / partitions; }
  std::int64_t blocks(int partitions) const {
    return tokens() ? rows / period * blocks_per_sequence(partitions) : (slots() + partitions - 1) / partitions;
  }
  /// Elements of one block in one partition.
  std::int64_t width() const { return tokens() ? slots() : rows; }
  /// Partitions that a block uses.
  int partitions_of(std::int64_t block, int partitions) const {
    const std::int64_t used =
        tokens() ? period - block % blocks_per_sequence(partitions) * partitions : slots() - block * partitions;
    return static_cast<int>(std::min<std::int64_t>(partitions, used));
  }
  /// tokens: the first row of a block, counted over all sequences.
  std::int64_t first_row(std::int64_t block, int partitions) const {
    const std::int64_t per = blocks_per_sequence(partitions);
    return block / per * period + block % per * partitions;
  }
  /// Bytes per partition.
  std::int64_t bytes(int partitions) const { return blocks(partitions) * width() * size_of(dtype); }
};

/// Device memory to SBUF. Element (row, col) of y is element start + order(row) * row_step + col * col_step of x.
/// Columns of tokens lie together (col_step 1).
struct FetchTile {
  TensorId x = kNoTensor;
  MatrixId y = kNoMatrix;
  std::int64_t start = 0;
  RowOrder order;
  std::int64_t row_step = 0, col_step = 1;
};
/// SBUF (tokens) to device memory: element (row, col) of x is element start + row * cols + col of y.
struct DepositTile {
  MatrixId x = kNoMatrix;
  TensorId y = kNoTensor;
  std::int64_t start = 0;
};
/// tokens <-> features through the tensor engine. Columns [first, first + y.cols) of x times alpha; for tokens y the
/// rows in `order`.
struct TurnTile {
  MatrixId x = kNoMatrix, y = kNoMatrix;
  std::int64_t first = 0;
  RowOrder order;
  float alpha = 1;
};
/// y = act(alpha * x w + bias + residual): x has features on partitions; y has either.
struct LinearTile {
  MatrixId x = kNoMatrix, y = kNoMatrix, residual = kNoMatrix;
  TensorId weights = kNoTensor;  ///< constant [column block][slot % P][slot / P][column of block]
  TensorId bias = kNoTensor;     ///< tokens y: constant [terms, columns] whose terms sum up to the bias
  int bias_params = -1;          ///< features y: first parameter column, one per column block
  MatrixId w =
      kNoMatrix;  ///< the weights where they are a matrix: contraction on partitions, columns on the free dimension
  Activation act;
  float alpha = 1;
  RowOrder order;                 ///< rows of x that make the rows of a tokens y
  std::int64_t column_block = 0;  ///< slots of y that one pass makes
  std::int64_t chunk_blocks = 0;  ///< column blocks whose weights are in SBUF together
};
/// y = (x - mean) * rsqrt(variance + epsilon) * scale + shift over the columns of x.
struct NormTile {
  MatrixId x = kNoMatrix;
  MatrixId y_tokens = kNoMatrix, y_features = kNoMatrix;  ///< either or both
  TensorId scale = kNoTensor, shift = kNoTensor;          ///< constants [cols] for y_tokens
  int scale_params = -1, shift_params = -1;               ///< parameter columns for y_features, one per feature block
  float epsilon = 1e-5f;
  bool center = true;
};
/// y = softmax(q k^T + mask) v for each sequence and head; q is scaled already.
struct AttentionTile {
  MatrixId q = kNoMatrix, k = kNoMatrix;  ///< features, one group per head
  MatrixId v = kNoMatrix;                 ///< tokens, one sequence per batch entry, `pitch` columns per head
  MatrixId y = kNoMatrix;                 ///< features
  TensorId mask = kNoTensor;
  std::array<std::int64_t, 4> mask_step{};  ///< elements per batch entry, head, row, key
  std::int64_t batch = 1, heads = 1, rows = 0, keys = 0;
  std::int64_t pitch = 0;  ///< slots of a head in every operand
  RowOrder q_rows, k_rows, y_rows;
  int pack = 1;  ///< heads whose rows lie on partitions together
  int row_tile = 0;
};
/// y = act(a op b) on matrices of tokens; b is a matrix, a constant row [cols], or the immediate.
struct MatrixMapTile {
  MatrixId a = kNoMatrix, b = kNoMatrix, y = kNoMatrix;
  TensorId row = kNoTensor;
  bool has_op = false;
  Binary::Op op = Binary::Op::add;
  float immediate = 0;
  bool reverse = false;
  Activation act;
};
/// Opens a loop of at most `trips` rounds over the operators up to the matching EndLoopTile; `stop` is one int32 that
/// ends it when it is not 0 at the start of a round.
struct LoopTile {
  std::int64_t trips = 0;
  MatrixId stop = kNoMatrix;
  TensorId condition = kNoTensor;  ///< runs only where this is true
};
/// stop = not condition, for the next round; kNoTensor: go on.
struct EndLoopTile {
  MatrixId stop = kNoMatrix;
  TensorId condition = kNoTensor;
};

}  // namespace inf::compiler
