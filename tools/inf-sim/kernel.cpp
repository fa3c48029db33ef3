#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "isa/arch/chip_config.h"
#include "isa/arch/instance.h"
#include "isa/base/error.h"
#include "isa/program/file.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/inf-sim/trace_arguments.h"
#include "tools/workflow/files.h"
#include "tools/workflow/kernel_run.h"

namespace inf::cli {
namespace {

struct KernelArguments {
  std::string name, chip = "inf2", program, instances = "inf2";
  bool list = false;
  TraceArguments trace;
  JsonChoice json;
};

int run_kernel(const KernelArguments& a) {
  check_destinations(a.json);
  a.trace.check();
  if (a.list) {
    emit(a.json, workflow::kernel_list_text(), workflow::kernel_list_json());
    return 0;
  }
  if (a.name.empty()) throw Error(ErrorKind::usage, "kernel", "needs a name", {"inf-sim kernel --list names them"});
  const workloads::KernelInfo& kernel = workloads::find_kernel(a.name);
  const arch::ChipSpec chip = arch::load_chip(workflow::find_config("chips", a.chip, {}, "--chip"));
  if (!a.program.empty()) isa::write_program(*workloads::make_kernel(a.name, chip), a.program);
  const auto sizes = arch::load_instances(workflow::find_config("instances", a.instances, {}, "--instances"));
  workflow::Progress progress;
  workflow::RecordedRun record = a.trace.record();
  const workflow::KernelRun run =
      workflow::run_kernel(kernel, chip, sizes.front().runtime, progress, a.trace.wanted() ? &record : nullptr);
  const std::string trace = a.trace.wanted() ? a.trace.write(record, chip) + "\n" : "";
  emit(a.json, workflow::kernel_text(run) + trace, workflow::kernel_json(run));
  return 0;
}

}  // namespace

void add_kernel(CLI::App& app, Action& action) {
  auto a = std::make_shared<KernelArguments>();
  CLI::App* command = app.add_subcommand("kernel", "time a hand-written kernel, or write its program");
  command->add_option("name", a->name, "kernel to run")->type_name("NAME");
  command->add_flag("--list", a->list, "name the kernels and the published measurements that they stand for");
  command->add_option("--chip", a->chip, "a name in configs/chips or a path")->capture_default_str()->type_name("CHIP");
  command
      ->add_option("--instances", a->instances,
                   "a name in configs/instances or a path: what a call on the device costs beside the run")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("-o,--output", a->program, "write the program too, for exec and disasm")->type_name("P.infp");
  a->trace.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return run_kernel(*a); }; });
}

}  // namespace inf::cli
