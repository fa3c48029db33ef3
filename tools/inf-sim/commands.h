#pragma once
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace inf::cli {

/// What the chosen subcommand does once the command line is parsed; returns the exit code.
using Action = std::function<int()>;

// Each adds its subcommand to `app` and, when that one is chosen, leaves what to do in `action`.
void add_run(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_compile(CLI::App& app, Action& action);
void add_analyze(CLI::App& app, Action& action);
void add_build(CLI::App& app, Action& action);
void add_asm(CLI::App& app, Action& action);
void add_disasm(CLI::App& app, Action& action);
void add_exec(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_kernel(CLI::App& app, Action& action);
void add_profile(CLI::App& app, Action& action);
void add_diff(CLI::App& app, Action& action);
void add_hw(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_docs(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);

}  // namespace inf::cli
