#include "tools/workflow/profile/chip_diff.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tests/tools/workflow/profile/made_profile.h"
#include "tools/workflow/files.h"
#include "tools/workflow/profile/last_profile.h"
#include "tools/workflow/profile/profile_db.h"

namespace inf::workflow {
namespace {

namespace fs = std::filesystem;

arch::ChipSpec chip(const std::string& name) { return arch::load_chip(find_config("chips", name, {}, "test")); }

/// A folder that is removed again.
struct Scratch {
  fs::path folder = fs::temp_directory_path() / fs::path("inf_sim_dependence");
  Scratch() { fs::create_directories(folder); }
  ~Scratch() { fs::remove_all(folder); }
};

/// A profile on `of` whose latency follows two parameters.
Profile dependent(const arch::ChipSpec& of) {
  Profile p = made_profile({made_operator("a")}, {{1000, "tensor", 0, "datapath"}}, 5600);
  p.chip = of.name, p.chip_title = of.title, p.chip_hash = of.hash();
  p.model = "craft 768x768";
  WhatIf clock{.parameter = "tensor.clock_mhz", .unit = "MHz", .value = 2800, .lower = 2520, .upper = 3080};
  clock.ticks_lower = 1090, clock.ticks_upper = 920, clock.elasticity = -0.85, clock.method = "replayed";
  // a step of two of sixteen is no tenth: the elasticity tells
  WhatIf engines{.parameter = "dma.engines", .unit = "engines", .value = 16, .lower = 14, .upper = 18};
  engines.ticks_lower = 1010, engines.ticks_upper = 1000, engines.elasticity = -0.04, engines.method = "replayed";
  p.what_if = {clock, engines};
  return p;
}

TEST_CASE("two chips: parameters that differ, with ratio and both sources") {
  const arch::ChipSpec inf1 = chip("inf1"), inf2 = chip("inf2");
  bool clock = false, only_there = false;
  for (const ChipDiffRow& row : chip_diff(inf1, inf2)) {
    if (row.path == "tensor.clock_mhz") {
      clock = true;
      CHECK(row.a == "1000");
      CHECK(row.b == "2800");
      CHECK(*row.ratio == doctest::Approx(2.8));
      CHECK_FALSE(row.source_a.empty());
      CHECK_FALSE(row.source_b.empty());
    }
    if (row.path.starts_with("gpsimd.")) {
      only_there = true;
      CHECK(row.a.empty());
      CHECK_FALSE(row.b.empty());
      CHECK_FALSE(row.ratio);
    }
  }
  CHECK(clock);
  CHECK(only_there);
}

TEST_CASE("a chip differs in nothing from itself") {
  const arch::ChipSpec inf2 = chip("inf2");
  for (const ChipDiffRow& row : chip_diff(inf2, inf2)) CHECK(row.same());
  CHECK(chip_diff_text(inf2, inf2, false, {}).find("0 of ") != std::string::npos);
  CHECK(nlohmann::json::parse(chip_diff_json(inf2, inf2, false, {}))["parameters"].empty());
  CHECK(nlohmann::json::parse(chip_diff_json(inf2, inf2, true, {}))["parameters"].size() ==
        chip_diff(inf2, inf2).size());
}

TEST_CASE("what a run depends on, from its profile") {
  const Scratch scratch;
  const arch::ChipSpec inf2 = chip("inf2");
  const fs::path file = scratch.folder / "run.db";
  write_profile(dependent(inf2), RecordedRun{}, file);
  const Dependence d = dependence_of(file, inf2);
  CHECK(d.run == "craft 768x768, run.db");
  CHECK(*d.for_ten_percent("tensor.clock_mhz") == doctest::Approx(-0.08));
  CHECK(*d.for_ten_percent("dma.engines") == doctest::Approx(-0.004));
  CHECK_FALSE(d.for_ten_percent("sbuf.partitions"));
  CHECK(d.elasticity_text("tensor.clock_mhz") == "-0.850");
  CHECK(d.ten_percent_text("tensor.clock_mhz") == "-8.00 %");
  CHECK(d.elasticity_text("sbuf.partitions") == "-");
}

TEST_CASE("a run on another chip, and one without what-ifs, are refused") {
  const Scratch scratch;
  const arch::ChipSpec inf1 = chip("inf1"), inf2 = chip("inf2");
  const fs::path file = scratch.folder / "run.db";
  write_profile(dependent(inf2), RecordedRun{}, file);
  try {
    dependence_of(file, inf1);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.message().find("inf2") != std::string::npos);
    CHECK(error.message().find("inf1") != std::string::npos);
  }
  Profile bare = dependent(inf2);
  bare.what_if.clear();
  write_profile(bare, RecordedRun{}, file);
  CHECK_THROWS_AS(dependence_of(file, inf2), Error);
  CHECK_THROWS_AS(dependence_of(scratch.folder / "none.db", inf2), Error);
}

TEST_CASE("the last profile is remembered while it is there and of this chip") {
  const Scratch scratch;
  const arch::ChipSpec inf1 = chip("inf1"), inf2 = chip("inf2");
  ::setenv("XDG_CACHE_HOME", (scratch.folder / "cache").c_str(), 1);
  CHECK_FALSE(last_profile());
  CHECK_FALSE(last_dependence(inf2));
  const fs::path file = scratch.folder / "run.db";
  write_profile(dependent(inf2), RecordedRun{}, file);
  remember_profile(file);
  CHECK(*last_profile() == file);
  CHECK(last_dependence(inf2)->run == "craft 768x768, run.db");
  CHECK_FALSE(last_dependence(inf1));
  std::ofstream(file) << "no database";
  CHECK_FALSE(last_dependence(inf2));
  fs::remove(file);
  CHECK_FALSE(last_profile());
  ::unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace inf::workflow
