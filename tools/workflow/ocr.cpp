#include "tools/workflow/ocr.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "isa/base/error.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/model.h"
#include "tools/workflow/readers.h"
#include "tools/workflow/reference.h"
#include "tools/workflow/stop_watch.h"
#include "tools/workflow/word_image.h"

namespace inf::workflow {
namespace {

using Words = std::vector<std::vector<float>>;

std::vector<TextBox> boxes_in_fp32(const Workload& detector, Progress& progress) {
  progress.stage("find boxes in fp32");
  const LoadedWorkload loaded = load(detector);
  std::vector<std::vector<float>> inputs;
  for (const ModelInput& input : loaded.inputs) inputs.push_back(input.values);
  const Geometry& geometry = loaded.picture->prepared.geometry;
  const compiler::Shape wanted = {1, geometry.canvas.height / 2, geometry.canvas.width / 2, 2};
  for (const Tensor& output : run_reference(loaded.graph, inputs))
    if (output.shape == wanted) return find_boxes(output.data, geometry, *detector.post);
  throw Error(ErrorKind::config, "post.craft",
              fmt::format("the model has no output of shape [1, {}, {}, 2]", wanted[1], wanted[2]));
}

void check_size(const Pipeline& pipeline, const ReaderForm& form) {
  const Extent size = form.size();
  if (size == pipeline.crop) return;
  throw Error(ErrorKind::config, pipeline.place,
              fmt::format("the reader takes pictures of {}x{} pixels, but the pipeline crops to {}x{} (height x width)",
                          size.height, size.width, pipeline.crop.height, pipeline.crop.width),
              {fmt::format("set pipeline.crop_height: {} and crop_width: {}, or use a reader of the crops' size",
                           size.height, size.width)});
}

Words crops_of(const Image& page, const std::vector<OcrWord>& words, const Pipeline& pipeline) {
  Words crops;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string place = fmt::format("box {}", i + 1);
    crops.push_back(word_tensor(crop_box(page, trimmed(words[i].box, pipeline.trim), place), pipeline.crop, place));
  }
  return crops;
}

// The reader of each batch size, with what a whole call costs.
struct Readers {
  std::vector<ReaderForm> forms;
  std::vector<std::unique_ptr<CompiledReader>> compiled;
};

Readers compile_readers(const Pipeline& pipeline, const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                        RunOptions options, OcrResult& result, Progress& progress) {
  Readers readers;
  for (const int batch : pipeline.batches) {
    progress.stage(fmt::format("compile the reader for batch {}", batch));
    readers.forms.push_back(reader_form(pipeline.reader, chip, pipeline.mode, batch));
    check_size(pipeline, readers.forms.back());
  }
  for (std::size_t i = 0; i < readers.forms.size(); ++i) {
    RunOptions timing = options;
    timing.mode = RunOptions::Mode::timing;
    CompiledReader whole(readers.forms[i], pipeline.reader, chip, instance, timing);
    Report report;
    whole.call({}, report, progress);
    result.buckets.push_back({pipeline.batches[i], report.latency, report.throughput, report.energy});
    result.head.data_dependent += report.data_dependent;
    if (options.mode == RunOptions::Mode::timing) continue;
    readers.compiled.push_back(
        std::make_unique<CompiledReader>(readers.forms[i], pipeline.reader, chip, instance, options));
  }
  return readers;
}

void plan(OcrResult& result) {
  std::vector<int> sizes;
  std::vector<double> costs;
  for (const Bucket& bucket : result.buckets) {
    sizes.push_back(bucket.batch);
    costs.push_back(bucket.latency->device_ns + bucket.latency->host_ns + bucket.throughput->device_start_ns);
  }
  result.plan = plan_batches(result.count, sizes, costs);
  for (const BatchPlan::Call& call : result.plan.calls) {
    Bucket& bucket = *std::find_if(result.buckets.begin(), result.buckets.end(),
                                   [&](const Bucket& b) { return b.batch == call.batch; });
    ++bucket.calls;
    bucket.padded += call.padded();
  }
}

void add(const Latency& call, Latency& sum) {
  sum.device_ns += call.device_ns;
  sum.ticks += call.ticks;
  sum.tick_mhz = call.tick_mhz;
  sum.overhead_ns += call.overhead_ns;
  sum.copy_ns += call.copy_ns;
  sum.copied_bytes += call.copied_bytes;
  sum.host_ns += call.host_ns;
  sum.calls += call.calls;
}

// A call of the page.
void add_call(const Latency& latency, const Throughput& rate, const std::optional<Energy>& energy, OcrResult& result,
              double& instance_seconds) {
  add(latency, *result.reading);
  instance_seconds += 1 / rate.instance_per_s;
  if (energy) result.energy = *energy + result.energy.value_or(Energy{});
}

// Without values all calls of a batch size take the same time.
void add_planned_calls(OcrResult& result, double& instance_seconds) {
  result.reading = Latency{.calls = 0};
  for (const BatchPlan::Call& call : result.plan.calls) {
    const Bucket& bucket = *std::find_if(result.buckets.begin(), result.buckets.end(),
                                         [&](const Bucket& b) { return b.batch == call.batch; });
    add_call(*bucket.latency, *bucket.throughput, bucket.energy, result, instance_seconds);
  }
}

// What the calls computed; their times into the result, with the seconds of the instance that they take.
Words read(const Words& crops, Readers& readers, bool timed, OcrResult& result, double& instance_seconds,
           Progress& progress) {
  Words logits;
  std::size_t done = 0;
  if (timed) result.reading = Latency{.calls = 0};
  for (const BatchPlan::Call& call : result.plan.calls) {
    std::size_t at = 0;
    while (result.buckets[at].batch != call.batch) ++at;
    Report report;
    const auto some = std::span(crops).subspan(done, static_cast<std::size_t>(call.filled));
    for (std::vector<float>& row : readers.compiled[at]->call(some, report, progress)) logits.push_back(std::move(row));
    done += some.size();
    if (timed) add_call(*report.latency, *report.throughput, report.energy, result, instance_seconds);
  }
  return logits;
}

void finish(const arch::InstanceSpec& instance, double instance_seconds, OcrResult& result) {
  instance_seconds += 1 / result.detect.throughput->instance_per_s;
  result.page_per_s = 1 / instance_seconds;
  Throughput pages = *result.detect.throughput;
  pages.instance_per_s = result.page_per_s;
  result.cost = measure_cost(pages, instance);
  if (result.detect.energy) result.energy = *result.detect.energy + result.energy.value_or(Energy{});
}

OcrResult begin(const Pipeline& pipeline, const arch::ChipSpec& chip, const RunOptions& options, bool on_host) {
  OcrResult result;
  Report& head = result.head;
  head.workload = pipeline.name;
  head.chip = chip.name;
  head.chip_title = chip.title;
  head.chip_hash = chip.hash();
  head.precision = pipeline.reader.precision;
  head.mode = on_host ? "reference" : mode_name(options.mode);
  head.host.threads = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
  if (const auto* parseq = std::get_if<BuiltinParseq>(&pipeline.reader.model)) {
    result.reader = fmt::format("PARSeq-{}", parseq->shape.name);
    result.mode = std::string(workloads::name(parseq->modes.at(pipeline.mode)));
    head.notes.push_back("reader: " + weights_note(parseq->weights));
  } else {
    result.reader = std::get<OnnxModel>(pipeline.reader.model).file.filename().string();
    result.mode = "model";
  }
  return result;
}

void check_words(const Pipeline& pipeline) {
  if (pipeline.words) return;
  throw Error(ErrorKind::usage, "--mode", "timing does not go with a pipeline: its boxes decide what is read",
              {"say how many words a page holds, such as pipeline.words: 14, use --mode both, or run the two workloads "
               "by themselves"});
}

// The boxes of the page and the detector's report.
std::vector<TextBox> find_on_chip(const Target& target, const Workload& detector, const RunOptions& options,
                                  OcrResult& result, Progress& progress) {
  RunResult found = run_on(target, detector, options, progress);
  result.detect = std::move(found.report);
  result.head.host.compile_seconds = result.detect.host.compile_seconds;
  result.head.host.simulate_seconds = result.detect.host.simulate_seconds;
  result.head.host.reference_seconds = result.detect.host.reference_seconds;
  return std::move(found.boxes);
}

// What was read in each box, into the result and alone.
std::vector<std::string> take_texts(const Pipeline& pipeline, const Words& logits, const Words& yardstick,
                                    OcrResult& result) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < result.words.size(); ++i) {
    OcrWord& word = result.words[i];
    word.read = read_text(logits[i], pipeline.reader.text->charset);
    if (!yardstick.empty()) word.reference = read_text(yardstick[i], pipeline.reader.text->charset);
    result.same += word.reference && word.reference->text == word.read.text ? 1 : 0;
    texts.push_back(word.read.text);
  }
  return texts;
}

}  // namespace

OcrResult run_ocr(const Pipeline& pipeline, const RunOptions& options, bool on_host, Progress& progress) {
  return run_ocr_on(load_target(pipeline.reader), pipeline, options, on_host, progress);
}

OcrResult run_ocr_on(const Target& target, const Pipeline& pipeline, const RunOptions& options, bool on_host,
                     Progress& progress) {
  const bool timing_alone = options.mode == RunOptions::Mode::timing && !on_host;
  if (timing_alone) check_words(pipeline);
  const StopWatch all;
  const arch::ChipSpec& chip = target.chip;
  const arch::InstanceSpec& instance = target.instance;
  OcrResult result = begin(pipeline, chip, options, on_host);
  check_size(pipeline, reader_form(pipeline.reader, chip, pipeline.mode, pipeline.batches.front()));
  Image page;
  if (!timing_alone) page = read_image(pipeline.detector.inputs.front().image);
  const std::vector<TextBox> boxes = on_host ? boxes_in_fp32(pipeline.detector, progress)
                                             : find_on_chip(target, pipeline.detector, options, result, progress);
  for (const TextBox& box : boxes) result.words.push_back({box, {}, std::nullopt});
  result.count = timing_alone ? *pipeline.words : static_cast<int>(boxes.size());
  const Words crops = crops_of(page, result.words, pipeline);
  Words yardstick, logits;
  if (on_host || (options.reference && !timing_alone)) {
    progress.stage("read in fp32");
    yardstick = read_in_fp32(reader_forms(pipeline.reader, chip, crops.size()).yardstick, crops);
  }
  const bool timed = !on_host && options.mode != RunOptions::Mode::values;
  double instance_seconds = 0;
  if (on_host) {
    logits = yardstick;
  } else {
    Readers readers = compile_readers(pipeline, chip, instance, options, result, progress);
    plan(result);
    const StopWatch simulating;
    if (timing_alone)
      add_planned_calls(result, instance_seconds);
    else
      logits = read(crops, readers, timed, result, instance_seconds, progress);
    result.head.host.simulate_seconds += simulating.seconds();
  }
  const std::vector<std::string> texts = take_texts(pipeline, logits, yardstick, result);
  if (!timing_alone) result.page = draw_texts(page, boxes, texts);
  if (timed) finish(instance, instance_seconds, result);
  note_assumed_course(options, result.head.data_dependent, result.head.notes);
  result.head.host.seconds = all.seconds();
  result.head.host.peak_memory_bytes = peak_memory();
  progress.clear();
  return result;
}

}  // namespace inf::workflow
