#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/error.h"
#include "tools/workflow/ocr.h"
#include "workloads/parseq/options.h"

namespace inf::workflow {
namespace {

// One of the pipeline's workload files, with the pipeline's target and precision.
Workload part(const WorkloadFile& pipeline, const PlacedText& path, WorkloadFile file, const Overrides& overrides) {
  if (file.pipeline)
    throw Error(ErrorKind::config, path.place,
                fmt::format("{} is a pipeline itself; name the workload of one model", path.text));
  file.inputs.clear();
  file.checks = {};
  if (pipeline.auto_cast) file.auto_cast = pipeline.auto_cast;
  if (pipeline.auto_cast_type) file.auto_cast_type = pipeline.auto_cast_type;
  if (pipeline.host_operators) file.host_operators = pipeline.host_operators;
  if (pipeline.weights) file.weights = pipeline.weights;
  Workload workload = resolve(file, overrides);
  resolve_target(pipeline, overrides, workload);
  return workload;
}

InputSource page_of(const WorkloadFile& file) {
  if (file.inputs.size() != 1 || !file.inputs[0].image)
    throw Error(ErrorKind::config, file.inputs.empty() ? file.pipeline->place : file.inputs[0].place,
                "a pipeline takes one page: `inputs: {image: FILE}`");
  InputSource page;
  page.image = (file.file.parent_path() / file.inputs[0].image->text).lexically_normal();
  page.place = file.inputs[0].place;
  return page;
}

std::size_t mode_of(const Workload& reader, const std::optional<PlacedText>& mode) {
  if (!mode) return 0;
  const auto* parseq = std::get_if<BuiltinParseq>(&reader.model);
  if (parseq == nullptr)
    throw Error(ErrorKind::config, mode->place, "pipeline.mode is for the built-in parseq; an ONNX file has one form");
  const workloads::ParseqMode wanted = workloads::parse_parseq_mode(mode->text, mode->place);
  const auto at = std::find(parseq->modes.begin(), parseq->modes.end(), wanted);
  if (at == parseq->modes.end()) {
    std::vector<std::string_view> names;
    for (const workloads::ParseqMode known : parseq->modes) names.push_back(workloads::name(known));
    throw Error(
        ErrorKind::config, mode->place,
        fmt::format("pipeline.mode = {} is none of the reader's modes ({})", mode->text, fmt::join(names, ", ")));
  }
  return static_cast<std::size_t>(at - parseq->modes.begin());
}

std::vector<int> batches_of(const std::vector<std::int64_t>& listed) {
  if (listed.empty()) return {1, 4, 16};
  std::vector<int> batches(listed.begin(), listed.end());
  std::sort(batches.begin(), batches.end());
  batches.erase(std::unique(batches.begin(), batches.end()), batches.end());
  return batches;
}

}  // namespace

std::filesystem::path part_file(const WorkloadFile& pipeline, const PlacedText& path) {
  return (pipeline.file.parent_path() / path.text).lexically_normal();
}

Pipeline resolve_pipeline(const WorkloadFile& file, const Overrides& overrides) {
  return resolve_pipeline(file, read_workload_file(part_file(file, *file.pipeline->detect)),
                          read_workload_file(part_file(file, *file.pipeline->read)), overrides);
}

Pipeline resolve_pipeline(const WorkloadFile& file, const WorkloadFile& detect, const WorkloadFile& read,
                          const Overrides& overrides) {
  const WorkloadFile::Pipeline& from = *file.pipeline;
  Pipeline pipeline;
  pipeline.name = file.file.stem().string();
  pipeline.place = from.place;
  Overrides for_reader = overrides;
  for_reader.size.reset();
  pipeline.detector = part(file, *from.detect, detect, overrides);
  pipeline.reader = part(file, *from.read, read, for_reader);
  if (!pipeline.detector.post)
    throw Error(ErrorKind::config, from.detect->place,
                fmt::format("pipeline.detect = {} has no `post: craft`, so it finds no boxes", from.detect->text));
  if (!pipeline.reader.text)
    throw Error(ErrorKind::config, from.read->place,
                fmt::format("pipeline.read = {} has no `post: text`, so it reads no words", from.read->text));
  pipeline.detector.inputs = {page_of(file)};
  pipeline.mode = mode_of(pipeline.reader, from.mode);
  pipeline.batches = batches_of(from.batches);
  pipeline.crop = {static_cast<int>(from.crop_height.value_or(pipeline.crop.height)),
                   static_cast<int>(from.crop_width.value_or(pipeline.crop.width))};
  if (from.words) pipeline.words = static_cast<int>(*from.words);
  pipeline.trim = static_cast<float>(from.trim.value_or(pipeline.trim));
  return pipeline;
}

}  // namespace inf::workflow
