#pragma once
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "isa/base/error.h"
#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// A folder that goes when the test ends; in memory where that can be, since tests wait for many a commit.
struct TestFolder {
  std::filesystem::path path;
  explicit TestFolder(const std::string& name)
      : path((::access("/dev/shm", W_OK) == 0 ? std::filesystem::path("/dev/shm")
                                              : std::filesystem::temp_directory_path()) /
             ("inf-sim-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~TestFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path operator/(const char* name) const { return path / name; }
};

/// What an act refuses with; empty where it does not.
inline std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline CaseOutcome done_in(double latency, double throughput = 1) {
  CaseOutcome outcome;
  outcome.status = Status::done;
  outcome.metrics[Metric::latency] = latency;
  outcome.metrics[Metric::throughput] = throughput;
  outcome.device_ns = latency;
  outcome.seconds = 0.5;
  return outcome;
}

inline CaseOutcome ended(Status status, const std::string& reason) {
  CaseOutcome outcome;
  outcome.status = status;
  outcome.reason = reason;
  return outcome;
}

}  // namespace inf::workflow::sweep
