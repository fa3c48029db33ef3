#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before, in the body                                 after
//   %i iteration, %n: f32[4] stacked every round        %c carried, from 0:  %d: i64[] = binary(%c, %one)
//                                                       %s carried [8, 4], from zeros:  %t = scatter(%s, %c, %n)

/// Makes every result of a loop a carried value: the number of the round is one that grows by 1, and values stacked
/// round by round are written into a carried value. Conditions of the body that only repeat the loop's own are true.
/// Then the body goes through the graph passes itself. Exact.
struct PlainLoops {
  static constexpr std::string_view name = "plain_loops";
  static constexpr std::string_view description = "Makes counters and stacked results of loops carried values.";
  static bool run(Graph& graph);
};

/// Replaces every loop by its rounds, for chips without control flow: a round after the condition has failed keeps what
/// is carried. Exact. Returns whether there was one.
bool unroll_loops(Graph& graph);

}  // namespace inf::compiler
