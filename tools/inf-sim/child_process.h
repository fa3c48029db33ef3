#pragma once
#include <string>
#include <vector>

namespace inf::cli {

struct ChildResult {
  int code = 0;  ///< exit code, or 128 and the signal that ended it
  std::string out, err;
};

/// Runs a program with these words, the first of which is its file; no shell reads them. Its output goes through
/// temporary files, so that no pipe can fill. Errors: usage when it cannot be started.
ChildResult run_child(const std::vector<std::string>& command);

}  // namespace inf::cli
