#include "isa/arch/set_values.h"

#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"
#include "isa/arch/energy.h"
#include "isa/arch/instance_yaml.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::arch;

namespace {

ChipSpec inf2() { return load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml"); }
ChipSpec inf1() { return load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml"); }

SetValue value(const std::string& path, const std::string& text, int line = 3) {
  return {path, "chip." + path, text, "s.yaml:" + std::to_string(line) + ":5"};
}

std::vector<SetValue> energy_values() {
  return {value("energy.static_w", "30"), value("energy.mac_pj", "0.75"), value("energy.dram_pj_per_byte", "20"),
          value("energy.host_pj_per_byte", "40")};
}

std::string error_of(ChipSpec chip, const std::vector<SetValue>& values) {
  try {
    set_values(chip, values);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.what();
  }
  return "set";
}

}  // namespace

TEST_CASE("values in place of a chip file's") {
  ChipSpec chip = inf2();
  const std::string before = chip.hash();
  set_values(chip, std::vector<SetValue>{value("dma.engines", "8"), value("tensor.dtypes", "[bf16, fp32]"),
                                         value("dma.casts", "false"), value("memory.bytes_per_ns", "1.5e2"),
                                         value("memory.shared_bytes_per_ns", "100")});
  CHECK(chip.dma.engines == 8);
  CHECK(chip.tensor.dtypes == std::vector<DType>{DType::bf16, DType::fp32});
  CHECK_FALSE(chip.dma.casts);
  CHECK(chip.memory.bytes_per_ns == 150);
  CHECK(chip.hash() != before);
  CHECK(chip.provenance.at("dma.engines").value == "8");
  CHECK(parse_chip(chip_yaml(chip), "c.yaml").hash() == chip.hash());
}

TEST_CASE("mistakes carry the place of their value") {
  const struct {
    const char* name;
    ChipSpec chip;
    std::vector<SetValue> values;
    const char* message;
  } rows[] = {
      {"range", inf2(), {value("tensor.rows", "0")}, "s.yaml:3:5: chip.tensor.rows = 0 is outside 1.."},
      {"kind", inf2(), {value("dma.casts", "maybe")}, "s.yaml:3:5: chip.dma.casts = maybe is neither true nor false"},
      {"list", inf2(), {value("tensor.dtypes", "bf16")}, "s.yaml:3:5: chip.tensor.dtypes is a single value"},
      {"no YAML", inf2(), {value("tensor.rows", "[1")}, "s.yaml:3:5: not YAML"},
      {"every one of them",
       inf2(),
       {value("tensor.rows", "0", 9), value("dma.engines", "x", 4)},
       "s.yaml:4:5: chip.dma.engines = x is not a whole number\n  s.yaml:9:5: chip.tensor.rows"},
      {"together",
       inf2(),
       {value("dma.engines", "4", 2), value("sbuf.partitions", "32", 6)},
       "s.yaml:6:5: tensor.rows = 128 exceeds sbuf.partitions = 32"},
      {"a section that is not there",
       inf1(),
       {value("gpsimd.lanes", "8")},
       "s.yaml:3:5: chip.gpsimd.lanes needs chip.gpsimd.clock_mhz"},
      {"half of the energy",
       inf2(),
       {value("energy.static_w", "3"), value("energy.mac_pj", "1")},
       "chip.energy.static_w needs chip.energy.dram_pj_per_byte, chip.energy.host_pj_per_byte as well"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string text = error_of(row.chip, row.values);
    CAPTURE(text);
    CHECK(text.find(row.message) != std::string::npos);
  }
}

TEST_CASE("what work takes in energy") {
  ChipSpec chip = inf2();
  CHECK_FALSE(energy_of(chip));
  CHECK(hw_table(chip).find("energy.") == std::string::npos);
  const std::string hash = chip.hash();
  set_values(chip, energy_values());
  REQUIRE(energy_of(chip));
  CHECK(energy_of(chip)->static_w == 30);
  CHECK(energy_of(chip)->mac_pj == 0.75);
  CHECK(energy_of(chip)->host_pj_per_byte == 40);
  CHECK(chip.hash() == hash);  // neither programs nor times depend on it
  CHECK(hw_table(chip).find("energy.mac_pj") != std::string::npos);
  const ChipSpec read = parse_chip(chip_yaml(chip), "c.yaml");
  REQUIRE(energy_of(read));
  CHECK(energy_of(read)->dram_pj_per_byte == 20);
  std::string half = chip_yaml(chip);
  half.erase(half.find("  mac_pj"), half.find("  dram_pj") - half.find("  mac_pj"));
  CHECK_THROWS_WITH_AS(parse_chip(half, "c.yaml"), doctest::Contains("energy.mac_pj is missing"), Error);
}

TEST_CASE("values in place of an instance's") {
  const std::string file = INF_SOURCE_DIR "/configs/instances/inf2.yaml";
  std::vector<InstanceSpec> sizes = load_instances(file);
  InstanceSpec& size = sizes.front();
  const auto set = [&](const char* path, const char* text) {
    set_values(size, std::vector<SetValue>{{path, std::string("instance.") + path, text, "s.yaml:3:5"}});
  };
  set("vcpu", "64");
  set("on_demand", "0.3");
  set("runtime.copy_ms_per_mb", "0.111");
  CHECK(size.vcpu == 64);
  CHECK(size.on_demand.usd_per_hour == 0.3);
  CHECK_THROWS_WITH_AS(set("chips", "0"), doctest::Contains("s.yaml:3:5: instance.chips = 0 is outside 1..64"), Error);
  size.chips = 1;
  const std::vector<InstanceSpec> read = parse_instances(instances_yaml(sizes, "../chips/inf2.yaml"), file);
  REQUIRE(read.size() == sizes.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].name == sizes[i].name);
    CHECK(read[i].vcpu == sizes[i].vcpu);
    CHECK(read[i].on_demand.usd_per_hour == sizes[i].on_demand.usd_per_hour);
    CHECK(read[i].reserved.date == sizes[i].reserved.date);
    CHECK(read[i].runtime.copy_ms_per_mb == 0.111);
  }
  CHECK_THROWS_WITH_AS(set("runtime.call_overhead_ns", "7"), doctest::Contains("is less than its parts"), Error);
}
