#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/inf-sim/program_input.h"
#include "tools/inf-sim/trace_arguments.h"
#include "tools/workflow/exec.h"
#include "tools/workflow/files.h"

namespace inf::cli {
namespace {

struct ExecArguments {
  std::string program, chip = "inf2", mode = "both", out;
  std::vector<std::string> inputs;
  int threads = 0;
  TraceArguments trace;
  JsonChoice json;
};

int execute(const ExecArguments& a) {
  const arch::ChipSpec chip = arch::load_chip(workflow::find_config("chips", a.chip, {}, "--chip"));
  workflow::ExecOptions options;
  options.inputs = a.inputs;
  options.values = a.mode != "timing";
  options.timing = a.mode != "values";
  options.threads = a.threads;
  a.trace.check(options.timing);
  workflow::RecordedRun record = a.trace.record();
  if (a.trace.wanted()) options.record = &record;
  check_destinations(a.json, a.out);
  workflow::Progress progress;
  const std::unique_ptr<isa::ProgramSource> program = open_program(a.program, chip);
  const workflow::ExecResult result = workflow::exec(chip, *program, options, progress);
  if (result.instructions == 0)
    throw Error(ErrorKind::usage, a.program, "holds no instruction; docs/isa.md says how to write them");
  if (!a.out.empty()) workflow::write_outputs(result, a.out);
  const std::string trace = a.trace.wanted() ? a.trace.write(record, chip) + "\n" : "";
  emit(a.json, workflow::exec_text(result) + trace, workflow::exec_json(result));
  return 0;
}

}  // namespace

void add_exec(CLI::App& app, Action& action) {
  auto a = std::make_shared<ExecArguments>();
  CLI::App* command = app.add_subcommand("exec", "run a program: its outputs and its cycles");
  command->add_option("program", a->program, "program file (.infp) or assembler text")->required()->type_name("P");
  command
      ->add_option("--input", a->inputs,
                   "an input tensor: NAME=FILE, .npy or its raw bytes; may be repeated; inputs not given are 0")
      ->type_name("NAME=FILE")
      ->expected(1)
      ->take_all();
  command->add_option("--chip", a->chip, "a name in configs/chips or a path")->capture_default_str()->type_name("CHIP");
  command->add_option("--mode", a->mode, "what to compute")
      ->check(CLI::IsMember({"timing", "values", "both"}))
      ->capture_default_str();
  command->add_option("--threads", a->threads, "threads for values; 0: one per processor")->check(CLI::Range(0, 1024));
  command->add_option("--out", a->out, "folder for each output as NAME.npy")->type_name("DIR");
  a->trace.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return execute(*a); }; });
}

}  // namespace inf::cli
