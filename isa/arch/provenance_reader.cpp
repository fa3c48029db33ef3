#include "isa/arch/provenance_reader.h"

#include <fmt/core.h>

#include <sstream>

namespace inf::arch {
namespace {

constexpr std::string_view kMarks[] = {"documented", "derived", "assumed", "fitted"};
constexpr double kAny = 1e18;

void read_range(Section& entry, Provenance& from) {
  const YamlNode* node = entry.node_or_null("range");
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::list || node->items.size() != 2)
    return entry.mistake("range", "is not [low, high]");
  double bounds[2] = {};
  for (int i = 0; i < 2; ++i) {
    std::istringstream in(node->items[static_cast<std::size_t>(i)].text);
    if (!(in >> bounds[i]) || !in.eof()) return entry.mistake("range", "is not [low, high] in numbers");
  }
  if (bounds[0] > bounds[1])
    return entry.mistake("range", fmt::format("runs from {} down to {}", bounds[0], bounds[1]));
  from.range = Uncertainty{bounds[0], bounds[1]};
}

}  // namespace

Provenance read_provenance(Section& entry, std::string path, std::string_view unit) {
  Provenance from;
  from.path = std::move(path);
  from.unit = unit;
  if (entry.has("unit") && entry.text("unit") != unit)
    entry.mistake("unit", fmt::format("is not the parameter's unit, {}", unit));
  from.mark = static_cast<Mark>(entry.choice("mark", kMarks));
  from.source = entry.text("source");
  if (entry.has("source") && from.source.empty()) entry.mistake("source", "is empty; say where the value comes from");
  read_range(entry, from);
  return from;
}

std::string yaml_quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string provenance_yaml(const Provenance& from) {
  std::string text = from.unit.empty() || from.unit == "-" ? "" : fmt::format(", unit: {}", from.unit);
  text += fmt::format(", mark: {}, source: {}", name(from.mark), yaml_quoted(from.source));
  if (from.range) text += fmt::format(", range: [{}, {}]", from.range->low, from.range->high);
  return text;
}

}  // namespace inf::arch
