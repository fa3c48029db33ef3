#pragma once
#include <optional>

#include "compiler/import/model.h"
#include "compiler/import/onnx.h"

namespace inf::compiler::importer {

/// Each graph input with its static shape, in the model's order, with the bindings applied. Floats of any width are
/// f32, int32 and int64 are i64.
/// Errors: Error{unsupported} listing every dimension that stays open, and for inputs of other types;
///         Error{usage} for a binding that names nothing in the model or contradicts it.
std::vector<Value> bind_inputs(const Model& model, const ImportOptions& options);

/// A value as a graph holds it, nullopt when its type is none of a graph's or a size is open.
std::optional<Value> static_value(const ModelValue& v);

/// Checks the shapes the importer found for the graph outputs against what the model declares.
/// Errors: Error{import} naming output, axis and both sizes.
void check_declared_output(const Model& model, const ModelValue& declared, const Shape& found);

}  // namespace inf::compiler::importer
