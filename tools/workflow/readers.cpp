#include "tools/workflow/readers.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/error.h"
#include "tools/workflow/model.h"
#include "tools/workflow/read_text.h"
#include "tools/workflow/segments.h"
#include "tools/workflow/workload_parseq.h"
#include "workloads/words/words.h"

namespace inf::workflow {
namespace {

constexpr int kDefaultWords = 16;
constexpr std::int64_t kYardstickBatch = 16;  // words that the host reads at a time

Image colours(const workloads::Grey& grey) {
  Image image{grey.width, grey.height, {}};
  for (const std::uint8_t level : grey.pixels) image.rgb.insert(image.rgb.end(), 3, level);
  return image;
}

void add_rendered(int count, std::vector<WordInput>& words) {
  constexpr std::uint64_t kSeed = 1;
  int number = 0;
  for (workloads::RenderedWord& word : workloads::rendered_words(count, kSeed))
    words.push_back({fmt::format("word {}", ++number), word.text, colours(word.picture)});
}

const compiler::Value& only(const compiler::Graph& graph, const std::vector<compiler::ValueId>& ids, const char* what,
                            std::size_t rank, const std::string& place) {
  for (const compiler::ValueId id : ids)
    if (graph.value(id).shape.size() == rank && (std::string_view(what) == "output" || ids.size() == 1))
      return graph.value(id);
  throw Error(ErrorKind::config, place,
              fmt::format("the model has no {} of a reader: images [batch, 3, height, width] go in, logits [batch, "
                          "positions, classes] come out",
                          what));
}

const compiler::Value& images_of(const ReaderForm& form) {
  const compiler::Value& images = only(form.graph, form.graph.inputs, "input", 4, form.place);
  if (images.shape[1] != 3)
    throw Error(ErrorKind::config, form.place,
                fmt::format("input '{}' has shape [{}]; a reader takes [batch, 3, height, width]", images.name,
                            fmt::join(images.shape, ", ")));
  return images;
}

const compiler::Value& logits_of(const ReaderForm& form) {
  return only(form.graph, form.graph.outputs, "output", 3, form.place);
}

// Words in the places of a batch, the rest zero.
std::vector<float> packed(const ReaderForm& form, std::span<const std::vector<float>> words) {
  std::vector<float> images(static_cast<std::size_t>(compiler::elements(images_of(form).shape)), 0.0F);
  auto to = images.begin();
  for (const std::vector<float>& word : words) to = std::copy(word.begin(), word.end(), to);
  return images;
}

std::vector<std::vector<float>> unpacked(const ReaderForm& form, std::span<const float> logits, std::size_t words) {
  const auto size = static_cast<std::size_t>(form.positions() * form.classes());
  std::vector<std::vector<float>> rows;
  for (std::size_t i = 0; i < words; ++i)
    rows.emplace_back(logits.begin() + static_cast<std::ptrdiff_t>(i * size),
                      logits.begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
  return rows;
}

ReaderForm builtin_form(const workloads::ParseqOptions& options) {
  return {std::string(workloads::name(options.mode)), options.refine, parseq_graph(options), "model.builtin"};
}

ReaderForm onnx_form(const Workload& workload) {
  return {"model", 0, load_graph(workload), std::get<OnnxModel>(workload.model).file.string()};
}

}  // namespace

std::vector<WordInput> word_inputs(const Workload& workload) {
  std::vector<WordInput> words;
  for (const InputSource& input : workload.inputs) {
    if (input.words > 0) {
      add_rendered(input.words, words);
    } else if (!input.image.empty()) {
      words.push_back({input.image.filename().string(), std::nullopt, read_image(input.image)});
    } else {
      throw Error(ErrorKind::config, input.place, "a reader takes word images: inputs.image or inputs.words");
    }
  }
  if (words.empty()) add_rendered(kDefaultWords, words);
  return words;
}

std::int64_t ReaderForm::batch() const { return images_of(*this).shape[0]; }
std::int64_t ReaderForm::positions() const { return logits_of(*this).shape[1]; }
std::int64_t ReaderForm::classes() const { return logits_of(*this).shape[2]; }
Extent ReaderForm::size() const {
  const compiler::Shape& shape = images_of(*this).shape;
  return {static_cast<int>(shape[2]), static_cast<int>(shape[3])};
}

ReaderForms reader_forms(const Workload& workload, const arch::ChipSpec& chip, std::size_t words) {
  ReaderForms all;
  if (const auto* parseq = std::get_if<BuiltinParseq>(&workload.model)) {
    for (const workloads::ParseqMode mode : parseq->modes)
      all.forms.push_back(builtin_form(parseq_options(*parseq, mode, chip)));
    workloads::ParseqOptions yardstick = parseq_options(*parseq, workloads::ParseqMode::ar, chip);
    yardstick.batch = std::clamp<std::int64_t>(static_cast<std::int64_t>(words), 1, kYardstickBatch);
    yardstick.early_end = true;
    all.yardstick = builtin_form(yardstick);
  } else {
    all.forms.push_back(onnx_form(workload));
    all.yardstick = all.forms.front();
  }
  for (const ReaderForm& form : all.forms) {
    check_charset(workload.text->charset, form.classes(), workload.text->place);
    static_cast<void>(form.size());
  }
  return all;
}

ReaderForm reader_form(const Workload& workload, const arch::ChipSpec& chip, std::size_t index, std::int64_t batch) {
  ReaderForm form;
  if (const auto* parseq = std::get_if<BuiltinParseq>(&workload.model)) {
    workloads::ParseqOptions options = parseq_options(*parseq, parseq->modes.at(index), chip);
    options.batch = batch;
    form = builtin_form(options);
  } else {
    form = onnx_form(workload);
    if (form.batch() != batch)
      throw Error(ErrorKind::config, form.place,
                  fmt::format("takes {} words per call, but a batch of {} is asked for", form.batch(), batch),
                  {"bind its batch to that size, or list the model's own batch"});
  }
  check_charset(workload.text->charset, form.classes(), workload.text->place);
  return form;
}

std::vector<std::vector<float>> read_in_fp32(const ReaderForm& form, std::span<const std::vector<float>> words) {
  std::vector<std::vector<float>> all;
  const auto batch = static_cast<std::size_t>(form.batch());
  const auto output = static_cast<std::size_t>(
      std::find_if(form.graph.outputs.begin(), form.graph.outputs.end(),
                   [&](compiler::ValueId id) { return &form.graph.value(id) == &logits_of(form); }) -
      form.graph.outputs.begin());
  for (std::size_t i = 0; i < words.size(); i += batch) {
    const auto some = words.subspan(i, std::min(batch, words.size() - i));
    const std::vector<Tensor> outputs = run_reference(form.graph, {packed(form, some)});
    for (std::vector<float>& row : unpacked(form, outputs[output].data, some.size())) all.push_back(std::move(row));
  }
  return all;
}

CompiledReader::CompiledReader(const ReaderForm& form, const Workload& workload, const arch::ChipSpec& chip,
                               const arch::InstanceSpec& instance, const RunOptions& options)
    : form_(form), workload_(workload), chip_(chip), instance_(instance), options_(options) {
  model_ =
      compiler::compile_placed(form.graph, chip, with_workload(options.compile, workload), workload.host_operators);
}

std::vector<std::vector<float>> CompiledReader::call(std::span<const std::vector<float>> words, Report& report,
                                                     Progress& progress) {
  const compiler::Value& images = images_of(form_);
  const std::vector<ModelInput> inputs{{images.name, images.shape, packed(form_, words)}};
  for (const compiler::CompiledSegment& segment : model_.segments)
    if (segment.model.source) segment.model.source->rewind();
  const PlacedRun run = run_segments(model_, chip_, instance_, inputs, options_, progress);
  options_.record = nullptr;  // the first call is watched
  for (std::size_t i = 0; i < model_.segments.size(); ++i) {
    if (!run.segments[i].program) continue;
    report.instructions += run.segments[i].program->result.instructions;
    report.data_dependent += run.segments[i].program->result.data_dependent;
    report.device_memory_bytes += model_.segments[i].model.source->image().dram_bytes;
  }
  if (options_.mode != RunOptions::Mode::values)
    measure_placed(model_, run, chip_, instance_, workload_.precision.compute, report);
  if (options_.mode == RunOptions::Mode::timing) return {};
  return unpacked(form_, run.values.at(logits_of(form_).name).data, words.size());
}

}  // namespace inf::workflow
