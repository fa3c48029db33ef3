#include "tools/inf-sim/look_arguments.h"

#include <algorithm>
#include <optional>

#include "isa/arch/chip_config.h"
#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/profile/annotations.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/profile/findings.h"
#include "tools/workflow/profile/what_if.h"
#include "tools/workflow/report_page/report_page.h"

namespace inf::cli {
namespace {

/// Everything that the recording says.
workflow::Profile profile_of(const workflow::RecordedRun& record, const Finished& run, const arch::ChipSpec& chip) {
  workflow::Profile profile = workflow::build_profile(run.head, record, chip);
  for (auto& setting : workflow::run_settings(run.workload)) profile.settings.push_back(std::move(setting));
  profile.findings = workflow::find(profile);
  return profile;
}

/// What other chips would make of the run, and advice that knows of it. Of several models in a row, no program is
/// planned again.
void add_what_ifs(const workflow::RecordedRun& record, const Finished& run, const arch::ChipSpec& chip,
                  workflow::Progress& progress, workflow::Profile& profile) {
  progress.stage("what if");
  const workflow::PlanAgain plan = run.model ? workflow::plan_again(run.workload) : workflow::PlanAgain();
  profile.what_if = workflow::what_ifs(record, chip, plan, progress);
  profile.findings = workflow::find(profile);
}

/// The document that `--json` gives.
std::string document(const Finished& run) {
  if (run.words) return workflow::reading_json(*run.words);
  if (run.page) return workflow::ocr_json(*run.page);
  return workflow::report_json(run.head);
}

/// The page of a run.
std::string report_page(const workflow::RecordedRun& record, const Finished& run, const workflow::Profile& profile) {
  return workflow::report_page({.workload = run.workload,
                                .document = document(run),
                                .record = record,
                                .profile = record.programs.empty() ? nullptr : &profile,
                                .model = run.model,
                                .page = run.page ? &run.page->page : nullptr});
}

}  // namespace

void LookArguments::add_to(CLI::App& command) {
  profile.add_to(command);
  trace.add_to(command);
  command
      .add_option("--report", report,
                  "one HTML page that needs no network: where the time went, roofline, time line, operators, what-if, "
                  "comparison with the reference, every parameter with its source")
      ->type_name("FILE.html");
  command.add_flag("--no-what-if", no_what_if,
                   "of --profile and --report: leave out what other numbers of the chip would do to the latency, which "
                   "compiles the model again some twenty times");
  command
      .add_option("--annotate", annotated,
                  "also write the model as ONNX with each node's time, bound, engine and placement in its metadata")
      ->type_name("OUT.onnx");
}

void LookArguments::check_model(const workflow::Workload* workload) const {
  if (annotated.empty()) return;
  if (workload == nullptr)
    throw Error(ErrorKind::usage, "--annotate", "is for workloads of one model, not for a pipeline of models",
                {"run one of its models"});
  workflow::check_annotated(*workload, annotated);
}

void LookArguments::check(workflow::RunOptions::Mode mode, bool by_reference) const {
  if (wanted() && by_reference)
    throw Error(ErrorKind::usage, "--mode", "reference runs no chip to look at", {"use --mode timing or both"});
  profile.check();
  trace.check();
  if (wanted() && mode == workflow::RunOptions::Mode::values)
    throw Error(ErrorKind::usage, "--mode", "values has no times to look at", {"use --mode timing or both"});
  if (!report.empty()) check_writable(report);
}

workflow::Detail LookArguments::detail() const {
  workflow::Detail detail = workflow::Detail::operators;
  if (profile.wanted()) detail = std::max(detail, profile.level());
  if (trace.wanted()) detail = std::max(detail, trace.level());
  if (!report.empty() || !annotated.empty()) detail = workflow::Detail::instructions;  // for the critical path
  return detail;
}

workflow::RecordedRun LookArguments::record() const {
  workflow::RecordedRun record{.detail = detail()};
  trace.announce(record);
  return record;
}

std::vector<std::string> LookArguments::write(const workflow::RecordedRun& record, const Finished& run,
                                              workflow::Progress& progress) const {
  std::vector<std::string> lines;
  const arch::ChipSpec chip = arch::load_chip(run.workload.chip);
  if (trace.wanted()) {
    progress.stage("trace");
    lines.push_back(trace.write(record, chip));
  }
  std::optional<workflow::Profile> whole;
  const auto profile_of_all = [&]() -> const workflow::Profile& {
    if (whole) return *whole;
    whole = profile_of(record, run, chip);
    const bool asked = !report.empty() || (profile.wanted() && profile.level() == workflow::Detail::instructions);
    if (asked && !no_what_if) add_what_ifs(record, run, chip, progress, *whole);
    return *whole;
  };
  if (profile.wanted()) {
    progress.stage("profile");
    if (record.instructions() && profile.level() == workflow::Detail::operators) {
      const workflow::RecordedRun plain = record.without_instructions();
      lines.push_back(profile.write(plain, profile_of(plain, run, chip)));
    } else {
      lines.push_back(profile.write(record, profile_of_all()));
    }
  }
  if (!report.empty()) {
    progress.stage("report");
    write_file_atomically(report, report_page(record, run, profile_of_all()));
    lines.push_back(report);
  }
  if (!annotated.empty() && run.model != nullptr) {
    progress.stage("annotate");
    workflow::write_annotated(run.workload, workflow::annotate_run(profile_of_all(), run.head, run.model->nodes, chip),
                              annotated);
    lines.push_back(annotated);
  }
  return lines;
}

}  // namespace inf::cli
