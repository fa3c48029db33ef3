#include <doctest/doctest.h>

#include "isa/arch/instance.h"
#include "isa/arch/yaml_tree.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::arch;

namespace {

const std::string kFile = INF_SOURCE_DIR "/configs/instances/inf2.yaml";

std::string error_with(const std::string& from, const std::string& to) {
  std::string text = read_text(kFile);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  try {
    parse_instances(text, kFile);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    // Less the path and the line, which the first row checks.
    return error.message();
  }
  return "read";
}

}  // namespace

TEST_CASE("inf2 instances") {
  const std::vector<InstanceSpec> sizes = load_instances(kFile);
  REQUIRE(sizes.size() == 4);
  CHECK(sizes[3].chips == 12);
  CHECK(sizes[3].memory_gib == 768);
  const InstanceSpec small = load_instance(kFile, "inf2.xlarge");
  CHECK(small.on_demand.usd_per_hour == 0.7582);
  CHECK(small.on_demand.date == "2023");
  CHECK(small.reserved.usd_per_hour == 0.328);
  CHECK(std::filesystem::equivalent(small.chip_file, INF_SOURCE_DIR "/configs/chips/inf2.yaml"));
  CHECK(small.provenance.at("runtime.copy_ms_per_mb").mark == Mark::fitted);
  // 1e6 inferences at 1000 per second take 1000 s.
  CHECK(small.usd_per_million(1000, small.on_demand) == doctest::Approx(0.7582 * 1000 / 3600));
}

TEST_CASE("inf1 instances") {
  const std::string file = INF_SOURCE_DIR "/configs/instances/inf1.yaml";
  const std::vector<InstanceSpec> sizes = load_instances(file);
  REQUIRE(sizes.size() == 4);
  CHECK(sizes[3].chips == 16);
  const InstanceSpec small = load_instance(file, "inf1.xlarge");
  CHECK(small.on_demand.usd_per_hour == 0.228);
  CHECK(small.on_demand.date == "2021");
  CHECK(small.reserved.usd_per_hour == 0.110);
  CHECK(std::filesystem::equivalent(small.chip_file, INF_SOURCE_DIR "/configs/chips/inf1.yaml"));
}

TEST_CASE("a price that is not published: left out everywhere, infinite, and of nothing the cheapest") {
  const std::string file = INF_SOURCE_DIR "/configs/instances/trainium1.yaml";
  const std::vector<InstanceSpec> sizes = load_instances(file);
  REQUIRE(sizes.size() == 2);
  CHECK_FALSE(sizes[0].on_demand.published());
  CHECK(sizes[0].reserved.published());
  CHECK(sizes[1].reserved.usd_per_hour == 8.197);
  CHECK(sizes[0].usd_per_million(1000, sizes[0].on_demand) > 1e300);
  std::string text = read_text(file);
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    const std::size_t at = other.find(from);
    REQUIRE(at != std::string::npos);
    other.replace(at, from.size(), to);
    try {
      parse_instances(other, file);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("read");
  };
  CHECK(replaced("reserved: 0.512", "on_demand: 1.3, reserved: 0.512").find("on_demand") != std::string::npos);
  CHECK(replaced("reserved: {date", "reserve: {date").find("reserve") != std::string::npos);
}

TEST_CASE("copies of one call") {
  const RuntimeSpec runtime = load_instance(kFile, "inf2.xlarge").runtime;
  CHECK(runtime.copy_ns(0) == 0);
  CHECK(runtime.copy_ns(1'000'000) == doctest::Approx(170'000));
  CHECK(runtime.copy_ns(100'000'000) / 1e6 == doctest::Approx(100.0 / 3).epsilon(0.01));  // near 100 MB: 3 GB/s
  CHECK(runtime.copy_ns(runtime.large_copy_bytes + 1) > runtime.copy_ns(runtime.large_copy_bytes));
}

TEST_CASE("every mistake of an instance file") {
  struct Row {
    std::string name, from, to, says;
  };
  const Row rows[] = {
      {"negative price", "on_demand: 0.7582", "on_demand: -0.7582", "sizes[0].on_demand = -0.7582 is outside 0..1000"},
      {"price in words", "reserved: 0.328", "reserved: cheap", "sizes[0].reserved = cheap is not a number"},
      {"no chips", "chips: 6", "chips: 0", "sizes[2].chips = 0 is outside 1..64"},
      {"unknown key", "vcpu: 4,", "vcpus: 4,", "sizes[0].vcpu is missing"},
      {"name twice", "name: inf2.8xlarge", "name: inf2.xlarge", "sizes[1].name = inf2.xlarge is given twice"},
      {"no date", "{date: \"2023\", source", "{source", "on_demand.date is missing"},
      {"parts above the whole", "value: 95000", "value: 60000",
       "runtime.call_overhead_ns is less than its parts device_start_ns and library_ns together"},
      {"no runtime value", "library_ns: {value: 50000, ", "library_ns: {", "runtime.library_ns is missing"},
      {"mark", "mark: fitted", "mark: guessed",
       "runtime.call_overhead_ns.mark = guessed is none of documented, derived, assumed, fitted"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(error_with(row.from, row.to) == row.says);
  }
  const std::string missing = error_with("chip: ../chips/inf2.yaml", "chip: ../chips/inf9.yaml");
  CHECK(missing.starts_with("chip = ../chips/inf9.yaml is no file; "));
  CHECK(missing.ends_with("configs/chips/inf9.yaml was looked for"));
}

TEST_CASE("places and unknown sizes") {
  std::string text = read_text(kFile);
  text.replace(text.find("on_demand: 0.7582"), 17, "on_demand: -1.0000");
  CHECK_THROWS_WITH_AS(parse_instances(text, "i.yaml"),
                       doctest::Contains("sizes[0].on_demand = -1.0000 is outside 0..1000"), Error);
  try {
    load_instance(kFile, "inf2.2xlarge");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.message() ==
          "no instance size 'inf2.2xlarge'; it has inf2.xlarge, inf2.8xlarge, inf2.24xlarge, inf2.48xlarge; did you "
          "mean 'inf2.xlarge'?");
  }
}
