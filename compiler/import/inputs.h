#pragma once
#include "compiler/import/model.h"
#include "compiler/import/onnx.h"

namespace inf::compiler::importer {

/// Static shape of each graph input, in the model's order, with the bindings applied.
/// Errors: Error{unsupported} listing every dimension that stays open, and for inputs that are no float tensors;
///         Error{usage} for a binding that names nothing in the model or contradicts it.
std::vector<Shape> bind_inputs(const Model& model, const ImportOptions& options);

/// Checks the shapes the importer found for the graph outputs against what the model declares.
/// Errors: Error{import} naming output, axis and both sizes.
void check_declared_output(const Model& model, const ModelValue& declared, const Shape& found);

}  // namespace inf::compiler::importer
