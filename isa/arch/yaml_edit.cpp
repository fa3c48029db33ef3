#include "isa/arch/yaml_edit.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "isa/base/error.h"
#include "isa/base/read_number.h"

namespace inf::arch {
namespace {

std::string place_text(const Place& place) {
  return fmt::format("{}:{}:{}", place.file ? *place.file : "", place.line, place.column);
}

void move_to(YamlNode& node, const Place& place) {
  node.place = place;
  for (YamlNode& item : node.items) move_to(item, place);
  for (YamlNode::Entry& entry : node.entries) {
    entry.place = place;
    move_to(entry.value, place);
  }
}

YamlNode::Entry* entry_of(YamlNode& node, std::string_view key) {
  const auto at = std::find_if(node.entries.begin(), node.entries.end(),
                               [&](const YamlNode::Entry& entry) { return entry.key == key; });
  return at == node.entries.end() ? nullptr : &*at;
}

/// Text that YAML takes as it stands, and as text.
bool plain(const std::string& text) {
  const auto harmless = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/';
  };
  if (text.empty() || !harmless(text.front())) return false;
  if (text == "null" || text == "Null" || text == "NULL") return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return harmless(c) || c == '-' || c == '+'; });
}

std::string flow(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::null: return "~";
    case YamlNode::Kind::scalar: return yaml_text(node.text);
    case YamlNode::Kind::list:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + flow(item);
      return fmt::format("[{}]", text);
    case YamlNode::Kind::map:
      for (const YamlNode::Entry& entry : node.entries)
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", yaml_text(entry.key), flow(entry.value));
      return fmt::format("{{{}}}", text);
  }
  return text;
}

void block(const YamlNode& map, const std::string& indent, std::string& text) {
  for (const YamlNode::Entry& entry : map.entries) {
    text += fmt::format("{}{}:", indent, yaml_text(entry.key));
    if (entry.value.kind == YamlNode::Kind::map && !entry.value.entries.empty()) {
      text += '\n';
      block(entry.value, indent + "  ", text);
    } else {
      text += fmt::format(" {}\n", flow(entry.value));
    }
  }
}

}  // namespace

std::string yaml_text(const std::string& text) {
  if (plain(text)) return text;
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (code < 0x20 || code == 0x7f)
      out += fmt::format("\\x{:02x}", code);
    else
      out += c;
  }
  return out + "\"";
}

YamlNode& reach(YamlNode& tree, const std::string& key) {
  if (YamlNode::Entry* entry = entry_of(tree, key)) return entry->value;
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.place = tree.place;
  tree.entries.push_back({key, tree.place, std::move(map)});
  return tree.entries.back().value;
}

Place parse_place(const std::string& text) {
  Place place;
  std::size_t end = text.size();
  int* const parts[] = {&place.column, &place.line};
  for (int* part : parts) {
    const std::size_t colon = end == 0 ? std::string::npos : text.rfind(':', end - 1);
    const auto number = colon == std::string::npos
                            ? std::nullopt
                            : read_number<int>(std::string_view(text).substr(colon + 1, end - colon - 1));
    if (!number) {
      place = {};
      end = text.size();
      break;
    }
    *part = *number;
    end = colon;
  }
  place.file = std::make_shared<const std::string>(text.substr(0, end));
  return place;
}

YamlNode yaml_value(const std::string& text, const Place& place) {
  try {
    YamlNode node = parse_yaml(text, "");
    move_to(node, place);
    return node;
  } catch (const Error& error) {
    throw Error(error.kind(), place_text(place), error.message());
  }
}

void put(YamlNode& tree, std::string_view path, YamlNode value) {
  YamlNode* node = &tree;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t dot = std::min(path.find('.', start), path.size());
    const std::string key(path.substr(start, dot - start));
    if (node->kind == YamlNode::Kind::null) node->kind = YamlNode::Kind::map, node->place = value.place;
    if (node->kind != YamlNode::Kind::map)
      throw Error(
          ErrorKind::config, place_text(value.place),
          fmt::format("{} cannot be set: {} is no map of keys", path, path.substr(0, start == 0 ? 0 : start - 1)));
    YamlNode::Entry* entry = entry_of(*node, key);
    if (entry == nullptr) {
      node->entries.push_back({key, value.place, {}});
      entry = &node->entries.back();
    }
    node = &entry->value;
    if (dot == path.size()) entry->place = value.place;
    start = dot + 1;
  }
  *node = std::move(value);
}

void take_out(YamlNode& tree, std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    std::erase_if(tree.entries, [&](const YamlNode::Entry& entry) { return entry.key == path; });
    return;
  }
  if (YamlNode::Entry* entry = entry_of(tree, path.substr(0, dot))) take_out(entry->value, path.substr(dot + 1));
}

std::string to_yaml(const YamlNode& tree) {
  if (tree.kind != YamlNode::Kind::map || tree.entries.empty()) return flow(tree) + "\n";
  std::string text;
  block(tree, "", text);
  return text;
}

}  // namespace inf::arch
