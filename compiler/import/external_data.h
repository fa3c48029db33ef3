#pragma once
#include <cstdint>
#include <string>

#include "compiler/import/onnx_tensor.h"

namespace onnx {
class GraphProto;
}

namespace inf::compiler::importer {

/// Does the tensor keep its values in a file beside the model?
bool is_external(const onnx::TensorProto& proto);

/// Reads the `expected` bytes of such a tensor into `to`; `place` stands for it in messages.
/// Errors: import for entries that make no sense, another length, a file outside the model's folder or too short; usage
/// for a file that cannot be read.
void read_external(const onnx::TensorProto& proto, const std::string& place, const Origin& origin,
                   std::int64_t expected, char* to);

/// Brings the tensors of a graph and its bodies that lie in files into the graph. Errors: as read_external; unsupported
/// beyond the 2 GiB that one file can hold.
void take_in_external(onnx::GraphProto& graph, const Origin& origin);

}  // namespace inf::compiler::importer
