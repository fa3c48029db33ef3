#pragma once
#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// `size` positions that lie `step` elements apart.
struct Factor {
  std::int64_t size = 1, step = 0;
};
/// The positions of an axis, outer factors first: its elements lie at the sum of position times step. Empty for size 1.
using Axis = std::vector<Factor>;

/// Where the elements of a value lie in the row-major order of the value that they were moved from.
struct StridedView {
  std::int64_t offset = 0;
  std::vector<Axis> axes;
};

/// A value seen as itself.
StridedView row_major(const Shape& shape);
/// The view of `out` when `in` has this view and the operator moves `in` to `out`: a reshape, transpose, slice or
/// expand. Empty for other operators and where the result has no such view.
std::optional<StridedView> moved(const StridedView& in, const Operator& op, const Shape& in_shape, const Shape& out);

/// Neighbouring factors that together step evenly become one.
Axis merged(const Axis& axis);
/// The axis as one factor (size 1 and step 0 for an empty one); empty when its steps are uneven.
std::optional<Factor> single(const Axis& axis);
/// Cuts factors of lists that span the same positions so that all lists have the same sizes; false where sizes do not
/// divide each other. Factors of size 1 go.
bool align(std::vector<std::vector<Factor>>& lists);
/// Merges neighbouring positions of aligned lists until at most `most` are left; false when that many cannot.
bool merge_down(std::vector<std::vector<Factor>>& lists, std::size_t most);

}  // namespace inf::compiler
