#include "isa/arch/yaml_tree.h"

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include <fstream>

#include "isa/base/error.h"

namespace inf::arch {
namespace {

// An alias is copied where it is used; nested aliases could otherwise blow up without bound.
constexpr int kMaxNodes = 1'000'000;
// An alias may name a node that it lies in; its copy would have no end.
constexpr int kMaxDepth = 64;

/// yaml-cpp counts from 0 and says -1 where it does not know.
Place place_of(const YAML::Mark& mark, Place otherwise) {
  return mark.line < 0 ? otherwise : Place{mark.line + 1, mark.column + 1};
}

std::string at(const std::string& file, Place place) { return fmt::format("{}:{}:{}", file, place.line, place.column); }

YamlNode convert(const YAML::Node& node, Place parent, const std::string& file, int& budget, int depth = 0) {
  YamlNode result;
  result.place = place_of(node.Mark(), parent);
  if (--budget < 0)
    throw Error(ErrorKind::config, at(file, result.place), fmt::format("more than {} nodes", kMaxNodes));
  if (depth > kMaxDepth && (node.IsMap() || node.IsSequence()))
    throw Error(ErrorKind::config, at(file, result.place),
                fmt::format("nested more than {} deep; an alias must not stand inside what it names", kMaxDepth));
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null: result.place = parent; break;  // its own mark is that of the next token
    case YAML::NodeType::Scalar:
      result.kind = YamlNode::Kind::scalar;
      result.text = node.Scalar();
      break;
    case YAML::NodeType::Sequence:
      result.kind = YamlNode::Kind::list;
      for (const YAML::Node& item : node) result.items.push_back(convert(item, result.place, file, budget, depth + 1));
      break;
    case YAML::NodeType::Map:
      result.kind = YamlNode::Kind::map;
      for (const auto& entry : node) {
        const Place place = place_of(entry.first.Mark(), result.place);
        if (!entry.first.IsScalar()) throw Error(ErrorKind::config, at(file, place), "a key must be plain text");
        result.entries.push_back({entry.first.Scalar(), place, convert(entry.second, place, file, budget, depth + 1)});
      }
      break;
  }
  return result;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

YamlNode parse_yaml(const std::string& text, const std::string& file_name) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      throw Error(ErrorKind::config, at(file_name, place_of(documents[1].Mark(), {})),
                  "a second document; one file holds one");
    int budget = kMaxNodes;
    return documents.empty() ? YamlNode{} : convert(documents[0], {}, file_name, budget);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::config, at(file_name, place_of(error.mark, {})), "not YAML: " + error.msg);
  }
}

std::string read_text(const std::filesystem::path& file) {
  std::error_code ignored;
  std::ifstream in(file, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(file, ignored))
    throw Error(ErrorKind::usage, file.string(), "cannot be read; give the path of a file that exists");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

YamlNode load_yaml(const std::filesystem::path& file) { return parse_yaml(read_text(file), file.string()); }

}  // namespace inf::arch
