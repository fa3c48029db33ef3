#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace inf::workflow {

/// Errors: usage when `file` is a folder.
void refuse_folder(const std::filesystem::path& file);

/// The whole file. Errors: usage, naming the path and why it cannot be read.
std::string read_file(const std::filesystem::path& file);

/// The folder that holds configs/ and workloads/: the closest one above the executable, else the source tree it was
/// built from.
std::filesystem::path data_folder();

/// configs/<kind>/<word>.yaml when `word` is a plain name such as "inf2"; the path `word`, seen from `base`, when it
/// holds a '/' or a '.'. `place` says where the word stands, for messages: an option, or a place in a file. Errors:
/// usage for a name without a file, listing the ones there are and the nearest of them.
std::filesystem::path find_config(std::string_view kind, const std::string& word, const std::filesystem::path& base,
                                  const std::string& place);

}  // namespace inf::workflow
