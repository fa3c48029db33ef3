#include <doctest/doctest.h>

#include "isa/arch/yaml_reader.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"

using namespace inf;
using namespace inf::arch;

namespace {

constexpr std::string_view kColours[] = {"red", "green"};

struct Read {
  std::int64_t count = 0, other = 0;
  double ratio = 0;
  bool flag = false;
  int colour = 0;
  std::string name;
  std::vector<std::string> words;
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> items;
  bool nested = false;
};

Read read(const std::string& yaml) {
  const YamlNode tree = parse_yaml(yaml, "w.yaml");
  Problems problems("w.yaml");
  Section root(tree, "", problems);
  Read r;
  r.count = root.integer("count", 1, 8);
  r.other = root.integer_or("other", 5, 0, 9);
  r.ratio = root.number_or("ratio", 0.5, 0, 1);
  r.flag = root.boolean_or("flag", true);
  r.colour = root.choice_or("colour", 1, kColours);
  r.name = root.text_or("name", "none");
  r.words = root.texts_or("words", {"a"});
  if (root.has("sizes")) r.sizes = root.integers("sizes", 1, 100);
  if (root.has("items"))
    for (Section& item : root.sections("items")) {
      r.items.push_back(item.integer("n", 0, 9));
      item.finish();
    }
  if (auto nested = root.section_or_none("nested")) {
    r.nested = true;
    nested->text("must");
    nested->finish();
  }
  root.finish();
  problems.throw_if_any();
  return r;
}

}  // namespace

TEST_CASE("values and fallbacks") {
  const Read least = read("count: 3");
  CHECK(least.count == 3);
  CHECK(least.other == 5);
  CHECK(least.ratio == 0.5);
  CHECK(least.flag);
  CHECK(least.colour == 1);
  CHECK(least.words == std::vector<std::string>{"a"});
  const Read most = read(
      "count: +8\nother: 0\nratio: 1e-1\nflag: false\ncolour: red\nname: 'x y'\nwords: [b, c]\nsizes: [1, 100]\nitems: "
      "[{n: 4}, {n: 5}]\nnested: {must: 1}\n");
  CHECK(most.count == 8);
  CHECK(most.ratio == 0.1);
  CHECK_FALSE(most.flag);
  CHECK(most.colour == 0);
  CHECK(most.name == "x y");
  CHECK(most.sizes == std::vector<std::int64_t>{1, 100});
  CHECK(most.items == std::vector<std::int64_t>{4, 5});
  CHECK(most.nested);
}

TEST_CASE("mistakes") {
  struct Row {
    std::string name, yaml, says;
  };
  const Row rows[] = {
      {"missing", "other: 1", "w.yaml:1:1: count is missing"},
      {"low", "count: 0", "w.yaml:1:8: count = 0 is outside 1..8"},
      {"huge", "count: 99999999999999999999", "w.yaml:1:8: count = 99999999999999999999 is not a whole number"},
      {"list for a number", "count: [1]", "w.yaml:1:8: count is a list; a whole number is needed"},
      {"nothing for a number", "count:\n", "w.yaml:1:1: count is empty; a whole number is needed"},
      {"number", "count: 1\nratio: 1.5", "w.yaml:2:8: ratio = 1.5 is outside 0..1"},
      {"NaN", "count: 1\nratio: nan", "w.yaml:2:8: ratio = nan is not a number"},
      {"boolean", "count: 1\nflag: on", "w.yaml:2:7: flag = on is neither true nor false"},
      {"choice", "count: 1\ncolour: greem", "w.yaml:2:9: colour = greem is none of red, green; did you mean 'green'?"},
      {"text for a list", "count: 1\nwords: a", "w.yaml:2:8: words is a single value; a list is needed"},
      {"map in a list of text", "count: 1\nwords: [{a: 1}]", "w.yaml:2:9: words[0] is a map; text is needed"},
      {"integer in a list", "count: 1\nsizes: [1, 101, x]",
       "w.yaml:2:12: sizes[1] = 101 is outside 1..100\n  w.yaml:2:17: sizes[2] = x is not a whole number"},
      {"section in a list", "count: 1\nitems: [{n: 1}, {m: 1}]",
       "w.yaml:2:17: items[1].n is missing\n  w.yaml:2:18: unknown key items[1].m; did you mean 'n'?"},
      {"nested", "count: 1\nnested: {}", "w.yaml:2:9: nested.must is missing"},
      {"unknown", "count: 1\ncolor: red", "w.yaml:2:1: unknown key color; did you mean 'colour'?"},
      {"unknown and far", "count: 1\nzzzzzz: red", "w.yaml:2:1: unknown key zzzzzz"},
      {"alias in its own map", "count: 1\nnested: &m {must: 1, x: *m}",
       "w.yaml:2:9: nested more than 64 deep; an alias must not stand inside what it names"},
      {"alias in its own list", "&a [*a]",
       "w.yaml:1:1: nested more than 64 deep; an alias must not stand inside what it names"},
      {"repeated", "count: 1\ncount: 2", "w.yaml:2:1: count is repeated; it is first given on line 1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string says = "read";
    try {
      read(row.yaml);
    } catch (const Error& error) {
      says = error.what();
    }
    CHECK(says == row.says);
  }
}

TEST_CASE("nested aliases do not blow up") {
  std::string yaml = "a0: &a0 [x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string p = std::string("*a").append(std::to_string(i - 1));
    yaml.append("a").append(std::to_string(i)).append(": &a").append(std::to_string(i)).append(" [") += p;
    for (int k = 0; k < 9; ++k) yaml += ", " + p;
    yaml += "]\n";
  }
  CHECK_THROWS_WITH_AS(parse_yaml(yaml, "b.yaml"), doctest::Contains("more than 1000000 nodes"), Error);
}

TEST_CASE("the nearest known name") {
  const std::vector<std::string> names = {"rows", "columns", "max_moving", "multiply", "lt"};
  struct Row {
    std::string word, near;
  };
  const Row rows[] = {{"row", "rows"},      {"colums", "columns"}, {"max_mowing", "max_moving"},
                      {"mult", "multiply"}, {"zzzzz", ""},         {"rows", "rows"}};
  for (const Row& row : rows) {
    CAPTURE(row.word);
    CHECK(nearest(row.word, names) == row.near);
  }
}
