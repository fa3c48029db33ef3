#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %k0: f32[4, 8] = matmul(%memory, %w)                %k0: f32[4, 8] = matmul(%memory, %w)
//   %a: f32[2, 4] = matmul(%q0, %k0)                    %a: f32[2, 4] = matmul(%q0, %k0)
//   %k1: f32[4, 8] = matmul(%memory, %w)                %b: f32[2, 4] = matmul(%q1, %k0)
//   %b: f32[2, 4] = matmul(%q1, %k1)

/// A node that does what an earlier one does on the same operands goes, and its readers read the earlier result: what
/// an unrolled loop computes anew in every round although it does not change. Constants of up to 4096 elements are the
/// same when their values are. Exact.
struct MergeEqual {
  static constexpr std::string_view name = "merge_equal";
  static constexpr std::string_view description = "Computes once what several nodes compute from the same operands.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
