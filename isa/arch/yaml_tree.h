#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace inf::arch {

/// A place in a file, counted from 1.
struct Place {
  int line = 1, column = 1;
  std::shared_ptr<const std::string> file;  ///< where it is another one than the tree's: a value put into it
};

/// One YAML node with its place. A map keeps its entries in file order, repeated keys included.
struct YamlNode {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  Place place;
  std::string text;             ///< scalar only
  std::vector<YamlNode> items;  ///< list only
  std::vector<Entry> entries;   ///< map only

  /// First entry with this key, null where there is none.
  const YamlNode* find(std::string_view key) const;
};
struct YamlNode::Entry {
  std::string key;
  Place place;
  YamlNode value;
};

/// Errors: config when the text is not YAML, with file, line and column; several documents in one file.
YamlNode parse_yaml(const std::string& text, const std::string& file_name);
/// The whole file. Errors: usage when it cannot be read.
std::string read_text(const std::filesystem::path& file);
/// Errors: usage when the file cannot be read; then as parse_yaml.
YamlNode load_yaml(const std::filesystem::path& file);

}  // namespace inf::arch
