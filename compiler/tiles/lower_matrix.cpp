#include <fmt/format.h>

#include <numeric>

#include "compiler/tiles/lowering.h"
#include "isa/program/rules.h"

// Operators over the last axis.
namespace inf::compiler {

void Lowering::lower_op(const Node& node, const Softmax& op) {
  const Shape& s = shape(graph_, node.output);
  const auto rank = static_cast<std::int64_t>(s.size());
  const std::int64_t axis = op.axis < 0 ? op.axis + rank : op.axis, n = s[static_cast<std::size_t>(axis)];
  const std::int64_t bytes = kBandSlots * (n * 12 + 256);
  if (bytes > sbuf_budget(chip_) || n > isa::kMaxCount)
    refuse(node,
           fmt::format("a softmax over {} elements needs {} bytes of SBUF per partition, {} are usable", n, bytes,
                       sbuf_budget(chip_)),
           "reduce the axis", sbuf_shortage(chip_, "SBUF for one row of a softmax", bytes, sbuf_budget(chip_)));
  TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  const TensorId y = tensor_of(node.output);
  std::vector<std::int64_t> perm(s.size());
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[static_cast<std::size_t>(axis)], perm.back());
  Shape turned = s;
  std::swap(turned[static_cast<std::size_t>(axis)], turned.back());
  const bool last = axis == rank - 1;
  TensorId out = y;
  if (!last) {
    const TensorId moved = scratch(node.name + ".turned", turned, dtype_of(x));
    permute(node, x, moved, s, perm);
    x = moved;
    out = scratch(node.name + ".softmax", turned, dtype_of(y));
  }
  OpEstimate e;
  const double tiles = static_cast<double>((elements(s) / n + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions);
  e.vector_ns = lane_ns(chip_.vector, tiles * static_cast<double>(n));
  e.scalar_ns = lane_ns(chip_.scalar, tiles * 2 * static_cast<double>(n));
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(s)) * (size_of(dtype_of(x)) + size_of(dtype_of(y))));
  add(node, SoftmaxTile{x, out, elements(s) / n, n}, e);
  if (!last) permute(node, out, y, turned, perm);
}

void Lowering::reduce_rows(const Node& node, TensorId x, TensorId y, Reduce::Op op, std::int64_t rows, std::int64_t n) {
  OpEstimate e;
  const double tiles = static_cast<double>((rows + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions);
  e.vector_ns = lane_ns(chip_.vector, tiles * static_cast<double>(n));
  e.dma_ns = dma_ns(chip_, static_cast<double>(rows * n) * size_of(dtype_of(x)));
  add(node, ReduceTile{x, y, op, rows, n}, e);
}

}  // namespace inf::compiler
