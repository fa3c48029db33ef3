#pragma once
#include <filesystem>
#include <string>

namespace inf::workflow::sweep {

/// Refuses what is no database of a sweep of this version, by its first bytes: SQLite would bring a file with an
/// unfinished transaction in order by opening it, and a foreign one is not ours to touch. Errors: usage, naming the
/// file, what it is and the way out.
void check_store_file(const std::filesystem::path& file);

/// Makes an empty database where there is no file; whole or not at all, and never in the place of another.
/// Errors: usage when it cannot.
void make_store_file(const std::filesystem::path& file);

/// Refuses a file or folder that this process may not write. Errors: usage.
void check_store_writable(const std::filesystem::path& file);

}  // namespace inf::workflow::sweep
