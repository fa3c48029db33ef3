#pragma once
#include <filesystem>
#include <optional>

namespace inf::workflow {

/// Leaves the path of a profile in the cache folder, for `hw show`. Without a cache folder, or where it cannot be
/// written, nothing happens: a run does not fail over it.
void remember_profile(const std::filesystem::path& profile);

/// What remember_profile() was last given, where that file is still there.
std::optional<std::filesystem::path> last_profile();

}  // namespace inf::workflow
