#pragma once
#include <filesystem>

#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// Before any work: can write_profile write `path`? What is there and is no profile stays.
/// Errors: usage, naming the path.
void check_profile_destination(const std::filesystem::path& path);

/// The profile, and the single instructions, transfers and semaphore updates of its run where they were recorded, as an
/// SQLite database with the tables of schema.h; whole or not at all. The same run gives the same bytes.
/// Errors: usage as check_profile_destination.
void write_profile(const Profile& profile, const RecordedRun& run, const std::filesystem::path& path);

/// What write_profile wrote, less single instructions. Changes nothing.
/// Errors: usage for a file that cannot be read, is no profile, is damaged or has another version's tables.
Profile read_profile(const std::filesystem::path& path);

}  // namespace inf::workflow
