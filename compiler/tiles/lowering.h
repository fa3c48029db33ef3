#pragma once
#include <string>
#include <vector>

#include "compiler/ir/access.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/lower.h"
#include "isa/base/error.h"

namespace inf::compiler {

/// The state of one lowering: which tensor holds which value, and the operators so far. One function per graph
/// operator, in lower_*.cpp.
class Lowering {
 public:
  Lowering(Graph& graph, const arch::ChipSpec& chip, DType compute);
  Lowered run();

 private:
  // storage (lower_storage.cpp)
  void find_fp32_values();
  void find_windows();
  TensorId tensor_of(ValueId value);
  TensorId scratch(const std::string& name, Shape shape, DType dtype);
  DType dtype_of(TensorId id) const { return program_.tensor(program_.root(id)).dtype; }
  bool dense(TensorId id) const;
  /// `id` itself, or a dense copy of it when it is a window with gaps between images.
  TensorId as_dense(TensorId id, const Node& node);
  /// The fp32 tensor of a graph output whose value is also read on chip, for operators that can write both; kNoTensor
  /// for other values.
  TensorId output_beside(ValueId value);
  int add_params(const std::vector<float>& values, int first, int count);

  // operators
  void lower_node(const Node& node);
  void lower_op(const Node& node, const Conv& op);
  void lower_op(const Node& node, const Pool& op);
  void lower_op(const Node& node, const Resize& op);
  void lower_op(const Node& node, const Binary& op);
  void lower_op(const Node& node, const Unary& op);
  void lower_op(const Node& node, const MatMul& op);
  void lower_op(const Node& node, const BatchNorm& op);
  void lower_op(const Node& node, const Concat& op);
  void lower_op(const Node& node, const Softmax& op);
  void lower_op(const Node& node, const Reshape& op);
  void lower_op(const Node& node, const Transpose& op);
  void lower_op(const Node& node, const Slice& op);
  void lower_op(const Node& node, const Pad& op);
  void lower_op(const Node& node, const Reduce& op);

  void conv_chunk(const Node& node, const Conv& op, int first_group, int groups);
  void flat(const Node& node, FlatTile tile);
  void affine(const Node& node, TensorId x, TensorId y, const std::vector<float>& scale,
              const std::vector<float>& shift, const Activation& act);
  void reduce_rows(const Node& node, TensorId x, TensorId y, Reduce::Op op, std::int64_t rows, std::int64_t n);
  void copy(const Node& node, CopyTile tile);
  /// Copies all of x to y, axis k of y being axis perm[k] of x.
  void permute(const Node& node, TensorId x, TensorId y, const Shape& x_shape, const std::vector<std::int64_t>& perm);
  TensorId pad_axis(const Node& node, TensorId x, Shape& shape, std::size_t axis, const Pad& op, TensorId y);
  void add(const Node& node, TileKind tile, OpEstimate estimate);
  /// The ledger entry of a node that turned out to need no work.
  void note_free(const Node& node, const std::string& into);
  [[noreturn]] void refuse(const Node& node, const std::string& why, const std::string& way_out) const;

  Graph& graph_;
  const arch::ChipSpec& chip_;
  TileProgram program_;
  std::vector<OpEstimate> estimates_;
  std::vector<TensorId> tensors_;         ///< by value
  std::vector<TensorId> outputs_beside_;  ///< by value
  std::vector<bool> fp32_;                ///< values that reach a graph output without arithmetic
  struct Window {
    ValueId parent = kNoValue;
    std::int64_t start = 0;
  };
  std::vector<Window> windows_;  ///< by value: where a concat wants it
};

}  // namespace inf::compiler
