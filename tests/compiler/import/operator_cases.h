#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/compiler/import/build_onnx.h"

namespace inf::tests {

/// A run-time input of this shape; its values are `values_of(run, position)`.
struct Run {
  Dims dims;
  std::string type = "float";
  double low = -2, high = 2;  ///< integers: low included, high not
};
/// `noise(dims, position + 1, 2)` for floats; integers between the limits and booleans follow from the same noise.
std::vector<double> values_of(const Run& run, std::size_t position);

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
  std::string output_type = "float";
};

/// Every supported operator in the forms that its opsets and attributes allow.
std::vector<OperatorCase> operator_cases();
/// The part of them that transformers and recurrent models are made of.
std::vector<OperatorCase> sequence_cases();
OnnxBuilder model_of(const OperatorCase& c);

}  // namespace inf::tests
