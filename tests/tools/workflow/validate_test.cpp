#include "tools/workflow/validate.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "isa/base/error.h"
#include "tools/workflow/files.h"
#include "tools/workflow/statistics.h"

using namespace inf;
using namespace inf::workflow;

namespace {

/// Four rows that take no time: two models, a kernel, and one that nothing can be simulated for.
const std::string kRows = R"(
models:
  - id: tiny-picture
    group: pictures
    what: "ResNet-18 of 32x32"
    run: {model: resnet18, height: 32, width: 32, batch: 1, cast: matmult, type: bf16, chip: inf2, instance: inf2.xlarge}
    published: {p50_ms: 0.5}
    device: {ms: 0.2, is: alone, mark: published}
    source: "made up"
  - id: tiny-text
    group: texts
    what: "DistilBERT of 8 tokens on one core of four"
    run: {model: distilbert, sequence: 8, head: classification, batch: 1, cast: all, type: bf16, chip: inf1, instance: inf1.xlarge}
    published: {avg_ms: 4}
    device: {ms: 4, is: call, mark: published}
    source: "made up"
  - id: no-graph
    group: texts
    what: "a model without a graph"
    not_run: "the source has no graph"
    device: {ms: 1, is: alone, mark: published}
    source: "made up"
kernels:
  - {id: cs149-vecadd-free200, what: "vector add", chip: inf2, latency_ms: 0.019, mark: published, source: "made up"}
  - {id: no-kernel, what: "a kernel that nobody wrote", chip: inf2, latency_ms: 1, mark: published, source: "made up"}
)";

class Rows {
 public:
  explicit Rows(const std::string& text) : folder_(std::filesystem::temp_directory_path() / "inf_sim_validate_test") {
    std::filesystem::create_directories(folder_);
    std::ofstream(file()) << text;
  }
  ~Rows() { std::filesystem::remove_all(folder_); }
  std::filesystem::path file() const { return folder_ / "rows.yaml"; }

 private:
  std::filesystem::path folder_;
};

Validation validated(const std::string& text, const std::string& filter = "") {
  const Rows rows(text);
  RunCache cache(std::nullopt);
  Progress progress(false);
  return validate(rows.file(), filter, cache, progress);
}

const ValidationRow& row_of(const Validation& v, const std::string& id) {
  for (const ValidationRow& row : v.rows)
    if (row.measurement.id == id) return row;
  FAIL("no row " << id);
  return v.rows.front();
}

}  // namespace

TEST_CASE("median and rank correlation") {
  CHECK(median({}) == 0);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  const double up[] = {1, 2, 3, 4}, curved[] = {1, 4, 9, 16}, down[] = {4, 3, 2, 1}, same[] = {5, 5, 5, 5};
  const double tied[] = {1, 2, 2, 3};
  CHECK(rank_correlation(up, curved) == doctest::Approx(1));
  CHECK(rank_correlation(up, down) == doctest::Approx(-1));
  CHECK(rank_correlation(up, same) == 0);
  CHECK(rank_correlation(up, tied) == doctest::Approx(0.9487).epsilon(1e-3));  // sqrt(0.9)
}

TEST_CASE("every row is simulated like what was measured, or says why not") {
  const Validation v = validated(kRows);
  REQUIRE(v.rows.size() == 5);
  const ValidationRow& picture = row_of(v, "tiny-picture");
  CHECK(picture.not_run.empty());
  CHECK(picture.published_ns == 200000);
  CHECK(picture.simulated_ns > 20000);
  CHECK(picture.simulated_ns < 2000000);
  CHECK(picture.streamed_bytes + picture.resident_bytes > 20000000);  // 11.7 million parameters of 2 bytes
  REQUIRE(picture.simulated_call_ns.has_value());
  CHECK(*picture.simulated_call_ns > picture.simulated_ns + 95000);
  const ValidationRow& text = row_of(v, "tiny-text");
  CHECK(text.published_ns < 4e6 - 190000);  // a call, so the runtime is taken off
  CHECK(text.chip == "inf1");
  const ValidationRow& kernel = row_of(v, "cs149-vecadd-free200");
  CHECK(kernel.not_run.empty());
  CHECK(kernel.simulated_ns > 1000);
  CHECK(kernel.simulated_ns < 40000);
  CHECK(row_of(v, "no-graph").not_run == "the source has no graph");
  CHECK_FALSE(row_of(v, "no-kernel").not_run.empty());
  REQUIRE(v.groups.size() == 3);
  CHECK(v.groups[1].rows == 1);
  CHECK(v.groups[1].not_run == 1);
  CHECK(v.all.rows == 3);
  CHECK(v.all.not_run == 2);
  CHECK(v.all.worst >= v.all.median);
  CHECK_FALSE(v.fitted.empty());
  for (const std::string& page : {validation_text(v), validation_page(v), validation_json(v)})
    for (const ValidationRow& row : v.rows) CHECK(page.find(row.measurement.id) != std::string::npos);
}

TEST_CASE("a filter leaves rows out, and one that leaves all out is refused") {
  const Validation v = validated(kRows, "vecadd");
  CHECK(v.rows.size() == 1);
  CHECK_THROWS_AS(validated(kRows, "nothing"), Error);
}

TEST_CASE("mistakes of a file have their place") {
  struct Row {
    const char* name;
    std::string from, to;
    const char* want;
  };
  const Row rows[] = {
      {"a time that is none", "ms: 0.2", "ms: -1", "ms = -1 is outside"},
      {"no such model", "model: resnet18", "model: resnet81", "model = resnet81 is no built-in model"},
      {"no such kind of time", "is: alone", "is: alonely", "is = alonely"},
      {"neither run nor a reason", "not_run: \"the source has no graph\"", "note: \"none\"",
       "a row needs one of run and not_run"},
      {"the same id twice", "id: no-kernel", "id: tiny-text", "id tiny-text is given twice"},
      {"an unknown key", "mark: published, source: \"made up\"}", "mark: published, source: \"x\", sources: 1}",
       "unknown key"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string text = kRows;
    text.replace(text.find(row.from), row.from.size(), row.to);
    const Rows file(text);
    try {
      read_measurements(file.file());
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(exit_code(error.kind()) == 2);
      CHECK(std::string(error.what()).find(row.want) != std::string::npos);
    }
  }
}

TEST_CASE("the published measurements are all there") {
  const std::vector<Measurement> rows = read_measurements(find_config("measurements", "published", {}, "test"));
  CHECK(rows.size() == 82);
  for (const Measurement& m : rows) {
    CAPTURE(m.id);
    CHECK(m.device_ms > 0);
    CHECK_FALSE(m.source.empty());
    if (m.model && m.model->what == DeviceTime::interval) CHECK(m.model->workers >= 2);
  }
}
