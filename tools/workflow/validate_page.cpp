#include <fmt/core.h>

#include "tools/workflow/format.h"
#include "tools/workflow/validate.h"
#include "tools/workflow/validate_words.h"

namespace inf::workflow {
namespace {

constexpr const char* kHead = R"(# Simulated against published measurements

Written by `inf-sim validate`; run it again after a change of the chip model, the compiler or a chip file. The measurements with their sources
lie in `configs/measurements/{}`; nothing in the program knows a model, a batch or a row.

Each row is compiled and simulated without values, with as many cores of one chip busy as ran in the measurement. What is compared is the time
of the device:

- a published device time, or a call less what the instance file says of runtime and copies, stands beside one simulated call;
- a time between calls of a core that always has the next call waiting stands beside one simulated call and `runtime.device_start_ns`;
- a kernel's time stands beside the same part of the hand-written kernel's run.

Error = simulated / published - 1: positive where the simulation is slower. Absolute errors make the medians. Rank correlation is Spearman's.
Figures differ between releases of the vendor's compiler by about 5 % for transformers and 0.15 ms for small CNNs; nothing below that can be
tested.
)";

constexpr const char* kNotCaptured = R"(
## What the model does not capture

- **Another compiler's schedule.** Published times are those of the vendor's compiler of one release; the same model on the same chip became up
  to twice as fast over the releases. What is simulated is the schedule that inf-sim's compiler finds.
- **Framework differences.** Host-side limits of many processes on one instance (rows with 16 models on 24 vCPU), Python's and Java's own time
  and thread switches are one constant per call in the instance file.
- **Releases of the runtime.** One set of runtime parameters stands for all of them.
- **Mapping of sources.** Where a source leaves the exact graph open (Keras and TensorFlow ResNet-50, cased and uncased vocabularies, the form of
  an attention mask), the built-in form stands for it. Padding of short sequences inside the vendor's compiler is not known.
- **Batches that outgrow SBUF.** Some of the vendor's schedules lose less there than inf-sim's, which takes the first layers image by image and loads
  their weights again (ResNet-50, batch 5 on Inf1), or does the whole batch in rounds (BERT-base, batch 8 on Inf1).
- **A second busy core that finds enough bandwidth.** Cores slow each other by what they want of device memory beyond its rate. BGE's rows slow down by
  10 to 14 % on two cores, although the simulated schedule draws less than half of that rate; why is not public.
- **Refresh, page and bank conflicts of device memory.** Its rate is one number; so is a DMA engine's.
- **Clocks and power.** Clocks are constant; nothing throttles.
- **Instruction fetch.** Instructions arrive when they are needed.
)";

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string summary_line(const ErrorSummary& s) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {:.3f} |\n", s.group, s.rows, s.not_run, percent(s.median),
                     percent(s.worst), s.worst_row, s.rank_correlation);
}

std::string summary(const Validation& v) {
  std::string text =
      "\n## Errors of device times\n\n| Group | Rows | Not run | Median | Worst | Worst row | Rank correlation |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const ErrorSummary& s : v.groups) text += summary_line(s);
  return text + summary_line(v.all);
}

std::string group_table(const Validation& v, const ErrorSummary& group) {
  std::string text = fmt::format(
      "\n## {}\n\n| Measurement | Simulated as | Chip, cores | Published | Simulated | Error | Bound | Simulated "
      "breakdown "
      "|\n|---|---|---|---|---|---|---|---|\n",
      group.group);
  for (const ValidationRow& row : v.rows) {
    if (row.measurement.group != group.group || !row.not_run.empty()) continue;
    text += fmt::format("| {} | {} | {}, {} | {} | {} | {} | {} | {} |\n", row.measurement.id, cell(row.what), row.chip,
                        row.cores, duration(row.published_ns), duration(row.simulated_ns), error_words(row.error()),
                        row.bound, breakdown_words(row));
  }
  return text;
}

std::string calls(const Validation& v) {
  std::string lines;
  for (const ValidationRow& row : v.rows)
    if (row.simulated_call_ns && row.published_call_ns)
      lines += fmt::format("| {} | {} | {} | {} |\n", row.measurement.id, duration(*row.published_call_ns),
                           duration(*row.simulated_call_ns),
                           error_words(*row.simulated_call_ns / *row.published_call_ns - 1));
  if (lines.empty()) return {};
  return "\n## Whole calls\n\nMedian or mean latency as the caller sees it: device, runtime and copies; behind the "
         "other "
         "workers of its core where there are several.\n\n| Measurement | Published | Simulated | Error "
         "|\n|---|---|---|---|\n" +
         lines;
}

std::string not_run(const Validation& v) {
  std::string lines;
  for (const ValidationRow& row : v.rows)
    if (!row.not_run.empty())
      lines += fmt::format("| {} | {} | {} |\n", row.measurement.id, cell(row.measurement.what), cell(row.not_run));
  return lines.empty() ? "" : "\n## Not run\n\n| Measurement | What | Why |\n|---|---|---|\n" + lines;
}

std::string fitted(const Validation& v) {
  std::string text =
      "\n## Fitted parameters\n\nEvery parameter of the files used that was chosen to meet measurements, and "
      "those measurements. All others are documented, derived or assumed without looking at a row.\n\n"
      "| File | Parameter | Value | Fitted to |\n|---|---|---|---|\n";
  for (const auto& [file, p] : v.fitted)
    text += fmt::format("| {} | `{}` | {}{} | {} |\n", file, p.path, p.value,
                        p.unit.empty() || p.unit == "-" ? "" : " " + p.unit, cell(p.source));
  return v.fitted.empty() ? "\n## Fitted parameters\n\nNone.\n" : text;
}

}  // namespace

std::string validation_page(const Validation& v) {
  std::string text = fmt::format(kHead, v.file) + summary(v);
  for (const ErrorSummary& group : v.groups)
    if (group.rows > 0) text += group_table(v, group);
  return text + calls(v) + not_run(v) + fitted(v) + kNotCaptured;
}

}  // namespace inf::workflow
