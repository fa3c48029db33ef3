#pragma once
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler::importer {

/// An ONNX slice with negative, clamped and missing bounds resolved: first position, step and count per axis of the
/// input.
struct Slicing {
  std::vector<std::int64_t> start, step;
  Shape shape;
};

/// `axes` empty means the first ones, `steps` empty means 1.
/// Errors: Error{import} without a place when the lists do not fit `shape`.
Slicing resolve_slice(const Shape& shape, const std::vector<std::int64_t>& starts,
                      const std::vector<std::int64_t>& ends, std::vector<std::int64_t> axes,
                      std::vector<std::int64_t> steps);

/// Output shape of an ONNX Reshape: 0 copies the input's size (unless `allow_zero`), one -1 takes what remains.
/// Errors: Error{import} without a place, with both element counts.
Shape resolve_reshape(const Shape& shape, std::vector<std::int64_t> target, bool allow_zero);

/// Shapes with axes of size 1 removed (all of them when `axes` is empty) and inserted.
Shape squeezed(const Shape& shape, const std::vector<std::int64_t>& axes);
Shape unsqueezed(const Shape& shape, const std::vector<std::int64_t>& axes);

}  // namespace inf::compiler::importer
