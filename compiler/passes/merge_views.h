#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %j: f32[2, 8] = concat(%x, %z) axis=1
//   %a: f32[2, 4] = slice(%j) start=[0, 4] step=[1, 1]
//   %b: f32[2, 2] = slice(%a) start=[0, 1] step=[1, 1]  %b: f32[2, 2] = slice(%z) start=[0, 1] step=[1, 1]
//   %e: f32[2, 2] = expand(%v)
//   %y: f32[2, 2] = binary(%b, %e)                      %y: f32[2, 2] = binary(%b, %v)
//   output %y                                           output %y

/// A slice of a slice, or of one part of a concatenation, cuts that itself; a concatenation takes the parts of another
/// along the same axis; an expansion is left out where its reader broadcasts; of two casts the second one does both
/// where the first loses nothing. What nothing reads after that goes, and a cut of a constant is a
/// constant. Exact.
struct MergeViews {
  static constexpr std::string_view name = "merge_views";
  static constexpr std::string_view description =
      "Reads through slices, concatenations, expansions and casts to what they show.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
