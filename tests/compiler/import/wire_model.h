#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inf::tests {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// A node of an ONNX file as its bytes say, with the nodes of its bodies.
struct WireNode {
  std::string name, type, doc;
  Properties metadata;  ///< field 9
  std::vector<WireNode> inner;
};

/// What annotations touch in an ONNX file, read from the protobuf wire format itself: field numbers of onnx.proto, no
/// protobuf library and no ONNX library, so that no version of either hides a field.
struct WireModel {
  Properties metadata;
  std::vector<WireNode> nodes;
};
WireModel read_wire(std::string_view bytes);

/// The value of a key; "" without it.
std::string value_of(const Properties& properties, std::string_view key);

}  // namespace inf::tests
