#pragma once
#include <filesystem>
#include <string>

#include "compiler/import/model.h"

namespace onnx {
class TensorProto;
}

namespace inf::compiler::importer {

/// Where a model lives: its name in messages, the folder that external data is relative to (empty for a model in
/// memory), and the opset that its bodies share.
struct Origin {
  std::string file;
  std::filesystem::path folder;
  std::int64_t opset = 0;
};

/// Values of a TensorProto in any float, integer or bool type, from raw data, typed fields or an external file;
/// releases the proto's raw data. Errors: Error{import} naming the tensor for a wrong amount of data, NaN, infinity in
/// a tensor of more than one element, or a value outside fp32; Error{usage} for an external file that is missing or too
/// short; Error{unsupported} for strings and complex numbers.
Tensor read_tensor(onnx::TensorProto& proto, const std::string& name, const Origin& origin);

/// ONNX's word for an element type number, e.g. "float16".
std::string type_name(int onnx_type);

}  // namespace inf::compiler::importer
