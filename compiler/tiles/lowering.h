#pragma once
#include <array>
#include <compare>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/analysis/support.h"
#include "compiler/ir/access.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/lower.h"
#include "compiler/tiles/matrix_values.h"
#include "compiler/tiles/plane_plan.h"
#include "compiler/tiles/shortages.h"
#include "isa/base/error.h"

namespace inf::compiler {

/// Element steps of `from` broadcast to `to`: 0 along axes that it lacks or has once.
std::vector<std::int64_t> broadcast_steps(const Shape& from, const Shape& to);

/// The state of one lowering: which tensor holds which value, and the operators so far. One function per graph
/// operator, in lower_*.cpp.
class Lowering {
 public:
  /// `outer`: the lowering of the graph whose loop has this one as its body.
  Lowering(Graph& graph, const arch::ChipSpec& chip, Lowered& lowered, Lowering* outer = nullptr);
  void run();
  /// What keeps each node off the chip; nothing is kept of the tiles.
  std::vector<std::optional<Obstacle>> survey();

 private:
  // storage (lower_storage.cpp)
  void find_fp32_values();
  void find_windows();
  /// The type in which a value lies in its tensor: whole numbers are int32, truth values uint8 0 or 1. Then the type in
  /// which the caller gives or gets it.
  DType stored_as(ValueId value) const;
  DType output_type(ValueId value) const;
  /// Whether the caller is another program, which has the value as stored_as() says.
  bool stored_edge(ValueId value) const;
  TensorId constant_of(ValueId value, const Constant& c);
  TensorId tensor_of(ValueId value);
  TensorId scratch(const std::string& name, Shape shape, DType dtype);
  DType dtype_of(TensorId id) const { return program_.tensor(program_.root(id)).dtype; }
  bool dense(TensorId id) const;
  /// `id` itself, or a dense copy of it when it is a window with gaps between images.
  TensorId as_dense(TensorId id, const Node& node);
  /// `id` itself where a load may make `dtype` of it, else a dense copy in that type, which the scalar engine casts;
  /// made once for all its readers.
  TensorId loadable_as(DType dtype, TensorId id, const Node& node);
  /// The fp32 tensor of a graph output whose value is also read on chip, for operators that can write both; kNoTensor
  /// for other values.
  TensorId output_beside(ValueId value);
  /// Keeps values first .. first + count as fp32 columns of `width` partitions each; returns the first column, which
  /// may be that of an earlier call with the same bits.
  int add_params(const std::vector<float>& values, int first, int count, int width);

  // operators
  void start();
  void lower_node(const Node& node);
  void lower_op(const Node& node, const Conv& op);
  void lower_op(const Node& node, const Pool& op);
  void lower_op(const Node& node, const Resize& op);
  void lower_op(const Node& node, const Binary& op);
  void lower_op(const Node& node, const Unary& op);
  void lower_op(const Node& node, const BatchNorm& op);
  void lower_op(const Node& node, const Concat& op);
  void lower_op(const Node& node, const Softmax& op);
  void lower_op(const Node& node, const Reshape& op);
  void lower_op(const Node& node, const Transpose& op);
  void lower_op(const Node& node, const Slice& op);
  void lower_op(const Node& node, const Pad& op);
  void lower_op(const Node& node, const Reduce& op);
  void lower_op(const Node& node, const LayerNorm& op);
  void lower_op(const Node& node, const Attention& op);
  void lower_op(const Node& node, const Where& op);
  void lower_op(const Node& node, const Cast& op);
  void lower_op(const Node& node, const Expand& op);
  void lower_op(const Node& node, const Gather& op);
  void lower_op(const Node& node, const Scatter& op);
  void lower_op(const Node& node, const ArgMax& op);
  void lower_op(const Node& node, const CumSum& op);
  void lower_op(const Node& node, const Loop& op);
  void lower_op(const Node& node, const MatMul& op);

  // loops (lower_loop.cpp)
  void check_loop(const Node& node, const Loop& op) const;
  TensorId carried_buffer(const Node& node, ValueId initial, ValueId result);
  void lower_body(const Node& node, const Loop& op, const std::vector<TensorId>& buffers);
  TensorId aside(const Node& node, TensorId x, const std::vector<TensorId>& buffers);
  void carry(const Node& node, const std::vector<TensorId>& next, const std::vector<TensorId>& buffers);
  /// Runs `make` with what it adds in front of the loop.
  template <class Make>
  auto before_loop(Make&& make);
  bool on_chip(ValueId value);

  // values as planes in SBUF (lower_planes.cpp)
  void plan_planes();
  /// Takes a node whose result stays in SBUF, or that makes features of a plane; false when it is not one of those.
  bool lower_on_planes(const Node& node);
  PlaneForms make_planes(ValueId value);
  void conv_on_planes(const Node& node, const Conv& op);
  void pool_on_planes(const Node& node, const Pool& op);
  void features_of_plane(const Node& node, const Pool& op);
  void store_plane(const Node& node);
  std::string group_text(const Node& node) const;

  // values as matrices in SBUF (matrix_values.cpp), operators on them (lower_linear.cpp, lower_attention.cpp,
  // lower_norm.cpp)
  MatrixHome& home(ValueId value);
  std::int64_t rows_of(ValueId value) const;
  std::int64_t cols_of(ValueId value) const;
  /// The whole value with tokens or with features on partitions.
  Wish whole(ValueId value, Matrix::Major major, DType dtype) const;
  MatrixId matrix_of(ValueId value, const Wish& wish, const Node& reader);
  MatrixId tokens_of(ValueId value, const Node& reader);
  MatrixId features_of(ValueId value, const Node& reader);
  MatrixId some_features(ValueId value, const Node& reader);
  MatrixId add_matrix(const std::string& name, const Wish& wish, std::int64_t rows);
  MatrixId fetched(ValueId value, const Wish& wish, const Node& reader);
  MatrixId turned(MatrixId from, const Wish& wish, const std::string& name, const Node& reader);
  void offer(ValueId value, const Wish& wish, MatrixId matrix) { home(value).forms.push_back({wish, matrix}); }
  /// Writes a value that lives on chip to its tensor in device memory.
  void deposit(ValueId value, TensorId tensor);
  /// Takes a node whose operands and result are matrices; false when it is not one of those.
  bool lower_matrix(const Node& node);
  MatrixId linear(const Node& node, const Wish& wish);
  bool keeps(std::int64_t bytes);
  MatrixId resident_weights(TensorId weights, const std::string& name, std::int64_t rows, std::int64_t cols,
                            const Node& node);
  void batched_matmul(const Node& node, const MatMul& op);
  bool lower_map(const Node& node);
  bool alias_rows(const Node& node);
  TensorId row_constant(const std::string& name, const std::vector<float>& data, std::int64_t rows);

  /// A value as an operand of a nest over `out`: a constant of one element is an immediate.
  NestOperand nest_operand(const Node& node, ValueId value, const Shape& out);
  void nest(const Node& node, NestTile nest);
  void conv(const Node& node, const Conv& op, TensorId y);
  /// Groups first_group to first_group + groups - 1 of a convolution into their channels of y.
  void conv_chunk(const Node& node, const Conv& op, TensorId y, int first_group, int groups);
  ConvTile conv_tile(const Node& node, const Conv& op, int first_group, int groups);
  void add_conv_bias(const Node& node, const Conv& op, ConvTile& t, int width);
  void add_conv(const Node& node, const Conv& op, ConvTile t, const OpEstimate& estimate);
  /// A convolution whose residual the tensor engine cannot take: the vector engine adds it.
  void conv_then_add(const Node& node, const Conv& op);
  void flat(const Node& node, FlatTile tile);
  void affine(const Node& node, TensorId x, TensorId y, const std::vector<float>& scale,
              const std::vector<float>& shift, const Activation& act);
  void reduce_rows(const Node& node, TensorId x, TensorId y, Reduce::Op op, std::int64_t rows, std::int64_t n);
  void line(const Node& node, LineTile tile);
  /// Rows of x [outer, n, inner] at constant positions, by copies.
  void take_rows(const Node& node, TensorId x, TensorId y, const RowTile& sizes, const std::vector<std::int64_t>& at);
  void rows(const Node& node, const RowTile& tile);
  /// An index tensor on chip; `wraps` becomes whether it may hold negative positions.
  TensorId index_of(const Node& node, ValueId indices, std::int64_t n, bool& wraps);
  std::vector<std::int64_t> positions(const Node& node, const Constant& indices, std::int64_t n) const;
  /// A strided copy by DMA, and the cheapest of that, a transposition in blocks and a copy through SBUF.
  void copy(const Node& node, CopyTile tile);
  void move(const Node& node, CopyTile tile);
  /// Copies all of x to y, axis k of y being axis perm[k] of x.
  void permute(const Node& node, TensorId x, TensorId y, const Shape& x_shape, const std::vector<std::int64_t>& perm);
  TensorId pad_axis(const Node& node, TensorId x, Shape& shape, std::size_t axis, const Pad& op, TensorId y);
  void add(const Node& node, TileKind tile, OpEstimate estimate);
  /// The ledger entry of a node that turned out to need no work.
  void note_free(const Node& node, const std::string& into);
  /// `shortage`: the inequality, where the reason is one.
  [[noreturn]] void refuse(const Node& node, const std::string& why, const std::string& way_out,
                           std::optional<Shortage> shortage = std::nullopt) const;

  Graph& graph_;
  const arch::ChipSpec& chip_;
  TileProgram& program_;
  std::vector<OpEstimate>& estimates_;
  Lowered& lowered_;
  Lowering* outer_ = nullptr;
  std::vector<ValueId> captured_;         ///< by value: the outer graph's value that it stands for
  std::set<ValueId> carried_as_fp32_;     ///< results of a body that go into fp32 buffers
  std::size_t loop_at_ = 0;               ///< the operator that opens the loop around this body
  std::int64_t kept_bytes_ = 0;           ///< of weights that stay in SBUF for all rounds, per partition
  std::int64_t rounds_ = 1;               ///< how often what is added runs
  std::vector<TensorId> tensors_;         ///< by value
  std::vector<TensorId> outputs_beside_;  ///< by value
  struct CastCopy {
    TensorId from = kNoTensor;
    DType to = DType::fp32;
    friend auto operator<=>(const CastCopy&, const CastCopy&) = default;
  };
  std::map<CastCopy, TensorId> casts_;  ///< of loadable_as
  /// Weights in the form in which a product streams them: products that agree in all of it share one constant.
  struct Arranged {
    std::shared_ptr<const Constant> data;
    bool transposed = false;
    std::array<std::int64_t, 3> x{};  ///< cols, group and pitch of the operand
    std::array<std::int64_t, 5> y{};  ///< the same of the result, its first column, columns of one block
    friend auto operator<=>(const Arranged&, const Arranged&) = default;
  };
  struct SharedTensor {
    TensorId id = kNoTensor;
  };
  std::map<Arranged, SharedTensor> arranged_;
  std::vector<bool> fp32_;  ///< values that reach a graph output without arithmetic
  struct Window {
    ValueId parent = kNoValue;
    std::int64_t start = 0;
  };
  std::vector<Window> windows_;  ///< by value: where a concat wants it
  PlanePlan plane_plan_;
  std::vector<PlaneForms> planes_;                                     ///< by value
  std::vector<MatrixHome> homes_;                                      ///< by value
  std::unordered_multimap<std::string, std::size_t> ledger_at_;        ///< entries by their node
  std::unordered_map<std::string, std::set<std::size_t>> fused_into_;  ///< entries by what they are fused into
};

template <class Make>
auto Lowering::before_loop(Make&& make) {
  const auto at = static_cast<std::ptrdiff_t>(loop_at_);
  std::vector<TileOp> ops(std::make_move_iterator(program_.ops.begin() + at),
                          std::make_move_iterator(program_.ops.end()));
  std::vector<OpEstimate> estimates(estimates_.begin() + at, estimates_.end());
  program_.ops.resize(loop_at_);
  estimates_.resize(loop_at_);
  const auto made = make();
  loop_at_ = program_.ops.size();
  for (TileOp& op : ops) program_.ops.push_back(std::move(op));
  estimates_.insert(estimates_.end(), estimates.begin(), estimates.end());
  return made;
}

}  // namespace inf::compiler
