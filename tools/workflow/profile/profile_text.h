#pragma once
#include <optional>
#include <string>

#include "tools/workflow/profile/breakdown.h"

namespace inf::workflow {

struct ProfileTextOptions {
  std::size_t top = 10;  ///< rows of a table before the one that closes it
  std::optional<By> by;  ///< this table alone, with every row up to `top`
};

/// The summary of `inf-sim profile`: findings, where the time went, engines, critical path, memory over time, warnings.
/// In every table of times the parts add up to the latency, as ticks and as they are printed.
std::string profile_text(const Profile& profile, const ProfileTextOptions& options);

/// The document described in docs/json.md: every part, and of `options` only `by`.
std::string profile_json(const Profile& profile, const ProfileTextOptions& options);

}  // namespace inf::workflow
