#include "tools/inf-sim/dumps.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::cli {
namespace {

void check_pass(const std::string& option, const std::string& pass) {
  std::vector<std::string> names;
  for (const compiler::PassInfo& info : compiler::passes()) names.push_back(info.name);
  if (std::find(names.begin(), names.end(), pass) != names.end()) return;
  throw Error(ErrorKind::usage, option, fmt::format("'{}' is no pass{}", pass, did_you_mean(pass, names)),
              {"inf-sim compile --list-passes prints them"});
}

}  // namespace

void DumpOptions::add_to(CLI::App& command, bool with_stop) {
  command.add_option("--dump-after", after, "print the program's state after this pass to stderr; may be repeated")
      ->type_name("PASS")
      ->expected(1)
      ->take_all();
  if (with_stop) command.add_option("--stop-after", stop_after, "compile no further than this pass")->type_name("PASS");
}

compiler::CompileOptions DumpOptions::options() const {
  for (const std::string& pass : after) check_pass("--dump-after", pass);
  if (!stop_after.empty()) check_pass("--stop-after", stop_after);
  compiler::CompileOptions options;
  options.stop_after = stop_after;
  options.wants_dump = [names = after](const std::string& pass) {
    return std::find(names.begin(), names.end(), pass) != names.end();
  };
  options.dump = [](const std::string& pass, const std::string& text) {
    fmt::print(stderr, "; after {}\n{}", pass, text);
    if (!text.empty() && text.back() != '\n') fmt::print(stderr, "\n");
  };
  return options;
}

}  // namespace inf::cli
