#include "tests/compiler/pipeline/build_graph.h"

#include <cmath>

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

ValueId GraphBuilder::add_input(const std::string& name, Shape shape, Element element, std::vector<float> data) {
  inputs_.push_back(std::move(data));
  const ValueId id = graph_.add({name, element, std::move(shape), nullptr});
  graph_.inputs.push_back(id);
  return id;
}

ValueId GraphBuilder::input(const std::string& name, Shape shape) {
  std::vector<float> data = random(elements(shape), 1, 0);
  return add_input(name, std::move(shape), Element::f32, std::move(data));
}

ValueId GraphBuilder::integers(const std::string& name, Shape shape, std::int64_t low, std::int64_t high) {
  std::vector<float> data = random(elements(shape), 0.5f, 0.5f);
  for (float& v : data) v = static_cast<float>(low) + std::floor(v * static_cast<float>(high - low + 1));
  return add_input(name, std::move(shape), Element::i64, std::move(data));
}

ValueId GraphBuilder::booleans(const std::string& name, Shape shape) {
  std::vector<float> data = random(elements(shape), 1, 0);
  for (float& v : data) v = v > 0 ? 1.0f : 0.0f;
  return add_input(name, std::move(shape), Element::boolean, std::move(data));
}

ValueId GraphBuilder::whole_constant(const std::string& name, Shape shape, std::vector<std::int64_t> data) {
  auto constant = std::make_shared<Constant>(Constant{shape, std::move(data)});
  return graph_.add({name, Element::i64, std::move(shape), constant});
}

ValueId GraphBuilder::constant(const std::string& name, Shape shape, float scale, float shift) {
  const std::int64_t n = elements(shape);
  return constant(name, std::move(shape), random(n, scale, shift));
}

ValueId GraphBuilder::constant(const std::string& name, Shape shape, std::vector<float> data) {
  auto held = std::make_shared<Constant>(Constant{shape, std::move(data)});
  return graph_.add({name, Element::f32, std::move(shape), held});
}

ValueId GraphBuilder::node(const std::string& name, Operator op, std::vector<ValueId> inputs, Shape shape,
                           Element element) {
  const ValueId out = graph_.add({name + ".out", element, std::move(shape), nullptr});
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
