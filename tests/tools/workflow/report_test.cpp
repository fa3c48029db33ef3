#include "tools/workflow/report.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tools/workflow/run.h"

using namespace inf::workflow;

TEST_CASE("an accuracy without a number is not called exact") {
  struct Row {
    const char* name;
    double snr_db, correlation;
    const char* text;
    const char* json;
  };
  const Row rows[] = {
      {"no error at all", INFINITY, 1, "exact     1.000000", "\"exact\": true"},
      {"some error", 41.25, 0.5, "41.25 dB     0.500000", "\"exact\": false"},
      {"reference of zeros", -INFINITY, 0, "-inf dB     0.000000", "\"exact\": false"},
      {"NaN", NAN, NAN, "NaN          NaN", "\"exact\": false"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Report report;
    report.accuracy.push_back({"y", 1, 1, row.snr_db, row.correlation});
    const std::string text = report_text(report, false);
    CAPTURE(text);
    CHECK(text.find(row.text) != std::string::npos);
    CHECK((text.find("exact") != std::string::npos) == (std::isinf(row.snr_db) && row.snr_db > 0));
    CHECK(report_json(report).find(row.json) != std::string::npos);
  }
}

TEST_CASE("the throughput of a core names both of its times") {
  Report report;
  report.throughput = Throughput{.device_start_ns = 17500, .core_per_s = 50070};
  CHECK(report_text(report, false).find("device + 17.50 us device start") != std::string::npos);
  CHECK(report_json(report).find("\"device_start_ns\": 17500") != std::string::npos);
}

TEST_CASE("timing alone says that no loop ended early, where data could have ended one") {
  using Mode = RunOptions::Mode;
  struct Row {
    Mode mode;
    std::uint64_t data_dependent;
    std::size_t notes;
  };
  for (const Row& row :
       {Row{Mode::timing, 5, 1}, Row{Mode::timing, 0, 0}, Row{Mode::both, 5, 0}, Row{Mode::values, 5, 0}}) {
    RunOptions options;
    options.mode = row.mode;
    std::vector<std::string> notes;
    note_assumed_course(options, row.data_dependent, notes);
    CHECK(notes.size() == row.notes);
  }
  Report report;
  report.data_dependent = 5;
  CHECK(report_json(report).find("\"data_dependent\": 5") != std::string::npos);
}
