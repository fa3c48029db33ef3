#include "tools/workflow/reading.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "tools/workflow/accuracy.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/model.h"
#include "tools/workflow/readers.h"
#include "tools/workflow/stop_watch.h"

namespace inf::workflow {
namespace {

using Logits = std::vector<std::vector<float>>;  // of each word, [positions, classes]

// The positions that fp32 autoregressive decoding reads, word by word: what comes after its [E] means nothing.
OutputAccuracy compare_logits(const std::string& against, const Logits& found, const Logits& wanted,
                              const Logits& yardstick, std::size_t classes) {
  std::vector<float> a, b;
  for (std::size_t w = 0; w < found.size(); ++w) {
    const std::size_t read = read_positions(yardstick[w], classes) * classes;
    const std::size_t size = std::min({read, found[w].size(), wanted[w].size()});
    a.insert(a.end(), found[w].begin(), found[w].begin() + static_cast<std::ptrdiff_t>(size));
    b.insert(b.end(), wanted[w].begin(), wanted[w].begin() + static_cast<std::ptrdiff_t>(size));
  }
  const Accuracy accuracy = compare(a, b);
  return {against, accuracy.max_abs_error, accuracy.mean_abs_error, accuracy.snr_db, accuracy.correlation};
}

struct Setting {
  const Workload& workload;
  const arch::ChipSpec& chip;
  const arch::InstanceSpec& instance;
  const RunOptions& options;
  bool on_host;
  std::vector<std::vector<float>> images;  // [3, height, width] each
  std::string_view charset() const { return workload.text->charset; }
};

// Adds a call's time to the line's sums.
void add_call(const Report& call, ReadingLine& line) {
  if (!call.latency) return;
  if (!line.latency) {
    line.latency = line.slowest = call.latency;
    return;
  }
  line.latency->device_ns += call.latency->device_ns;
  line.latency->ticks += call.latency->ticks;
  if (call.latency->device_ns > line.slowest->device_ns) line.slowest = call.latency;
}

void finish_time(const Setting& setting, const Roofline& roofline, ReadingLine& line) {
  if (!line.latency) return;
  line.latency->device_ns /= line.calls;
  line.latency->ticks /= line.calls;
  line.throughput = measure_throughput(setting.chip, *line.latency, roofline, setting.instance);
  if (const auto spec = arch::energy_of(setting.chip)) line.energy = measure_energy(*spec, roofline, *line.latency);
  line.word_per_s = line.throughput->instance_per_s * static_cast<double>(line.batch);
  line.cost = measure_cost(*line.throughput, setting.instance);
  for (CostLine& cost : line.cost) cost.usd_per_million /= static_cast<double>(line.batch);
}

Logits read_on_chip(const Setting& setting, const ReaderForm& form, Report& head, Progress& progress,
                    ReadingLine& line) {
  const StopWatch compiling;
  progress.stage(form.name + ": compile");
  CompiledReader reader(form, setting.workload, setting.chip, setting.instance, setting.options);
  head.host.compile_seconds += compiling.seconds();
  line.host_segments = static_cast<std::size_t>(
      std::count_if(reader.model().segments.begin(), reader.model().segments.end(),
                    [](const compiler::CompiledSegment& s) { return s.place == compiler::Place::host; }));
  const StopWatch simulating;
  const bool timing_alone = setting.options.mode == RunOptions::Mode::timing;
  const auto batch = static_cast<std::size_t>(form.batch());
  Logits logits;
  Roofline roofline;
  for (std::size_t i = 0; i < setting.images.size(); i += batch) {
    const auto some = std::span(setting.images).subspan(i, std::min(batch, setting.images.size() - i));
    Report call;
    for (std::vector<float>& row : reader.call(some, call, progress)) logits.push_back(std::move(row));
    ++line.calls;
    add_call(call, line);
    if (i == 0) {
      line.instructions = call.instructions;
      head.data_dependent += call.data_dependent;
      line.device_memory_bytes = call.device_memory_bytes;
      if (call.roofline) roofline = *call.roofline;
    }
    if (timing_alone) break;  // without values every call takes the same time
  }
  finish_time(setting, roofline, line);
  head.host.simulate_seconds += simulating.seconds();
  return logits;
}

ReadingLine describe(const ReaderForm& form) {
  ReadingLine line;
  line.mode = form.name;
  line.refine = form.refine;
  line.positions = form.positions();
  line.batch = form.batch();
  return line;
}

void judge(const Setting& setting, const ReaderForm& form, const Logits& logits, const Logits& yardstick,
           Reading& reading, ReadingLine& line) {
  for (std::size_t w = 0; w < logits.size(); ++w) {
    line.texts.push_back(read_text(logits[w], setting.charset()));
    const ReadWord& word = reading.words[w];
    line.right += word.text && *word.text == line.texts.back().text ? 1 : 0;
    line.same += word.reference && word.reference->text == line.texts.back().text ? 1 : 0;
  }
  if (yardstick.empty() || logits.empty()) return;
  const auto classes = static_cast<std::size_t>(form.classes());
  const Logits own = setting.on_host || form.name == reading.yardstick ? Logits{} : read_in_fp32(form, setting.images);
  line.own = compare_logits("logits", logits, own.empty() ? yardstick : own, yardstick, classes);
  line.ar = compare_logits("logits", logits, yardstick, yardstick, classes);
}

// Every line must meet every tolerance; the worst one is reported.
void check(const Checks& checks, Reading& reading) {
  double correlation = INFINITY, snr = INFINITY, error = 0, same = 1;
  for (const ReadingLine& line : reading.lines) {
    if (!line.own) return;
    correlation = std::min(correlation, line.own->correlation);
    snr = std::min(snr, line.own->snr_db);
    error = std::max(error, line.own->max_error);
    same = std::min(same, static_cast<double>(line.same) / static_cast<double>(reading.words.size()));
  }
  std::vector<CheckResult>& results = reading.head.checks;
  const auto at_least = [&](const char* name, const std::optional<double>& wanted, double found) {
    if (wanted) results.push_back({name, *wanted, found, found >= *wanted});
  };
  at_least("correlation", checks.min_correlation, correlation);
  at_least("SNR, dB", checks.min_snr_db, snr);
  if (checks.max_error) results.push_back({"max error", *checks.max_error, error, error <= *checks.max_error});
  at_least("same text", checks.min_same_text, same);
}

Report heading(const Workload& workload, const arch::ChipSpec& chip, const RunOptions& options, bool on_host) {
  Report head;
  head.workload = workload.name;
  head.chip = chip.name;
  head.chip_title = chip.title;
  head.chip_hash = chip.hash();
  head.precision = workload.precision;
  head.mode = on_host ? "reference" : mode_name(options.mode);
  head.host.threads = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
  if (const auto* parseq = std::get_if<BuiltinParseq>(&workload.model)) {
    head.model = fmt::format("PARSeq-{}, up to {} characters", parseq->shape.name, parseq->characters);
    head.notes.push_back(parseq->weights.source == workloads::WeightChoice::Source::demo
                             ? "demo weights: constructed, not trained; they read the project's dot-matrix font in "
                               "eight cells that fill the picture, without regard to what was read before"
                             : weights_note(parseq->weights));
    const bool loops = std::count(parseq->modes.begin(), parseq->modes.end(), workloads::ParseqMode::ar) > 0;
    if (loops && !on_host)
      head.notes.push_back(chip.sequencer.loops ? "ar leaves its loop when every word of the call has its [E]"
                                                : "this chip has no control flow: ar decodes every position");
  } else {
    head.model = std::get<OnnxModel>(workload.model).file.filename().string();
  }
  return head;
}

}  // namespace

Reading run_reading(const Workload& workload, const RunOptions& options, bool on_host, Progress& progress) {
  return run_reading_on(load_target(workload), workload, options, on_host, progress);
}

Reading run_reading_on(const Target& target, const Workload& workload, const RunOptions& options, bool on_host,
                       Progress& progress) {
  const StopWatch all;
  const arch::ChipSpec& chip = target.chip;
  const arch::InstanceSpec& instance = target.instance;
  const std::vector<WordInput> words = word_inputs(workload);
  const ReaderForms forms = reader_forms(workload, chip, words.size());
  Reading reading;
  reading.head = heading(workload, chip, options, on_host);
  reading.yardstick = forms.yardstick.name;
  Setting setting{workload, chip, instance, options, on_host, {}};
  for (const WordInput& word : words) {
    setting.images.push_back(word_tensor(word.image, forms.yardstick.size(), word.name));
    reading.words.push_back({word.name, word.text, std::nullopt});
    reading.known += word.text.has_value() ? 1 : 0;
  }
  Logits yardstick;
  if (on_host || (options.reference && options.mode != RunOptions::Mode::timing)) {
    const StopWatch reference;
    progress.stage("fp32 reference");
    yardstick = read_in_fp32(forms.yardstick, setting.images);
    for (std::size_t w = 0; w < yardstick.size(); ++w)
      reading.words[w].reference = read_text(yardstick[w], setting.charset());
    reading.head.host.reference_seconds = reference.seconds();
  }
  for (const ReaderForm& form : forms.forms) {
    ReadingLine line = describe(form);
    const Logits logits = !on_host ? read_on_chip(setting, form, reading.head, progress, line)
                          : form.name == forms.yardstick.name ? yardstick
                                                              : read_in_fp32(form, setting.images);
    judge(setting, form, logits, yardstick, reading, line);
    reading.lines.push_back(std::move(line));
  }
  note_assumed_course(options, reading.head.data_dependent, reading.head.notes);
  check(workload.checks, reading);
  if (workload.checks.any() && reading.head.checks.empty())
    reading.head.notes.push_back("the checks of the workload were not made: they need values and the fp32 reference");
  reading.head.host.seconds = all.seconds();
  reading.head.host.peak_memory_bytes = peak_memory();
  progress.clear();
  return reading;
}

}  // namespace inf::workflow
