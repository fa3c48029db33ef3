#pragma once
#include <fmt/core.h>

#include <string>

#include "isa/base/error.h"
#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

/// A sweep file that lies beside the shipped ones.
inline Sweep sweep_of(const std::string& yaml) {
  return parse_sweep(yaml, std::filesystem::path(INF_SOURCE_DIR) / "configs/sweeps/s.yaml");
}

/// The same with a workload and these lines.
inline Sweep craft_sweep(const std::string& lines) {
  return sweep_of("workload: ../../workloads/craft.yaml\n" + lines);
}

/// What the reader says of a file, places and notes included, without the folders before the names.
inline std::string refusal(const std::string& yaml) {
  try {
    sweep_of(yaml);
  } catch (const Error& error) {
    std::string text = error.what();
    for (const std::string folder : {"/configs/sweeps/", "/"})
      for (std::size_t at = 0; (at = text.find(INF_SOURCE_DIR + folder)) != std::string::npos;)
        text.erase(at, (INF_SOURCE_DIR + folder).size());
    return text;
  }
  return "read";
}

}  // namespace inf::workflow::sweep
