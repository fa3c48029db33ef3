#include "tools/inf-sim/output.h"

#include <fmt/core.h>

#include <cstdio>

#include "isa/base/error.h"
#include "tools/workflow/atomic_file.h"

namespace inf::cli {
namespace {

constexpr int kLargestSide = 16384;

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

void emit(const JsonChoice& choice, const std::string& text, const std::string& json) {
  if (choice.wanted && choice.file.empty()) {
    fmt::print("{}", json);
    return;
  }
  if (choice.wanted) workflow::write_file_atomically(choice.file, json);
  fmt::print("{}", text);
}

workflow::Extent parse_size(const std::string& text) {
  int height = 0, width = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%dx%d%c", &height, &width, &rest) != 2 || height < 1 || width < 1 ||
      height > kLargestSide || width > kLargestSide)
    throw Error(ErrorKind::usage, "--size",
                fmt::format("'{}' is no size; write HEIGHTxWIDTH, each 1..{}, such as 768x768", text, kLargestSide));
  return {height, width};
}

bool is_workload(const std::string& file) { return file.ends_with(".yaml") || file.ends_with(".yml"); }

}  // namespace inf::cli
