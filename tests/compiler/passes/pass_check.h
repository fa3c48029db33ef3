#pragma once
#include <map>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::tests {

/// Values between -2 and 2, other ones for each input; integers are small and not negative.
std::vector<std::vector<float>> sample_inputs(const compiler::Graph& graph);
/// How often each operator occurs.
std::map<std::string, int> count_ops(const compiler::Graph& graph);
/// Largest difference between two lists of outputs, each relative to the largest value of its output; infinity where
/// one has a NaN and the other has not.
double largest_difference(const std::vector<std::vector<float>>& got, const std::vector<std::vector<float>>& want);

/// What one pass does to a small graph, text in and text out; the interpreter checks that the values stay.
struct PassRow {
  const char* name;
  const char* pass;
  const char* before;
  const char* after;    ///< nullptr: the pass must leave it alone
  float tolerance = 0;  ///< relative to 1 + the value; 0: exact
};
void check(const PassRow& row);

}  // namespace inf::tests
