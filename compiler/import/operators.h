#pragma once
#include <span>
#include <string_view>

#include "compiler/import/lowering.h"

namespace inf::compiler::importer {

/// One ONNX operator type that the importer takes.
struct OperatorRow {
  std::string_view type;
  int least_inputs, most_inputs;  ///< most_inputs -1: any number, and each is needed unless least_inputs is 0
  std::string_view
      attributes;  ///< the attributes whose meaning is handled (or has none at inference), separated by spaces
  void (*lower)(Lowering&);
};

/// Every supported operator, sorted by type.
std::span<const OperatorRow> operators();
const OperatorRow* find_operator(std::string_view type);

/// Checks one node, bodies included. Errors: Error{unsupported} for a type, domain or attribute that is not in the
/// table; Error{import} for a wrong number of inputs.
void check_node(const Model& model, const ModelNode& node);

/// The same for all nodes. Errors: the first node whose type is unknown is named first, with how many others there are.
void check_operators(const Model& model);

}  // namespace inf::compiler::importer
