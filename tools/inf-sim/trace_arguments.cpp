#include "tools/inf-sim/trace_arguments.h"

#include <fmt/core.h>

#include <cstdio>
#include <set>
#include <vector>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/format.h"
#include "tools/workflow/trace/trace.h"
#include "tools/workflow/trace/trace_size.h"

namespace inf::cli {
namespace {

using workflow::Detail;

constexpr Detail kLevels[] = {Detail::operators, Detail::tiles, Detail::instructions};

std::vector<std::string> level_names() {
  std::vector<std::string> names;
  for (const Detail level : kLevels) names.emplace_back(workflow::name(level));
  return names;
}

}  // namespace

void TraceArguments::add_to(CLI::App& command) {
  level_name = workflow::name(Detail::instructions);
  CLI::Option* trace =
      command.add_option("--trace", file, "write what the chip does when, for the Perfetto UI (docs/trace.md)")
          ->type_name("FILE.pftrace");
  command.add_option("--trace-level", level_name, "what a slice of the trace stands for; coarser ones make it smaller")
      ->check(CLI::IsMember(level_names()))
      ->capture_default_str()
      ->needs(trace)
      ->type_name("LEVEL");
  command
      .add_option("--trace-window", window,
                  "the part of the run that the trace shows, as two times from its start: 100us:2ms; default all of it")
      ->needs(trace)
      ->type_name("START:END");
}

void TraceArguments::check(bool timed) const {
  if (!wanted()) return;
  if (!timed) throw Error(ErrorKind::usage, "--mode", "values has no times to trace", {"use --mode timing or both"});
  if (!window.empty()) workflow::parse_trace_window(window, "--trace-window");
  check_writable(file);
}

Detail TraceArguments::level() const {
  for (const Detail level : kLevels)
    if (level_name == workflow::name(level)) return level;
  return Detail::instructions;
}

workflow::RecordedRun TraceArguments::record() const {
  workflow::RecordedRun record{.detail = level()};
  announce(record);
  return record;
}

void TraceArguments::announce(workflow::RecordedRun& record) const {
  if (!wanted()) return;
  // A program that is called again and again is announced once; how often is known only when the run ends.
  record.before = [this, said = std::set<std::string>(), again = false](isa::ProgramSource& program,
                                                                        const arch::ChipSpec& chip) mutable {
    try {
      const workflow::TraceEstimate estimate = workflow::estimate_trace(program, chip);
      const std::string text = workflow::estimate_text(estimate, program.image().name, level(), !window.empty());
      if (said.insert(text).second) {
        fmt::print(stderr, "trace: {}\n", text);
      } else if (!again) {
        again = true;
        fmt::print(stderr, "trace: {} is called again: the file grows by as much with every call\n",
                   program.image().name);
      }
    } catch (const Error&) {
      program.rewind();  // the run says better what is wrong with an instruction
    }
  };
}

std::string TraceArguments::write(const workflow::RecordedRun& record, const arch::ChipSpec& chip) const {
  workflow::TraceOptions options{.level = level()};
  if (!window.empty()) options.window = workflow::parse_trace_window(window, "--trace-window");
  const workflow::TraceSummary trace = workflow::write_trace(record, chip, options, file);
  return fmt::format("{}: {} of trace, {} events, level {}", file, workflow::si(static_cast<double>(trace.bytes), "B"),
                     workflow::grouped(static_cast<std::int64_t>(trace.events)), level_name);
}

}  // namespace inf::cli
