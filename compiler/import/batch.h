#pragma once
#include "compiler/import/model.h"
#include "compiler/import/onnx.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {

/// The options with the batch put to where it belongs: a symbol that leads an input is bound to it. A fixed leading
/// size gives way when inputs are bound.
/// Errors: Error{usage} when inputs lead with different fixed sizes, so that none of them is the batch.
ImportOptions bind_batch(const Model& model, const ImportOptions& options);

/// Checks that every output which led with the model's batch leads with the asked one.
/// Errors: Error{unsupported} naming the output.
void check_batch(const Model& model, const Graph& graph, std::int64_t batch);

/// The model at another batch fails where it works at its own: says that its batch is fixed inside, and why.
/// Errors: Error{unsupported} always.
[[noreturn]] void explain_fixed_batch(const Model& model, std::int64_t batch, const Error& why);

/// The fixed size that inputs lead with; 0 where they lead with symbols.
std::int64_t own_batch(const Model& model);

}  // namespace inf::compiler::importer
