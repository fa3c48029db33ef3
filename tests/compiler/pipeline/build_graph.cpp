#include "tests/compiler/pipeline/build_graph.h"

namespace inf::test {

using namespace compiler;

std::vector<float> GraphBuilder::random(std::int64_t n, float scale, float shift) {
  std::vector<float> data;
  for (std::int64_t i = 0; i < n; ++i) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    data.push_back(shift + scale * (static_cast<float>(state_ >> 40) / 8388608.0f - 1.0f));
  }
  return data;
}

ValueId GraphBuilder::input(const std::string& name, Shape shape) {
  inputs_.push_back(random(elements(shape), 1, 0));
  const ValueId id = graph_.add({name, Element::f32, std::move(shape), nullptr});
  graph_.inputs.push_back(id);
  return id;
}

ValueId GraphBuilder::constant(const std::string& name, Shape shape, float scale, float shift) {
  auto data = std::make_shared<Constant>(Constant{shape, random(elements(shape), scale, shift)});
  return graph_.add({name, Element::f32, std::move(shape), data});
}

ValueId GraphBuilder::node(const std::string& name, Operator op, std::vector<ValueId> inputs, Shape shape) {
  const ValueId out = graph_.add({name + ".out", Element::f32, std::move(shape), nullptr});
  graph_.nodes.push_back({std::move(op), std::move(inputs), out, name});
  graph_.ledger.push_back({name, "Test", Fate::compiled, "", 0});
  return out;
}

Graph GraphBuilder::finish(std::vector<ValueId> outputs) {
  graph_.name = "test";
  graph_.opset = 13;
  graph_.outputs = std::move(outputs);
  return graph_;
}

}  // namespace inf::test
