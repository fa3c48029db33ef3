#include "tools/inf-sim/output.h"

#include <fmt/core.h>

#include <cstdio>
#include <string_view>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "isa/base/read_number.h"

namespace inf::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kLargestSide = 16384;

/// 0 where the whole text is no number in range.
int parse_side(std::string_view text) {
  const int side = read_number<int>(text).value_or(0);
  return side >= 1 && side <= kLargestSide ? side : 0;
}

/// Can files be written into this folder, which may not exist yet?
void check_folder(const fs::path& folder) {
  std::error_code error;
  fs::path there = fs::absolute(folder);
  while (!fs::exists(there, error) && !error && there.has_relative_path()) there = there.parent_path();
  if (!error && !fs::is_directory(there, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + error.message());
  try {
    check_writable(there / ".inf-sim-probe");
  } catch (const Error& refused) {
    throw Error(refused.kind(), folder.string(), refused.message(), refused.notes());
  }
}

}  // namespace

void JsonChoice::add_to(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "--json",
          [this](const std::string& value) {
            wanted = true;
            file = value == "-" ? "" : value;
          },
          "print JSON (docs/json.md) in place of text; with FILE, write it there beside the text")
      ->expected(0, 1)
      ->default_str("-")
      ->type_name("[FILE]");
}

void check_destinations(const JsonChoice& choice, const fs::path& folder) {
  if (!folder.empty()) check_folder(folder);
  if (choice.file.empty()) return;
  const fs::path parent = fs::absolute(choice.file).lexically_normal().parent_path();
  const bool comes_later = !folder.empty() && parent == (fs::absolute(folder) / "").lexically_normal().parent_path();
  std::error_code none;
  if (!comes_later || fs::exists(parent, none)) check_writable(choice.file);
}

void emit(const JsonChoice& choice, const std::string& text, const std::string& json) {
  if (choice.wanted && choice.file.empty()) {
    fmt::print("{}", json);
    return;
  }
  if (choice.wanted) write_file_atomically(choice.file, json);
  fmt::print("{}", text);
}

workflow::Extent parse_size(const std::string& text) {
  const std::size_t cross = text.find('x');
  const int height = cross == std::string::npos ? 0 : parse_side(std::string_view(text).substr(0, cross));
  const int width = cross == std::string::npos ? 0 : parse_side(std::string_view(text).substr(cross + 1));
  if (height == 0 || width == 0)
    throw Error(ErrorKind::usage, "--size",
                fmt::format("'{}' is no size; write HEIGHTxWIDTH, each 1..{}, such as 768x768", text, kLargestSide));
  return {height, width};
}

bool is_workload(const std::string& file) { return file.ends_with(".yaml") || file.ends_with(".yml"); }

}  // namespace inf::cli
