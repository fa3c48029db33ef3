#pragma once
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <vector>

namespace inf::workloads {

/// One attribute of an ONNX node, with the type that its value has.
void add_ints(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values);
void add_int(onnx::NodeProto& node, const char* name, std::int64_t value);
void add_float(onnx::NodeProto& node, const char* name, float value);
void add_string(onnx::NodeProto& node, const char* name, const char* value);

/// Name, element type and shape of a graph's input or output.
void describe(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& shape,
              onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT);

}  // namespace inf::workloads
