// sweep_samples FOLDER POINTS OBJECTIVES: writes page.html, points.csv, points.json and text.txt of made-up results,
// for the test that looks at the page. With more than two objectives there are two workloads as well.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/tools/workflow/sweep/fake_results.h"

int main(int argc, char** argv) {
  using namespace inf::workflow::sweep;
  if (argc != 4) {
    std::cerr << "usage: sweep_samples FOLDER POINTS OBJECTIVES\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::vector<Metric> objectives = {Metric::latency, Metric::usd_per_million, Metric::throughput, Metric::accuracy};
  objectives.resize(std::strtoul(argv[3], nullptr, 10));
  fake::Fake fake = fake::sampled(std::strtoul(argv[2], nullptr, 10), objectives);
  if (objectives.size() > 2) fake = fake::with_second_workload(fake);
  std::ofstream(folder / "page.html", std::ios::binary) << results_html(fake.sweep, fake.results);
  std::ofstream(folder / "points.csv", std::ios::binary) << results_csv(fake.sweep, fake.results);
  std::ofstream(folder / "points.json", std::ios::binary) << results_json(fake.sweep, fake.results);
  std::ofstream(folder / "text.txt", std::ios::binary) << results_text(fake.sweep, fake.results) << "\n"
                                                       << pareto_text(fake.sweep, fake.results);
  return 0;
}
