#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tools/workflow/sweep/status.h"
#include "tools/workflow/sweep/store.h"

namespace inf::cli {

/// Databases of one sweep, opened to be read.
struct SweepStores {
  /// Errors: usage when they are of different sweeps, or a file is named twice.
  explicit SweepStores(const std::vector<std::string>& files);
  ~SweepStores();
  SweepStores(const SweepStores&) = delete;
  SweepStores& operator=(const SweepStores&) = delete;

  /// What all of them have; where there are several, in a database that lies among temporary files until the end.
  const workflow::sweep::Store& together() const { return *together_; }
  workflow::sweep::SweepStatus status(const workflow::sweep::Sweep& sweep) const;
  /// The note that the last sweeps left: "0" where any of them did not prune.
  std::string prune_note() const;

  std::vector<std::unique_ptr<workflow::sweep::Store>> each;

 private:
  std::filesystem::path folder_;  ///< of the database of all; empty: none
  std::unique_ptr<workflow::sweep::Store> merged_;
  const workflow::sweep::Store* together_ = nullptr;
};

}  // namespace inf::cli
