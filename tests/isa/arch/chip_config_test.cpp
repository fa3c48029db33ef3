#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"
#include "isa/arch/parameters.h"
#include "isa/arch/yaml_tree.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::arch;

namespace {

const std::string kFile = INF_SOURCE_DIR "/configs/chips/inf2.yaml";

std::string inf2_yaml() { return chip_yaml(load_chip(kFile)); }

/// inf2's resolved file with one piece of text replaced.
std::string with(const std::string& from, const std::string& to) {
  std::string text = inf2_yaml();
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

int line_of(const std::string& text, const std::string& piece) {
  int line = 1;
  for (std::size_t i = 0; i < text.find(piece); ++i) line += text[i] == '\n' ? 1 : 0;
  return line;
}

std::string error_of(const std::string& yaml) {
  try {
    parse_chip(yaml, "c.yaml");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("inf1.yaml") {
  const ChipSpec chip = load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  CHECK(chip.cores == 4);
  for (const Engine e : {Engine::gpsimd, Engine::sync}) CHECK_FALSE(chip.has(e));
  CHECK_FALSE(chip.sequencer.loops);
  CHECK_FALSE(chip.tensor.takes(DType::fp32));
  // 16 TFLOPS for each core, 64 for the chip.
  const double flops = 2.0 * chip.tensor.rows * chip.tensor.columns * static_cast<double>(chip.tensor.clock_mhz) * 1e6;
  CHECK(flops == doctest::Approx(16e12).epsilon(0.03));
  CHECK(chip.memory.bytes == std::int64_t{8} << 30);
  // One core draws about 25 GB/s; all four together more than the memory gives.
  const double core = chip.dma.engines * chip.dma.bytes_per_ns;
  CHECK(core == doctest::Approx(25.2).epsilon(0.03));
  CHECK(chip.cores * core > chip.memory.bytes_per_ns);
  ChipSpec copy = chip;
  for (const Parameter& p : parameters(copy)) {
    CAPTURE(std::string(p.path));
    CHECK(chip.provenance.contains(p.path) == !section_optional(section_of(p.path)));
  }
}

TEST_CASE("inf2.yaml") {
  const ChipSpec chip = load_chip(kFile);
  CHECK(chip.name == "inf2");
  CHECK(chip.cores == 2);
  // 2 x 128 x 128 x 2.8e9 = 91.75e12, the 92 TFLOPS that the documentation states.
  CHECK(2.0 * chip.tensor.rows * chip.tensor.columns * static_cast<double>(chip.tensor.clock_mhz) / 1e6 ==
        doctest::Approx(91.75).epsilon(0.001));
  CHECK(chip.sbuf.partitions * chip.sbuf.bytes_per_partition == 24 << 20);
  CHECK(chip.sbuf_usable() == 176 * 1024);
  CHECK(chip.psum.partitions * chip.psum.banks * chip.psum.bank_bytes == 2 << 20);
  CHECK(chip.dma.engines * chip.dma.bytes_per_ns == doctest::Approx(272));
  for (int e = 0; e < kEngines; ++e) CHECK(chip.has(static_cast<Engine>(e)));
  ChipSpec copy = chip;
  for (const Parameter& p : parameters(copy)) {
    CAPTURE(std::string(p.path));
    REQUIRE(chip.provenance.contains(p.path));
    CHECK(!chip.provenance.at(p.path).source.empty());
    CHECK(chip.provenance.at(p.path).value == value_text(p));
  }
}

TEST_CASE("the resolved echo reads back to the same chip") {
  const ChipSpec chip = load_chip(kFile);
  const ChipSpec again = parse_chip(chip_yaml(chip), "echo");
  CHECK(again.hash() == chip.hash());
  CHECK(chip_yaml(again) == chip_yaml(chip));
  CHECK(again.provenance.at("vector.latency").range->low == 60);
}

TEST_CASE("the hash follows every value, and no source") {
  const ChipSpec chip = load_chip(kFile);
  CHECK(chip.hash().size() == 16);
  ChipSpec copy = chip;
  for (const Parameter& p : parameters(copy)) {
    CAPTURE(std::string(p.path));
    struct Change {
      void operator()(int* v) const { ++*v; }
      void operator()(std::int64_t* v) const { ++*v; }
      void operator()(double* v) const { *v += 1; }
      void operator()(bool* v) const { *v = !*v; }
      void operator()(std::string* v) const { *v += "x"; }
      void operator()(std::vector<DType>* v) const { v->pop_back(); }
    };
    const ChipSpec before = copy;
    std::visit(Change{}, p.target);
    CHECK(copy.hash() != before.hash());
  }
  ChipSpec sources = chip;
  sources.provenance["tensor.rows"].source = "elsewhere";
  CHECK(sources.hash() == chip.hash());
}

TEST_CASE("every mistake of a chip file has its place, value and range") {
  struct Row {
    std::string name, from, to, says;  ///< {L} stands for the line of `to`
  };
  const Row rows[] = {
      {"out of range", "rows: {value: 128", "rows: {value: 999", "c.yaml:{L}:17: tensor.rows = 999 is outside 1..256"},
      {"negative", "issue_ns: {value: 9", "issue_ns: {value: -9",
       "c.yaml:{L}:21: sequencer.issue_ns = -9 is outside 0..1000000"},
      {"not whole", "rows: {value: 128", "rows: {value: 12.5",
       "c.yaml:{L}:17: tensor.rows = 12.5 is not a whole number"},
      {"not a number", "dma:\n  engines: {value: 16", "dma:\n  engines: {value: many",
       "c.yaml:{L}:20: dma.engines = many is not a whole number"},
      {"not finite", "bytes_per_ns: {value: 17", "bytes_per_ns: {value: inf",
       "c.yaml:{L}:25: dma.bytes_per_ns = inf is not a number"},
      {"not a truth", "loops: {value: true", "loops: {value: yes",
       "c.yaml:{L}:18: sequencer.loops = yes is neither true nor false"},
      {"no kind of memory", "value: HBM", "value: HMB",
       "c.yaml:{L}:17: memory.kind = HMB is none of HBM, DRAM; did you mean 'HBM'?"},
      {"no dtype", "[fp32, tf32, ", "[fp32, tf23, ",
       "c.yaml:{L}:19: chip.dtypes holds 'tf23', which is no dtype; did you mean 'tf32'?"},
      {"unit", "clock_mhz: {value: 2800, unit: MHz", "clock_mhz: {value: 2800, unit: GHz",
       "c.yaml:{L}:34: tensor.clock_mhz.unit = GHz is not the parameter's unit, MHz"},
      {"mark", "mark: documented", "mark: certain",
       "c.yaml:{L}:40: chip.cores.mark = certain is none of documented, derived, assumed, fitted"},
      {"no source", ", source: \"CHIP2\"", "", "c.yaml:4:10: chip.cores.source is missing"},
      {"empty source", "source: \"CHIP2\"", "source: \"\"",
       "c.yaml:{L}:60: chip.cores.source =  is empty; say where the value comes from"},
      {"range upside down", "range: [60, 380]", "range: [380, 60]",
       "c.yaml:{L}:{C}: vector.latency.range runs from 380 down to 60"},
      {"range of one", "range: [60, 380]", "range: [60]", "c.yaml:{L}:{C}: vector.latency.range is not [low, high]"},
      {"unknown key in a parameter", "mark: documented", "marks: documented",
       "c.yaml:4:10: chip.cores.mark is missing\n  c.yaml:4:34: unknown key chip.cores.marks; did you mean 'mark'?"},
      {"unknown key in a section", "sbuf:\n", "sbuf:\n  partitons: {value: 1}\n",
       "c.yaml:{L2}:3: unknown key sbuf.partitons; did you mean 'partitions'?"},
      {"unknown section", "sbuf:\n", "sbfu: {}\nsbuf:\n", "c.yaml:{L}:1: unknown key sbfu; did you mean 'sbuf'?"},
      {"missing section", "chip:\n", "chap:\n",
       "c.yaml:1:1: chip is missing\n  c.yaml:3:1: unknown key chap; did you mean 'chip'?"},
      {"a value where a section is", "ports:\n", "ports: 1\nportz:\n",
       "c.yaml:{L}:8: ports is a single value; a map of keys is needed\n  c.yaml:{L2}:1: unknown key portz; did you "
       "mean 'ports'?"},
      {"plain value", "cores: {value: 2, unit: cores, mark: documented, source: \"CHIP2\"}", "cores: 2",
       "c.yaml:4:10: chip.cores is a single value; a map of keys is needed"},
      {"reserved too big", "reserved_per_partition: {value: 16384", "reserved_per_partition: {value: 196608",
       "c.yaml:{S}:3: sbuf.reserved_per_partition = 196608 leaves nothing of sbuf.bytes_per_partition = 196608"},
      {"bank too small", "bank_bytes: {value: 2048", "bank_bytes: {value: 1024",
       "c.yaml:7:3: tensor.max_moving = 512 results of 4 bytes do not fit psum.bank_bytes = 1024"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string yaml = with(row.from, row.to);
    std::string says = row.says;
    const auto fill = [&](const std::string& mark, int value) {
      for (std::size_t at; (at = says.find(mark)) != std::string::npos;)
        says.replace(at, mark.size(), std::to_string(value));
    };
    const std::string last = row.to.substr(
        row.to.rfind('\n', row.to.size() - 2) == std::string::npos ? 0 : row.to.rfind('\n', row.to.size() - 2) + 1);
    fill("{L}", row.name == "not a number" ? line_of(yaml, last) : line_of(yaml, row.to));
    fill("{L2}", line_of(yaml, row.to) + 1);
    fill("{S}", line_of(yaml, "sbuf:\n") + 1);
    const std::size_t at = yaml.find(row.to);
    fill("{C}", static_cast<int>(at - yaml.rfind('\n', at)) + 7);
    CHECK(error_of(yaml) == says);
  }
}

TEST_CASE("a repeated key is told with the line of the first") {
  std::string yaml = inf2_yaml();
  const std::size_t at = yaml.find("  rows:");
  const std::string line = yaml.substr(at, yaml.find('\n', at) - at + 1);
  yaml.insert(at, line);
  const int n = line_of(yaml, "  rows:");
  CHECK(error_of(yaml) == "c.yaml:" + std::to_string(n + 1) +
                              ":3: tensor.rows is repeated; it is first given on line " + std::to_string(n));
}

TEST_CASE("all mistakes at once, in file order") {
  const std::string text = error_of("name: x\ntitel: y\nchip:\n  cores: {value: 0, mark: assumed, source: s}\n");
  CHECK(text.starts_with("c.yaml:1:1: title is missing\n"));
  CHECK(text.find("c.yaml:2:1: unknown key titel; did you mean 'title'?") != std::string::npos);
  CHECK(text.find("c.yaml:4:18: chip.cores = 0 is outside 1..64") != std::string::npos);
  CHECK(text.find("tensor is missing") != std::string::npos);
}

TEST_CASE("files that are no chip files") {
  CHECK(error_of("").starts_with("c.yaml:1:1: the file is empty; a map of keys is needed"));
  CHECK(error_of("- a\n- b\n").starts_with("c.yaml:1:1: the file is a list; a map of keys is needed"));
  CHECK(error_of("a: [1, 2\nb: 3").starts_with("c.yaml:2:"));
  CHECK(error_of("a: 1\n---\nb: 2\n") == "c.yaml:3:1: a second document; one file holds one");
  CHECK(error_of("? [a, b]\n: 1\n") == "c.yaml:1:3: a key must be plain text");
  CHECK_THROWS_WITH_AS(load_chip("none.yaml"), "none.yaml: cannot be read; give the path of a file that exists", Error);
  CHECK_THROWS_WITH_AS(load_chip("/"), "/: cannot be read; give the path of a file that exists", Error);
}

TEST_CASE("a chip without gpsimd leaves its section out") {
  std::string yaml = inf2_yaml();
  const std::size_t from = yaml.find("gpsimd:\n"), to = yaml.find("sequencer:\n");
  yaml.erase(from, to - from);
  const ChipSpec chip = parse_chip(yaml, "c.yaml");
  CHECK_FALSE(chip.has(Engine::gpsimd));
  CHECK(hw_table(chip).find("gpsimd.clock") == std::string::npos);
  CHECK(hw_table(chip).find("This chip has no gpsimd engine.") != std::string::npos);
  CHECK(parse_chip(chip_yaml(chip), "echo").hash() == chip.hash());
}

TEST_CASE("hw show lists every parameter with its source") {
  const ChipSpec chip = load_chip(kFile);
  const std::string table = hw_table(chip);
  ChipSpec copy = chip;
  for (const Parameter& p : parameters(copy)) {
    CAPTURE(std::string(p.path));
    CHECK(table.find(std::string("\n").append(p.path) + " ") != std::string::npos);
  }
  CHECK(table.find("(range 60..380)") != std::string::npos);
}

TEST_CASE("ticks of a chip's clocks") {
  const ChipSpec chip = load_chip(kFile);
  const Timebase time(chip);
  CHECK(time.mhz() == 5600);
  CHECK(time.clock(Engine::tensor).ticks_per_cycle == 2);
  CHECK(time.clock(Engine::vector).ticks_per_cycle == 5);
  CHECK(time.clock(Engine::scalar).ticks_per_cycle == 4);
  CHECK(time.clock(Engine::gpsimd).ticks_per_cycle == 4);
  CHECK(time.clock(Engine::sync).ticks_per_cycle == 1);
  CHECK(time.from_ns(1000).value == 5600);
  CHECK(time.from_ns(0.09).value == 1);  // 0.504 ticks
  CHECK(time.from_ns(0.08).value == 0);
  CHECK(time.to_ns(Tick(5600)) == 1000);
  ChipSpec one = chip;
  one.tensor.clock_mhz = one.vector.clock_mhz = one.scalar.clock_mhz = 1000;
  one.gpsimd = {};
  CHECK(Timebase(one).mhz() == 1000);
}
