#pragma once
#include <span>
#include <string_view>

#include "compiler/import/lowering.h"

namespace inf::compiler::importer {

/// One ONNX operator type that the importer takes.
struct OperatorRow {
  std::string_view type;
  int least_inputs, most_inputs;  ///< most_inputs -1: any number
  std::string_view
      attributes;  ///< the attributes whose meaning is handled (or has none at inference), separated by spaces
  void (*lower)(Lowering&);
};

/// Every supported operator, sorted by type.
std::span<const OperatorRow> operators();
const OperatorRow* find_operator(std::string_view type);

/// Errors: Error{unsupported} naming every node of the model whose type, domain or attributes are not in the table.
void check_operators(const Model& model);

}  // namespace inf::compiler::importer
