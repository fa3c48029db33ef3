#include "tools/workflow/sweep/case.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <set>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/files.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow::sweep {
namespace {

namespace fs = std::filesystem;

/// A folder that is gone when the test ends.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / fmt::format("inf-sim-case-{}", ++count_)) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  static inline int count_ = 0;
  fs::path path_;
};

fs::path workloads() { return data_folder() / "workloads"; }
std::string shipped(const char* kind, const char* name) {
  return read_file(data_folder() / "configs" / kind / (std::string(name) + ".yaml"));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Setting set(const std::string& key, const std::string& text) { return {key, text, "s.yaml:7:3"}; }

Sweep sweep_of(const fs::path& workload, const fs::path& file = "s.yaml") {
  Sweep sweep;
  sweep.file = file;
  sweep.workloads = {{workload.stem().string(), workload, 1}};
  sweep.objectives = {Metric::latency};
  return sweep;
}

Case case_of(const fs::path& workload, const std::vector<Setting>& settings = {}, bool values = false) {
  Sweep sweep = sweep_of(workload);
  if (values) sweep.mode = RunOptions::Mode::both;
  return Resolver(sweep).cases(settings).front();
}

std::string refusal(const Sweep& sweep, const std::vector<Setting>& settings) {
  try {
    Resolver(sweep).cases(settings);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.what();
  }
  return "none";
}

constexpr const char* kChipName = "name: ";

/// A small workload of its own: chip, instance and picture in files beside it.
struct Own {
  Folder folder;
  std::string chip = shipped("chips", "inf2"), instances = shipped("instances", "inf2");
  std::string workload = R"(
model: {builtin: craft, height: 96, width: 128}
inputs: {image: page.png}
pre: {craft: {}}
post: {craft: {}}
target: {chip: chip/c.yaml, instances: host.yaml, instance: inf2.xlarge}
)";
  std::string picture = read_file(workloads() / "images" / "page.png");

  std::string key(bool values, const std::vector<Setting>& settings = {}) const {
    folder.write("chip/c.yaml", chip);
    folder.write("host.yaml", replaced(instances, "chip: ../chips/inf2.yaml", "chip: chip/c.yaml"));
    folder.write("page.png", picture);
    return case_of(folder.write("w.yaml", workload), settings, values).key;
  }
};

TEST_CASE("the key follows what decides the numbers, and nothing else") {
  const struct {
    const char* name;
    std::function<void(Own&)> change;
    bool timing, values;  ///< whether the key changes, by mode
  } rows[] = {
      {"nothing", [](Own&) {}, false, false},
      {"a comment in the chip file", [](Own& o) { o.chip = "# faster\n" + o.chip; }, false, false},
      {"the chip's name", [](Own& o) { o.chip = replaced(o.chip, kChipName, "name: my-"); }, false, false},
      {"the chip's title", [](Own& o) { o.chip = replaced(o.chip, "title: ", "title: My "); }, false, false},
      {"the source of a value", [](Own& o) { o.chip = replaced(o.chip, "source: \"", "source: \"seen in "); }, false,
       false},
      {"a value of the chip",
       [](Own& o) { o.chip = replaced(o.chip, "descriptor_ns: {value: ", "descriptor_ns: {value: 1"); }, true, true},
      {"a comment in the instance file", [](Own& o) { o.instances += "# cheap\n"; }, false, false},
      {"the instance's family", [](Own& o) { o.instances = replaced(o.instances, "family: ", "family: my-"); }, false,
       false},
      {"a price", [](Own& o) { o.instances = replaced(o.instances, "0.7582", "0.7583"); }, true, true},
      {"the runtime",
       [](Own& o) {
         o.instances = replaced(o.instances, "device_start_ns: {value: 17500", "device_start_ns: {value: 17501");
       },
       true, true},
      {"a comment in the workload", [](Own& o) { o.workload += "# mine\n"; }, false, false},
      {"the order of its sections",
       [](Own& o) { o.workload = "post: {craft: {}}" + replaced(o.workload, "post: {craft: {}}", ""); }, false, false},
      {"a default that is said", [](Own& o) { o.workload += "compile: {auto_cast: all}\n"; }, false, false},
      {"precision", [](Own& o) { o.workload += "compile: {auto_cast: matmult}\n"; }, true, true},
      {"cores", [](Own& o) { o.workload += "compile: {cores: 2}\n"; }, true, true},
      {"where weights are", [](Own& o) { o.workload += "compile: {weights: stream}\n"; }, true, true},
      {"the size", [](Own& o) { o.workload = replaced(o.workload, "height: 96", "height: 128"); }, true, true},
      {"the batch", [](Own& o) { o.workload = replaced(o.workload, "width: 128", "width: 128, batch: 2"); }, true,
       true},
      {"a check", [](Own& o) { o.workload += "checks: {min_snr_db: 3}\n"; }, false, false},
      {"the picture's bytes", [](Own& o) { o.picture = read_file(workloads() / "images" / "labels.png"); }, false,
       true},
      {"a threshold",
       [](Own& o) { o.workload = replaced(o.workload, "post: {craft: {}}", "post: {craft: {low_text: 0.3}}"); }, false,
       true},
      {"a picture that decides the size",
       [](Own& o) { o.workload = replaced(o.workload, ", height: 96, width: 128", ""); }, true, true},
  };
  const std::string plain_timing = Own().key(false), plain_values = Own().key(true);
  CHECK(plain_timing != plain_values);
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Own own;
    row.change(own);
    CHECK((own.key(false) != plain_timing) == row.timing);
    CHECK((own.key(true) != plain_values) == row.values);
  }
}

TEST_CASE("files may be renamed and moved") {
  const Own own;
  const std::string key = own.key(true);
  const Folder other;
  other.write("deep/down/chip2.yaml", own.chip);
  other.write("deep/i.yaml", replaced(own.instances, "chip: ../chips/inf2.yaml", "chip: down/chip2.yaml"));
  other.write("p.png", own.picture);
  std::string workload = replaced(own.workload, "page.png", "../p.png");
  workload = replaced(workload, "chip/c.yaml", "down/chip2.yaml");
  workload = replaced(workload, "host.yaml", "i.yaml");
  CHECK(case_of(other.write("deep/x.yaml", workload), {}, true).key == key);
}

TEST_CASE("a value that is set is a value of the file") {
  Own set_in_file;
  set_in_file.chip = replaced(set_in_file.chip, "descriptor_ns: {value: ", "descriptor_ns: {value: 1");
  const Own own;
  own.key(false);
  const double now = arch::load_chip(own.folder.path() / "chip/c.yaml").dma.descriptor_ns;
  const std::string text = fmt::format("1{}", now);
  CHECK(own.key(false, {set("chip.dma.descriptor_ns", text)}) == set_in_file.key(false));
  // Set to what it is already: nothing has changed.
  CHECK(own.key(false, {set("chip.dma.descriptor_ns", fmt::format("{}", now))}) == own.key(false));
  CHECK(own.key(false, {set("compile.auto_cast", "all")}) == own.key(false));
  // Of two settings the last one counts.
  CHECK(own.key(false, {set("compile.auto_cast", "none"), set("compile.auto_cast", "all")}) == own.key(false));
}

TEST_CASE("settings reach chip, instance and workload") {
  const Case c =
      case_of(workloads() / "craft.yaml", {set("chip.tensor.rows", "64"), set("chip.sbuf.partitions", "64"),
                                           set("instance.vcpu", "8"), set("instance.runtime.device_start_ns", "1000"),
                                           set("compile.auto_cast", "matmult"), set("workload.model.height", "256"),
                                           set("workload.model.width", "320"), set("workload.inputs.random", "3")});
  CHECK(c.chip.tensor.rows == 64);
  CHECK(c.chip.sbuf.partitions == 64);
  CHECK(c.instance.name == "inf2.xlarge");
  CHECK(c.instance.vcpu == 8);
  CHECK(c.instance.runtime.device_start_ns == 1000);
  CHECK(c.sizes.size() > 1);
  CHECK(c.sizes.back().runtime.device_start_ns == 1000);
  CHECK(c.workload.auto_cast->text == "matmult");
  CHECK(c.workload.auto_cast->place == "s.yaml:7:3");
  CHECK(*c.workload.model.height == 256);
  REQUIRE(c.workload.inputs.size() == 1);
  CHECK(*c.workload.inputs.front().random == 3);  // in place of the picture
  CHECK_FALSE(c.workload.inputs.front().image);
}

TEST_CASE("chip and instance") {
  const struct {
    const char* name;
    std::vector<Setting> settings;
    std::string chip, instance;
  } rows[] = {
      {"as the workload says", {}, "inf2", "inf2.xlarge"},
      {"a chip brings its instances", {set("chip", "inf1")}, "inf1", "inf1.xlarge"},
      {"its own chip changes nothing", {set("chip", "inf2")}, "inf2", "inf2.xlarge"},
      {"another size", {set("instance", "inf2.24xlarge")}, "inf2", "inf2.24xlarge"},
      {"an instance brings its chip", {set("instance", "inf1.6xlarge")}, "inf1", "inf1.6xlarge"},
      {"both", {set("chip", "inf1"), set("instance", "inf2.8xlarge")}, "inf1", "inf2.8xlarge"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Case c = case_of(workloads() / "resnet50.yaml", row.settings);
    CHECK(c.chip.hash() == arch::load_chip(data_folder() / "configs" / "chips" / (row.chip + ".yaml")).hash());
    CHECK(c.instance.name == row.instance);
  }
}

TEST_CASE("a case that was written is the case that is read") {
  const std::vector<Setting> chip = {set("chip.dma.engines", "8"), set("chip.memory.bytes_per_ns", "123.456789"),
                                     set("chip.memory.shared_bytes_per_ns", "50.125"), set("instance.on_demand", "0.1"),
                                     set("instance.runtime.copy_ms_per_mb", "0.3")};
  const std::vector<Setting> energy = {set("chip.energy.static_w", "1.5"), set("chip.energy.mac_pj", "0.5"),
                                       set("chip.energy.dram_pj_per_byte", "20"),
                                       set("chip.energy.host_pj_per_byte", "0")};
  const struct {
    const char* workload;
    std::vector<Setting> settings;
  } rows[] = {
      {"craft.yaml", {set("workload.model.height", "96"), set("workload.model.width", "128")}},
      {"craft.yaml", {set("chip", "inf1"), set("workload.pre.craft.mag_ratio", "1.25")}},
      {"resnet50.yaml",
       {set("compile.cores", "2"), set("compile.weights", "stream"), set("workload.model.batch", "4")}},
      {"resnet50.yaml", energy},
      {"parseq.yaml", {set("workload.model.modes", "nar"), set("workload.model.batch", "16")}},
      {"parseq.yaml", {set("workload.inputs.words", "3")}},
      {"bert_base.yaml", {set("instance", "inf1.6xlarge"), set("workload.model.sequence", "64")}},
      {"ocr.yaml", {set("workload.pipeline.mode", "nar"), set("compile.auto_cast", "matmult")}},
      {"ocr.yaml",
       {set("instance", "inf1.xlarge"), set("compile.host_operators", "allow"), set("workload.pipeline.words", "3")}},
  };
  for (const bool values : {false, true}) {
    for (const auto& row : rows) {
      CAPTURE(row.workload);
      std::vector<Setting> settings = row.settings;
      const bool other_input = row.settings.front().key == "workload.inputs.words";
      if (!other_input) settings.insert(settings.end(), chip.begin(), chip.end());
      if (std::string_view(row.workload) == "parseq.yaml" && other_input) {
        // The file lists two inputs: a single key cannot say which.
        CHECK_THROWS_AS(case_of(workloads() / row.workload, settings, values), Error);
        continue;
      }
      const Case c = case_of(workloads() / row.workload, settings, values);
      const Folder folder;
      const std::string command = write_case(c, folder.path() / "a case");
      const fs::path file = folder.path() / "a case" / row.workload;
      CHECK(command == fmt::format("inf-sim run '{}' --mode {}", file.string(), values ? "both" : "timing"));
      const Case read = case_of(file, {}, values);
      CHECK(read.key == c.key);
      CHECK(read.chip.hash() == c.chip.hash());
    }
  }
}

TEST_CASE("both models of a pipeline are compiled as it says") {
  const std::string plain = case_of(workloads() / "ocr.yaml").key;
  for (const Setting& setting :
       {set("compile.auto_cast", "none"), set("compile.weights", "stream"), set("compile.host_operators", "allow"),
        set("workload.pipeline.mode", "nar"), set("workload.pipeline.batches", "[1, 2]"),
        set("workload.pipeline.words", "9"), set("chip", "inf1"), set("chip.dma.queues", "3")}) {
    CAPTURE(setting.key);
    CHECK(case_of(workloads() / "ocr.yaml", {setting}).key != plain);
  }
}

TEST_CASE("mistakes point at the sweep file") {
  const struct {
    const char* name;
    const char* workload;
    std::vector<Setting> settings;
    const char* message;
  } rows[] = {
      {"out of range",
       "craft.yaml",
       {set("chip.tensor.rows", "999")},
       "s.yaml:7:3: chip.tensor.rows = 999 is outside 1.."},
      {"no number",
       "craft.yaml",
       {set("chip.dma.bytes_per_ns", "fast")},
       "s.yaml:7:3: chip.dma.bytes_per_ns = fast is not a number"},
      {"do not go together",
       "craft.yaml",
       {set("chip.sbuf.partitions", "64")},
       "s.yaml:7:3: tensor.rows = 128 exceeds sbuf.partitions = 64"},
      {"a section comes whole",
       "craft.yaml",
       {set("chip.energy.mac_pj", "1")},
       "s.yaml:7:3: chip.energy.mac_pj needs chip.energy.static_w, chip.energy.dram_pj_per_byte"},
      {"runtime",
       "craft.yaml",
       {set("instance.runtime.call_overhead_ns", "1")},
       "s.yaml:7:3: runtime.call_overhead_ns is less than its parts"},
      {"precision", "craft.yaml", {set("compile.auto_cast", "some")}, "s.yaml:7:3: auto_cast = some is none of"},
      {"a key of another model",
       "resnet50.yaml",
       {set("workload.model.characters", "12")},
       "model.variant, characters, modes and refine belong to"},
      {"workload's range",
       "resnet50.yaml",
       {set("workload.model.batch", "0")},
       "s.yaml:7:3: model.batch = 0 is outside 1..1024"},
      {"a size that is not there",
       "craft.yaml",
       {set("instance", "inf2.xlarg")},
       "s.yaml:7:3: instance = inf2.xlarg is not known; did you mean 'inf2.xlarge'?"},
      {"a chip that is not there", "craft.yaml", {set("chip", "inf3")}, "s.yaml:7:3: chip = inf3 is not known"},
      {"cores of a page", "ocr.yaml", {set("compile.cores", "2")}, "s.yaml:7:3: compile.cores: several cores are for"},
      {"cores of words",
       "parseq.yaml",
       {set("compile.cores", "2")},
       "s.yaml:7:3: compile.cores: several cores are for"},
      {"several inputs",
       "parseq.yaml",
       {set("workload.inputs.words", "2")},
       "s.yaml:7:3: workload.inputs.words cannot be set: the workload lists 2 inputs"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string text = refusal(sweep_of(workloads() / row.workload), row.settings);
    CAPTURE(text);
    CHECK(text.find(row.message) != std::string::npos);
  }
}

TEST_CASE("energy is asked for and nobody says what work takes") {
  Sweep sweep = sweep_of(workloads() / "resnet50.yaml");
  sweep.objectives.push_back(Metric::energy);
  const std::string text = refusal(sweep, {});
  CHECK(text.find("has no section `energy`") != std::string::npos);
  CHECK(text.find("set: {chip.energy.static_w: 30") != std::string::npos);
  for (const char* key : {"static_w", "mac_pj", "dram_pj_per_byte", "host_pj_per_byte"})
    sweep.space.fixed.push_back(set(std::string("chip.energy.") + key, "1"));
  CHECK(Resolver(sweep).cases(sweep.space.settings({})).size() == 1);
}

TEST_CASE("what is wrong at every point is said before the first one") {
  Sweep sweep = sweep_of(workloads() / "resnet50.yaml");
  sweep.space.axes = {{"chip.dma.engines", "engines", {{"4", 4}, {"8", 8}}, "s.yaml:5:1"},
                      {"chip", "-", {{"inf2", {}}, {"inf22", {}}}, "s.yaml:6:1"}};
  CHECK_THROWS_WITH_AS(Resolver{sweep}, doctest::Contains("s.yaml:6:1: chip = inf22 is not known"), Error);
  sweep.space.axes.pop_back();
  sweep.space.fixed = {set("chip.sbuf.partitions", "64")};
  CHECK_THROWS_WITH_AS(Resolver{sweep}, doctest::Contains("tensor.rows = 128 exceeds sbuf.partitions = 64"), Error);
  // At one level alone it is that point's affair.
  sweep.space.fixed.clear();
  sweep.space.axes.push_back({"chip.sbuf.partitions", "partitions", {{"64", 64}, {"128", 128}}, "s.yaml:6:1"});
  const Resolver resolver(sweep);
  CHECK_THROWS_AS(resolver.cases(sweep.space.settings({0, 0})), Error);
  CHECK(resolver.cases(sweep.space.settings({0, 1})).size() == 1);
}

TEST_CASE("points differ by cases and by weights") {
  const Case a = case_of(workloads() / "resnet50.yaml"), b = case_of(workloads() / "bert_base.yaml");
  const std::set<std::string> keys = {point_key({a}, {1}), point_key({a}, {2}), point_key({a, b}, {1, 1}),
                                      point_key({b, a}, {1, 1}), point_key({a, b}, {1, 0.5})};
  CHECK(keys.size() == 5);
  CHECK(point_key({a, b}, {1, 0.5}) == point_key({a, b}, {1, 0.5}));
}

TEST_CASE("a point is resolved in well under a millisecond once its files are read") {
  const Resolver resolver(sweep_of(workloads() / "resnet50.yaml"));
  const std::vector<Setting> settings = {set("chip.dma.engines", "8"), set("compile.auto_cast", "matmult"),
                                         set("workload.model.batch", "4")};
  resolver.cases(settings);
  constexpr int kTimes = 200;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes; ++i) resolver.cases(settings);
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
  const double each = spent.count() / kTimes;
  MESSAGE(each << " ms per point");
  CHECK(each < 50);  // loaded machines and sanitizers; about 0.3 ms else
}

}  // namespace
}  // namespace inf::workflow::sweep
