#pragma once
#include <filesystem>
#include <string_view>

namespace inf::workflow {

/// Writes a whole file or nothing: the bytes go to PATH.part first, which is then renamed over PATH.
/// Errors: usage, naming the path, when it cannot be created, written whole or renamed; no partial file stays behind.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace inf::workflow
