#include "tools/inf-sim/sweep_stores.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

#include "isa/base/error.h"
#include "tools/inf-sim/sweep_parts.h"
#include "tools/workflow/sweep/explore.h"

namespace inf::cli {
namespace {

namespace fs = std::filesystem;
using workflow::sweep::Store;

fs::path temporary_folder() {
  std::string pattern = (fs::temp_directory_path() / "inf-sim-sweep-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw Error(ErrorKind::usage, pattern, fmt::format("cannot be made: {}", std::strerror(errno)));
  return pattern;
}

void check_same_sweep(const Store& one, const Store& other) {
  if (one.sweep_yaml() == other.sweep_yaml()) return;
  throw Error(ErrorKind::usage, other.file().string(),
              fmt::format("is of another sweep than {}: {} as it was then differs from {}", one.file().string(),
                          other.sweep_file().filename().string(), one.sweep_file().filename().string()),
              {"inf-sim sweep S.yaml --db FILE.db brings a database up to what S.yaml asks for now"});
}

}  // namespace

SweepStores::SweepStores(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    std::error_code none;
    for (const auto& before : each)
      if (fs::equivalent(before->file(), file, none)) throw Error(ErrorKind::usage, file, "is named twice");
    each.push_back(std::make_unique<Store>(file, Store::Access::read));
    check_same_sweep(*each.front(), *each.back());
  }
  together_ = each.front().get();
  if (each.size() == 1) return;
  folder_ = temporary_folder();
  try {
    merged_ = std::make_unique<Store>(folder_ / "all.db", Store::Access::write);
    merged_->put_sweep(each.front()->sweep_yaml(), each.front()->sweep_file());
    for (const auto& store : each) merged_->merge(*store);
  } catch (...) {
    std::error_code ignored;
    merged_.reset();
    fs::remove_all(folder_, ignored);
    throw;
  }
  together_ = merged_.get();
}

SweepStores::~SweepStores() {
  merged_.reset();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string SweepStores::prune_note() const {
  for (const auto& store : each)
    if (store->note(kPruneNote) == "0") return "0";
  return "1";
}

workflow::sweep::SweepStatus SweepStores::status(const workflow::sweep::Sweep& sweep) const {
  workflow::sweep::SweepStatus status;
  status.sweep = sweep.name;
  status.workloads = sweep.workloads.size();
  for (const auto& store : each)
    status.databases.push_back({store->file().string(), store->note(kShardNote), store->counts(), store->activity()});
  status.points = workflow::sweep::count_points(workflow::sweep::results_of(sweep, *together_, prune_note() != "0"));
  return status;
}

}  // namespace inf::cli
