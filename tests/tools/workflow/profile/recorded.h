#pragma once
#include "isa/arch/chip_config.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/run.h"
#include "tools/workflow/workload.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow {

/// A run that was watched, with what a profile needs beside the recording.
struct Recorded {
  Workload workload;
  arch::ChipSpec chip;
  RunResult result;
  RecordedRun run;

  Profile profile() const { return build_profile(result.report, run, chip); }
};

/// CRAFT at 32 x 64 pixels: every kind of instruction that convolutions need, in milliseconds.
inline Recorded record_craft(const std::string& chip, Detail detail) {
  Overrides over;
  over.chip = chip;
  over.size = Extent{32, 64};
  WorkloadFile file;
  file.file = "craft.yaml";
  file.model.builtin = PlacedText{"craft", ""};
  Recorded recorded{.workload = resolve(file, over)};
  recorded.chip = arch::load_chip(recorded.workload.chip);
  recorded.run.detail = detail;
  RunOptions options;
  options.mode = RunOptions::Mode::timing;
  options.record = &recorded.run;
  Progress progress(false);
  recorded.result = run(recorded.workload, options, progress);
  return recorded;
}

}  // namespace inf::workflow
