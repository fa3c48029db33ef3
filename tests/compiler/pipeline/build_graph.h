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
  /// Whole numbers in [low, high], and truth values.
  compiler::ValueId integers(const std::string& name, compiler::Shape shape, std::int64_t low, std::int64_t high);
  compiler::ValueId booleans(const std::string& name, compiler::Shape shape);
  compiler::ValueId whole_constant(const std::string& name, compiler::Shape shape, std::vector<std::int64_t> data);
  /// A constant with data of its own.
  compiler::ValueId constant(const std::string& name, compiler::Shape shape, std::vector<float> data);
  compiler::ValueId node(const std::string& name, compiler::Operator op, std::vector<compiler::ValueId> inputs,
                         compiler::Shape shape, compiler::Element element = compiler::Element::f32);
  /// Marks the outputs; the graph is complete.
  compiler::Graph finish(std::vector<compiler::ValueId> outputs);
  /// Data for every input, in order.
  std::vector<std::vector<float>> inputs() const { return inputs_; }
  std::vector<float>& data(std::size_t input) { return inputs_[input]; }

 private:
  compiler::ValueId add_input(const std::string& name, compiler::Shape shape, compiler::Element element,
                              std::vector<float> data);
  std::vector<float> random(std::int64_t n, float scale, float shift);

  compiler::Graph graph_;
  std::vector<std::vector<float>> inputs_;
  std::uint64_t state_ = 1;
};

}  // namespace inf::test
