#pragma once
#include <string>
#include <string_view>

#include "isa/arch/yaml_tree.h"

namespace inf::arch {

/// "FILE:LINE:COLUMN" as a place; line and column 1 of the whole text where it has no such end.
Place parse_place(const std::string& text);

/// A value that was said at `place`, as a node: every mistake found in it points there.
YamlNode yaml_value(const std::string& text, const Place& place);

/// The map under `key` of the map `tree`, which is made where there is none.
YamlNode& reach(YamlNode& tree, const std::string& key);

/// Puts `value` under the dotted `path` of the tree, in place of what is there; maps on the way are made.
/// Errors: config at the value's place where something on the way is no map.
void put(YamlNode& tree, std::string_view path, YamlNode value);

/// Takes away what is under the dotted `path`, if anything is.
void take_out(YamlNode& tree, std::string_view path);

/// A scalar as YAML: quoted where it has to be.
std::string yaml_text(const std::string& text);

/// The tree as a file that parse_yaml reads back to the same tree, but for places.
std::string to_yaml(const YamlNode& tree);

}  // namespace inf::arch
