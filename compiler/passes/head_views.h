#pragma once
#include <vector>

#include "compiler/passes/pattern.h"
#include "compiler/passes/strided_view.h"

namespace inf::compiler {

/// One way to read (or write) matrices of every batch entry and head: where they lie in `base`. The positions of all
/// leading axes are in `lead`, outer ones first; features are neighbours.
struct HeadSource {
  ValueId base = kNoValue;
  std::int64_t offset = 0;
  std::vector<Factor> lead;
  std::int64_t row = 0;
  double scale = 1;  ///< what the elements of `base` are to be multiplied by
};

/// Every way to read the operand `id` of a product with the leading axes `lead`, from the value itself to the one
/// farthest up that it is moved (and, with `through_scale`, scaled by a number) from. `swapped`: rows are on the last
/// axis.
std::vector<HeadSource> head_sources(const Pattern& at, ValueId id, const Shape& lead, bool swapped,
                                     bool through_scale);

/// Every way to write the result `id` of a product: to itself, or to a value farther down that it alone is moved to.
/// `moves` of these, in order, are the nodes that then have nothing left to do.
struct HeadTarget {
  HeadSource place;
  std::vector<int> moves;
};
std::vector<HeadTarget> head_targets(const Pattern& at, ValueId id);

/// Every way to read a mask that broadcasts to (lead..., rows, keys). `key` is its step from key to key.
struct MaskSource {
  HeadSource place;
  std::int64_t key = 0;
};
std::vector<MaskSource> mask_sources(const Pattern& at, ValueId id, const Shape& lead);

}  // namespace inf::compiler
