#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <system_error>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/inf-sim/commands.h"
#include "tools/workflow/sweep/interrupts.h"

namespace {

/// The one place where errors become text.
int report(const inf::Error& error) {
  fmt::print(stderr, "inf-sim: {}{}{}\n", error.where(), error.where().empty() ? "" : ": ", error.message());
  for (const std::string& note : error.notes()) fmt::print(stderr, "  {}\n", note);
  return inf::exit_code(error.kind());
}

/// A word where a command belongs; CLI11 itself would only say that there is no command.
void check_command(const CLI::App& app, const std::string& word) {
  if (word.starts_with('-')) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), word) != names.end()) return;
  throw inf::Error(inf::ErrorKind::usage, "", fmt::format("'{}' is no command{}", word, inf::did_you_mean(word, names)),
                   {fmt::format("known: {}", fmt::join(names, ", "))});
}

/// CLI11 has exit codes of its own; here help is 0 and every mistake on the command line 2.
int report(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  fmt::print(stderr, "inf-sim: {}\n  inf-sim --help and inf-sim COMMAND --help list what there is\n", error.what());
  return inf::exit_code(inf::ErrorKind::usage);
}

/// Everything but the state of standard output itself.
int run(int argc, char** argv) {
  CLI::App app(
      "inf-sim: compiles ONNX models for AWS Inferentia chips and runs them on a simulated NeuronCore, bit by bit and "
      "cycle by cycle");
  app.name("inf-sim");
  app.require_subcommand(1);
  inf::cli::Action action;
  inf::cli::add_run(app, action);
  inf::cli::add_compare(app, action);
  inf::cli::add_sweep(app, action);
  inf::cli::add_compile(app, action);
  inf::cli::add_analyze(app, action);
  inf::cli::add_build(app, action);
  inf::cli::add_asm(app, action);
  inf::cli::add_disasm(app, action);
  inf::cli::add_exec(app, action);
  inf::cli::add_explain(app, action);
  inf::cli::add_kernel(app, action);
  inf::cli::add_profile(app, action);
  inf::cli::add_diff(app, action);
  inf::cli::add_hw(app, action);
  inf::cli::add_check(app, action);
  inf::cli::add_docs(app, action);
  inf::cli::add_validate(app, action);
  try {
    if (argc > 1) check_command(app, argv[1]);
    app.parse(argc, argv);
    return action();
  } catch (const CLI::ParseError& error) {
    return report(app, error);
  } catch (const inf::workflow::sweep::Interrupted& error) {
    report(error);
    return error.exit_code();
  } catch (const inf::Error& error) {
    return report(error);
  } catch (const std::bad_alloc&) {
    return report(inf::Error(inf::ErrorKind::usage, "", "out of memory; a smaller input needs less"));
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0) return 0;  // main says so
    return report(inf::Error(inf::ErrorKind::internal, "", error.what()));
  } catch (const std::exception& error) {
    return report(inf::Error(inf::ErrorKind::internal, "", error.what()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run(argc, argv);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return report(inf::Error(inf::ErrorKind::usage, "standard output", "cannot be written whole; is the disk full?"));
}
