#include "tools/inf-sim/sweep_parts.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/files.h"
#include "tools/workflow/sweep/discarded_log.h"
#include "tools/workflow/sweep/explore.h"

namespace inf::cli {
namespace {

namespace fs = std::filesystem;

struct Destination {
  const char* option;
  std::string file;
};

std::vector<Destination> destinations(const SweepExports& exports) {
  std::vector<Destination> all;
  for (const Destination& one : {Destination{"--csv", exports.csv}, Destination{"--json", exports.json.file},
                                 Destination{"--html", exports.html}, Destination{"--discarded", exports.discarded}})
    if (!one.file.empty()) all.push_back(one);
  return all;
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code none;
  return fs::weakly_canonical(fs::absolute(a), none) == fs::weakly_canonical(fs::absolute(b), none);
}

}  // namespace

void SweepExports::add_to(CLI::App& command) {
  command.add_option("--csv", csv, "write a table with a line for each point")->type_name("FILE");
  command.add_option("--html", html, "write a page with front, parallel coordinates and table; needs no network")
      ->type_name("FILE");
  command.add_option("--discarded", discarded, "write which points were discarded, each with its proof")
      ->type_name("FILE");
  json.add_to(command);
}

void SweepExports::check(const std::vector<fs::path>& inputs) const {
  const std::vector<Destination> all = destinations(*this);
  for (auto one = all.begin(); one != all.end(); ++one) {
    for (const fs::path& input : inputs)
      if (same_file(one->file, input))
        throw Error(ErrorKind::usage, one->option, fmt::format("'{}' is read here; name another file", one->file));
    for (auto other = all.begin(); other != one; ++other)
      if (same_file(one->file, other->file))
        throw Error(ErrorKind::usage, one->option,
                    fmt::format("'{}' is where {} goes; name another file", one->file, other->option));
    if (one->option != std::string("--json")) check_writable(one->file);
  }
  check_destinations(json);
}

void SweepExports::emit(const workflow::sweep::Sweep& sweep, const workflow::sweep::Results& results,
                        std::string text) const {
  if (!csv.empty()) write_file_atomically(csv, workflow::sweep::results_csv(sweep, results));
  if (!html.empty()) write_file_atomically(html, workflow::sweep::results_html(sweep, results));
  if (!discarded.empty()) write_file_atomically(discarded, workflow::sweep::discarded_log(sweep, results));
  std::vector<std::string> files;
  for (const Destination& one : destinations(*this)) files.push_back(one.file);
  if (!files.empty()) text += fmt::format("\nwritten: {}\n", fmt::join(files, ", "));
  cli::emit(json, text, json.wanted ? workflow::sweep::results_json(sweep, results) : std::string());
}

std::vector<std::string> SweepExports::arguments() const {
  if (json.wanted && json.file.empty())
    throw Error(ErrorKind::usage, "--json", "name a file: the results come when the jobs are done");
  std::vector<std::string> all;
  for (const Destination& one : destinations(*this)) all.push_back(fmt::format("{}={}", one.option, one.file));
  return all;
}

void StoredSweepFile::add_to(CLI::App& command) {
  command.add_option("--sweep", file, "where the sweep file lies, when no longer where it was; default as it was")
      ->type_name("S.yaml");
}

workflow::sweep::Sweep StoredSweepFile::read(const workflow::sweep::Store& store) const {
  const std::string yaml = store.sweep_yaml();
  if (yaml.empty())
    throw Error(ErrorKind::usage, store.file().string(), "has no sweep yet",
                {"inf-sim sweep S.yaml --db FILE writes one"});
  const fs::path place = file.empty() ? store.sweep_file() : fs::path(file);
  std::error_code none;
  if (!fs::exists(place, none))
    throw Error(ErrorKind::usage, place.string(), "is not there, and with it what the sweep's paths start from",
                {fmt::format("--sweep S.yaml says where the sweep file of {} lies now", store.file().string())});
  return workflow::sweep::parse_sweep(yaml, place);
}

workflow::sweep::Results stored_results(const workflow::sweep::Sweep& sweep, const workflow::sweep::Store& store) {
  using workflow::sweep::Status;
  workflow::sweep::Results results = workflow::sweep::results_of(sweep, store, store.note(kPruneNote) != "0");
  const auto counts = store.counts();
  const auto done = counts.find(Status::done);
  if (done != counts.end() && done->second > 0 && results.count(Status::done) == 0 &&
      results.count(Status::missing) > 0)
    throw Error(ErrorKind::usage, store.file().string(),
                fmt::format("holds {} results, and none of a point that the sweep asks for now: inf-sim itself, or a "
                            "model, chip or instance file has changed since",
                            done->second),
                {fmt::format("inf-sim sweep {} --db {} computes them anew", sweep.file.string(), store.file().string()),
                 "or use the files and the inf-sim that they were computed with"});
  return results;
}

}  // namespace inf::cli
