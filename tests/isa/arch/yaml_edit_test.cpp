#include "isa/arch/yaml_edit.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::arch;

namespace {

bool same(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() || a.entries.size() != b.entries.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same(a.items[i], b.items[i])) return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i)
    if (a.entries[i].key != b.entries[i].key || !same(a.entries[i].value, b.entries[i].value)) return false;
  return true;
}

}  // namespace

TEST_CASE("places") {
  const struct {
    const char* text;
    const char* file;
    int line, column;
  } rows[] = {
      {"a.yaml:12:5", "a.yaml", 12, 5},
      {"C:/a:b.yaml:1:22", "C:/a:b.yaml", 1, 22},
      {"a.yaml", "a.yaml", 1, 1},
      {"a.yaml:7", "a.yaml:7", 1, 1},
      {":3:4", "", 3, 4},
      {"", "", 1, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Place place = parse_place(row.text);
    CHECK(*place.file == row.file);
    CHECK(place.line == row.line);
    CHECK(place.column == row.column);
  }
}

TEST_CASE("a tree is written as the tree that is read") {
  const char* const rows[] = {
      "a: 1\nb: {c: [x, y, {z: ~}], d: \"a \\\"quoted\\\" \\\\ text\"}\n",
      "e: {}\nf: []\ng: ''\nh: \"null\"\ni: null\nj: '# no comment'\nk: 'a: b'\n",
      "text: |\n  two\n  lines\nunit: µs\nminus: -1.5e-3\n? 'key: with colon'\n: yes\n",
      "- a\n- b: c\n",
      "deep: {er: {and: {down: {here: [1, [2, [3]]]}}}}\n",
      "{}",
      "",
  };
  for (const char* row : rows) {
    CAPTURE(row);
    const YamlNode tree = parse_yaml(row, "a.yaml");
    const std::string text = to_yaml(tree);
    CAPTURE(text);
    CHECK(same(parse_yaml(text, "b.yaml"), tree));
  }
}

TEST_CASE("values are put in, with the place where they were said") {
  const struct {
    const char* tree;
    const char* path;
    const char* value;
    const char* want;
  } rows[] = {
      {"a: 1", "a", "2", "a: 2"},
      {"a: 1", "b", "[x, y]", "a: 1\nb: [x, y]"},
      {"a: {b: 1, c: 2}", "a.b", "3", "a: {b: 3, c: 2}"},
      {"a: {b: 1}", "x.y.z", "3", "a: {b: 1}\nx: {y: {z: 3}}"},
      {"", "x.y", "{a: b}", "x: {y: {a: b}}"},
      {"a:", "a.b", "1", "a: {b: 1}"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.tree);
    CAPTURE(row.path);
    YamlNode tree = parse_yaml(row.tree, "a.yaml");
    put(tree, row.path, yaml_value(row.value, parse_place("s.yaml:4:9")));
    CHECK(same(tree, parse_yaml(row.want, "a.yaml")));
    const YamlNode* node = &tree;
    for (std::string_view rest = row.path; !rest.empty();) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      node = node->find(rest.substr(0, dot));
      REQUIRE(node != nullptr);
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    REQUIRE(node->place.file);
    CHECK(*node->place.file == "s.yaml");
    CHECK(node->place.line == 4);
  }
  YamlNode tree = parse_yaml("a: [1, 2]", "a.yaml");
  CHECK_THROWS_WITH_AS(put(tree, "a.b", yaml_value("1", parse_place("s.yaml:4:9"))),
                       doctest::Contains("s.yaml:4:9: a.b cannot be set: a is no map of keys"), Error);
}

TEST_CASE("values are taken out") {
  YamlNode tree = parse_yaml("a: {b: 1, c: 2}\nd: 3", "a.yaml");
  take_out(tree, "a.b");
  take_out(tree, "d");
  take_out(tree, "x.y");
  CHECK(same(tree, parse_yaml("a: {c: 2}", "a.yaml")));
}
