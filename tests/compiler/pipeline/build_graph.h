#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::test {

/// Small graphs for tests: values are made in order, constants and inputs from a seeded generator in [-1, 1].
class GraphBuilder {
 public:
  compiler::ValueId input(const std::string& name, compiler::Shape shape);
  compiler::ValueId constant(const std::string& name, compiler::Shape shape, float scale = 1, float shift = 0);
  compiler::ValueId node(const std::string& name, compiler::Operator op, std::vector<compiler::ValueId> inputs,
                         compiler::Shape shape);
  /// Marks the outputs; the graph is complete.
  compiler::Graph finish(std::vector<compiler::ValueId> outputs);
  /// Data for every input, in order.
  std::vector<std::vector<float>> inputs() const { return inputs_; }

 private:
  std::vector<float> random(std::int64_t n, float scale, float shift);

  compiler::Graph graph_;
  std::vector<std::vector<float>> inputs_;
  std::uint64_t state_ = 1;
};

}  // namespace inf::test
