#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/compiler/import/build_onnx.h"

namespace inf::tests {

/// A run-time input of this shape; its values are `noise(dims, position + 1, 2)`.
struct Run {
  Dims dims;
};
struct Absent {};
using Operand = std::variant<Run, TensorSpec, Absent>;

/// One ONNX node with its operands; the model computes y (and y1, ... where there are more outputs).
struct OperatorCase {
  std::string name;
  int opset;
  std::string type;
  std::vector<Operand> operands;
  std::vector<Attr> attributes;
  int outputs = 1;
};

/// Every supported operator in the forms that its opsets and attributes allow.
std::vector<OperatorCase> operator_cases();
OnnxBuilder model_of(const OperatorCase& c);

}  // namespace inf::tests
