// Every ONNX operator in every form that is imported, compiled and simulated in fp32, against the interpreter.
#include <doctest/doctest.h>

#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "isa/base/error.h"
#include "tests/compiler/import/operator_cases.h"
#include "tests/compiler/pipeline/chip_run.h"

using namespace inf;
using namespace inf::compiler;

namespace {

std::vector<std::vector<float>> inputs_of(const tests::OperatorCase& c) {
  std::vector<std::vector<float>> inputs;
  for (std::size_t i = 0; i < c.operands.size(); ++i)
    if (const auto* run = std::get_if<tests::Run>(&c.operands[i])) {
      const auto values = tests::values_of(*run, i);
      inputs.emplace_back(values.begin(), values.end());
    }
  return inputs;
}

void check(const tests::OperatorCase& c) {
  CAPTURE(c.name);
  const Graph graph = import_onnx(tests::model_of(c).bytes(), c.name);
  const auto inputs = inputs_of(c), wanted = interpret(graph, inputs);
  const auto got = test::run_on_chip(graph, inputs, DType::fp32).outputs;
  REQUIRE(got.size() == wanted.size());
  for (std::size_t o = 0; o < wanted.size(); ++o) CHECK(test::relative_error(got[o], wanted[o]) < 2e-5);
}

}  // namespace

TEST_CASE("operators of convolutional models") {
  for (const tests::OperatorCase& c : tests::operator_cases()) check(c);
}

TEST_CASE("operators of transformers and recurrent models") {
  for (const tests::OperatorCase& c : tests::sequence_cases()) check(c);
}
