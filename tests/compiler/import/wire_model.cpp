#include "tests/compiler/import/wire_model.h"

#include <cstdint>
#include <stdexcept>

namespace inf::tests {
namespace {

std::uint64_t varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) throw std::runtime_error("the message ends inside a number");
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  throw std::runtime_error("a number of more than 64 bits");
}

std::string_view take(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) throw std::runtime_error("the message ends inside a field");
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

/// Calls visit(number, bytes) for the fields that have a length; passes over the others.
template <class Visit>
void for_each_field(std::string_view bytes, Visit&& visit) {
  while (!bytes.empty()) {
    const std::uint64_t tag = varint(bytes);
    switch (tag & 7) {
      case 0: varint(bytes); break;
      case 1: take(bytes, 8); break;
      case 2: visit(tag >> 3, take(bytes, varint(bytes))); break;
      case 5: take(bytes, 4); break;
      default: throw std::runtime_error("no protobuf field");
    }
  }
}

std::pair<std::string, std::string> read_entry(std::string_view bytes) {
  std::pair<std::string, std::string> entry;
  for_each_field(bytes, [&](std::uint64_t number, std::string_view value) {
    if (number == 1) entry.first = value;
    if (number == 2) entry.second = value;
  });
  return entry;
}

std::vector<WireNode> read_graph(std::string_view bytes);

WireNode read_node(std::string_view bytes) {
  WireNode node;
  for_each_field(bytes, [&](std::uint64_t number, std::string_view value) {
    if (number == 3) node.name = value;
    if (number == 4) node.type = value;
    if (number == 6) node.doc = value;
    if (number == 9) node.metadata.push_back(read_entry(value));
    if (number != 5) return;
    for_each_field(value, [&](std::uint64_t of_attribute, std::string_view graph) {
      if (of_attribute != 6) return;
      const std::vector<WireNode> inner = read_graph(graph);
      node.inner.insert(node.inner.end(), inner.begin(), inner.end());
    });
  });
  return node;
}

std::vector<WireNode> read_graph(std::string_view bytes) {
  std::vector<WireNode> nodes;
  for_each_field(bytes, [&](std::uint64_t number, std::string_view value) {
    if (number == 1) nodes.push_back(read_node(value));
  });
  return nodes;
}

}  // namespace

WireModel read_wire(std::string_view bytes) {
  WireModel model;
  for_each_field(bytes, [&](std::uint64_t number, std::string_view value) {
    if (number == 14) model.metadata.push_back(read_entry(value));
    if (number == 7) model.nodes = read_graph(value);
  });
  return model;
}

std::string value_of(const Properties& properties, std::string_view key) {
  for (const auto& [name, value] : properties)
    if (name == key) return value;
  return {};
}

}  // namespace inf::tests
