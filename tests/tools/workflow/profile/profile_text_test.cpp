#include "tools/workflow/profile/profile_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/workflow/profile/made_profile.h"
#include "tools/workflow/profile/breakdown_text.h"
#include "tools/workflow/profile/text_parts.h"

namespace inf::workflow {
namespace {

Profile many_operators() {
  std::vector<ProfileOperator> ops;
  std::vector<MadeStretch> path;
  for (int i = 0; i < 40; ++i) {
    ops.push_back(made_operator("/net/block" + std::to_string(i) + "/conv", {}, "/net/block" + std::to_string(i / 4)));
    path.push_back({1000 + i * 37, "dma", i, "dma data"});
    path.push_back({777 + i * 13, "tensor", i, "datapath"});
  }
  Profile p = made_profile(ops, path, 5600);
  p.engines = {{"tensor", p.ns(20'000), 0, 40, {{"dma", p.ns(30'000)}}}, {"dma", p.ns(50'000), 0, 40, {}}};
  p.usage = {{"SBUF", "bytes", 1000, {{0, 500}, {p.ticks / 2, 900}}, 0, 0},
             {"device memory read", "bytes/ns", 272, {{0, 100}}, 0, 0}};
  p.warnings = {"something is odd"};
  return p;
}

/// The column of a table's rows: a whole number of its last decimal.
std::int64_t number(std::string cell) {
  std::erase_if(cell, [](char c) { return c == ' ' || c == '.'; });
  return std::stoll(cell);
}

TEST_CASE("the printed rows of a table add up to its last one") {
  const Profile p = many_operators();
  for (const By by : {By::engine, By::layer, By::cause}) {
    for (const std::size_t top : {2u, 5u, 100u}) {
      CAPTURE(std::string(name(by)));
      std::istringstream lines(breakdown_text(p, by, top));
      std::string line;
      std::int64_t sum = 0, all = 0;
      while (std::getline(lines, line)) {
        // "  name   us  share %": the number in front of the share
        const std::size_t percent = line.find(" %");
        if (percent == std::string::npos) continue;
        std::istringstream cells(line);
        std::string cell, us;
        for (std::string last; cells >> cell && cell.find('%') == std::string::npos; last = cell) us = last;
        (line.starts_with("  all") ? all : sum) += number(us);
      }
      CHECK(all > 0);
      CHECK(sum == all);
    }
  }
}

TEST_CASE("the summary has all its parts, in lines that fit") {
  const std::string text = profile_text(many_operators(), {});
  for (const char* part : {"Findings", "By engine", "By cause", "By layer", "By operator", "Engines", "Critical path",
                           "SBUF over time: peak 900.0 B of 1.000 kB (90.0 %)", "device memory read", "Warnings"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 150, line);
}

TEST_CASE("one table alone") {
  ProfileTextOptions options;
  options.by = By::layer;
  const std::string text = profile_text(many_operators(), options);
  CHECK(text.find("By layer") != std::string::npos);
  CHECK(text.find("By engine") == std::string::npos);
  CHECK(text.find("Findings") == std::string::npos);
}

TEST_CASE("without a critical path the summary says how to get one") {
  Profile p = many_operators();
  p.path.clear();
  p.operators[0].use.added_ns = p.ns(p.ticks);
  const std::string text = profile_text(p, {});
  CHECK(text.find("no critical path") != std::string::npos);
  CHECK(text.find("--profile-level instruction") != std::string::npos);
  CHECK(text.find("By operator") != std::string::npos);
  CHECK(text.find("By cause") == std::string::npos);
  CHECK(text.find("not looked for: they need a profile of --profile-level instruction") != std::string::npos);
  CHECK(text.find("none: nothing") == std::string::npos);
}

TEST_CASE("the document's parts add up in ticks") {
  const Profile p = many_operators();
  const auto json = nlohmann::json::parse(profile_json(p, {}));
  for (const char* by : {"by_engine", "by_cause", "by_layer", "by_operator"}) {
    CAPTURE(by);
    std::int64_t ticks = 0;
    for (const auto& part : json[by]) ticks += part["ticks"].get<std::int64_t>();
    CHECK(ticks == p.ticks);
  }
  std::int64_t at = 0;
  for (const auto& s : json["path"]) {
    CHECK(s["from_ticks"] == at);
    at = s["to_ticks"];
  }
  CHECK(at == p.ticks);
}

TEST_CASE("text is broken between words, names keep their ends") {
  CHECK(wrapped("- ", "aa bb cc", 7) == "- aa bb\n  cc\n");
  CHECK(wrapped("", "longword a", 4) == "longword\na\n");
  CHECK(wrapped("", "memory 15.8 %", 12) == "memory\n15.8 %\n");
  CHECK(wrapped("", "with 15 164 descriptors", 10) == "with\n15 164\ndescriptors\n");
  CHECK(wrapped("", "a 1 234.5 us, b", 8) == "a\n1 234.5 us,\nb\n");
  CHECK(wrapped("", "1 2 abc 12. 345", 5) == "1 2\nabc\n12.\n345\n");
  CHECK(shortened("/a/long/name", 8) == "..g/name");
  CHECK(shortened("short", 8) == "short");
  CHECK(bar(0.5, 10) == "#####");
  CHECK(bar(0.001, 10) == "-");
  CHECK(bar(0, 10).empty());
}

}  // namespace
}  // namespace inf::workflow
