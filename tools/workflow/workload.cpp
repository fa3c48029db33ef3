#include "tools/workflow/workload.h"

#include <fmt/core.h>

#include <array>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/read_number.h"
#include "tools/workflow/files.h"
#include "tools/workflow/onnx_batch.h"
#include "tools/workflow/workload_builtin.h"
#include "tools/workflow/workload_fields.h"

namespace inf::workflow {
namespace fs = std::filesystem;
namespace {

fs::path beside(const WorkloadFile& file, const std::string& path) {
  return (file.file.parent_path() / path).lexically_normal();
}

OnnxModel resolve_onnx(const WorkloadFile& file, const Overrides& overrides) {
  if (overrides.size)
    throw Error(ErrorKind::usage, "--size",
                fmt::format("is for built-in models; {} is an ONNX file, whose inputs model.shapes sets",
                            file.model.onnx->text));
  OnnxModel model{beside(file, file.model.onnx->text), {}, file.model.buckets};
  model.options.symbols = file.model.symbols;
  for (const std::string& text : overrides.bind)
    for (const auto& [name, size] : parse_binding(text, "--bind")) model.options.symbols[name] = size;
  if (!overrides.buckets.empty()) model.buckets.clear();
  for (const std::string& text : overrides.buckets)
    model.buckets.push_back({parse_binding(text, "--bucket"), "--bucket " + text});
  for (const auto& [name, shape] : file.model.shapes) model.options.shapes[name] = shape;
  if (const auto batch = overrides.batch ? overrides.batch : file.model.batch) bind_batch(model, *batch);
  return model;
}

InputSource resolve_input(const WorkloadFile& file, const WorkloadFile::Input& from) {
  InputSource input;
  if (from.name) input.name = from.name->text;
  input.place = from.place;
  if (from.image) {
    input.image = beside(file, from.image->text);
    if (!file.pre && !file.pre_parseq)
      throw Error(ErrorKind::config, from.image->place,
                  fmt::format("inputs.image = {} needs `pre: {{craft: {{}}}}` or `pre: {{parseq: {{}}}}` to become a "
                              "tensor",
                              from.image->text));
  }
  if (from.npy) input.npy_or_seed = beside(file, from.npy->text);
  if (from.random) input.npy_or_seed = *from.random;
  if (from.words) input.words = static_cast<int>(*from.words);
  return input;
}

PreOptions resolve_pre(const WorkloadFile::Pre& from, const Workload& workload) {
  PreOptions pre;
  pre.mag_ratio = from.mag_ratio.value_or(pre.mag_ratio);
  pre.canvas_size = static_cast<int>(from.canvas_size.value_or(pre.canvas_size));
  if (const auto* craft = std::get_if<BuiltinCraft>(&workload.model)) pre.canvas = craft->size;
  return pre;
}

PostOptions resolve_post(const WorkloadFile::Post& from) {
  PostOptions post;
  if (from.low_text) post.low_text = static_cast<float>(*from.low_text);
  if (from.link_threshold) post.link_threshold = static_cast<float>(*from.link_threshold);
  if (from.text_threshold) post.text_threshold = static_cast<float>(*from.text_threshold);
  return post;
}

/// What makes a workload a reader: the built-in parseq always is one.
void resolve_text(const WorkloadFile& file, Workload& workload) {
  const bool parseq = std::holds_alternative<BuiltinParseq>(workload.model);
  if (parseq && (file.pre || file.post))
    throw Error(ErrorKind::config, file.model.place, "the built-in parseq takes `pre: parseq` and `post: text`");
  if (file.post_text.has_value() != file.pre_parseq && !parseq)
    throw Error(ErrorKind::config, file.file.string(), "pre.parseq and post.text come together");
  if (!parseq && !file.post_text) {
    for (const InputSource& input : workload.inputs)
      if (input.words > 0)
        throw Error(ErrorKind::config, input.place, "inputs.words needs `pre: {parseq: {}}` and `post: {text: {}}`");
    return;
  }
  workload.text = TextOptions{};
  if (file.post_text && file.post_text->charset)
    workload.text = TextOptions{file.post_text->charset->text, file.post_text->charset->place + ": post.text.charset"};
}

}  // namespace

void resolve_target(const WorkloadFile& file, const Overrides& overrides, Workload& workload) {
  const fs::path folder = file.file.parent_path();
  const std::string chip = file.target.chip ? file.target.chip->text : "inf2";
  const std::string chip_place = file.target.chip ? file.target.chip->place : file.file.string();
  workload.chip = overrides.chip ? find_config("chips", *overrides.chip, {}, "--chip")
                                 : find_config("chips", chip, folder, chip_place);
  if (!overrides.instances) return;
  // Another chip on the command line brings its own instances; the file's belong to the file's chip.
  const bool own = overrides.chip && *overrides.chip != chip;
  const std::string instances =
      file.target.instances && !own ? file.target.instances->text : workload.chip.stem().string();
  workload.instances =
      find_config("instances", instances, folder, file.target.instances ? file.target.instances->place : chip_place);
  if (file.target.instance && !own) {
    workload.instance = file.target.instance->text;
    workload.instance_place = file.target.instance->place;
  }
}

Precision resolve_precision(const WorkloadFile& file, const Overrides& overrides) {
  const auto chosen = [](const std::optional<std::string>& over, const char* option,
                         const std::optional<PlacedText>& own, const char* fallback) {
    return over ? PlacedText{*over, option} : own ? *own : PlacedText{fallback, ""};
  };
  const PlacedText cast = chosen(overrides.auto_cast, "--auto-cast", file.auto_cast, "all"),
                   type = chosen(overrides.auto_cast_type, "--auto-cast-type", file.auto_cast_type, "bf16");
  return precision_of(parse_auto_cast(cast.text, cast.place), parse_auto_cast_type(type.text, type.place));
}

compiler::HostOperators parse_host_operators(const std::string& text, const std::string& place) {
  constexpr std::array<std::string_view, 2> kNames = {"forbid", "allow"};
  if (text == kNames[0]) return compiler::HostOperators::forbid;
  if (text == kNames[1]) return compiler::HostOperators::allow;
  throw Error(ErrorKind::usage, place,
              fmt::format("host_operators = {} is none of forbid, allow{}", text, did_you_mean(text, kNames)));
}

compiler::WeightChoice parse_weight_choice(const std::string& text, const std::string& place) {
  constexpr std::array<std::string_view, 2> kNames = {"automatic", "stream"};
  if (text == kNames[0]) return compiler::WeightChoice::automatic;
  if (text == kNames[1]) return compiler::WeightChoice::stream;
  throw Error(ErrorKind::usage, place,
              fmt::format("weights = {} is none of automatic, stream{}", text, did_you_mean(text, kNames)));
}

compiler::CompileOptions with_workload(compiler::CompileOptions options, const Workload& workload) {
  options.compute = workload.precision.compute;
  options.storage = workload.precision.storage;
  options.weights = workload.weights;
  return options;
}

Binding parse_binding(const std::string& text, const std::string& place) {
  Binding binding;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string part = text.substr(start, comma - start);
    const std::size_t equals = part.find('=');
    const bool named = equals != std::string::npos && equals > 0;
    const auto size =
        named ? read_number<std::int64_t>(std::string_view(part).substr(equals + 1)) : std::optional<std::int64_t>();
    if (!size)
      throw Error(ErrorKind::usage, fmt::format("{} {}", place, text),
                  fmt::format("'{}' is no NAME=SIZE; an example is batch=8,seq=128", part));
    const WorkloadField& field = workload_field("model.symbols");
    if (static_cast<double>(*size) < field.low || static_cast<double>(*size) > field.high)
      throw Error(ErrorKind::usage, fmt::format("{} {}", place, text),
                  fmt::format("{} is outside {}..{}", part, field.low, field.high));
    if (!binding.emplace(part.substr(0, equals), *size).second)
      throw Error(ErrorKind::usage, fmt::format("{} {}", place, text),
                  fmt::format("'{}' is given twice", part.substr(0, equals)));
    start = comma + 1;
  }
  return binding;
}

Workload resolve(const WorkloadFile& file, const Overrides& overrides) {
  if (file.pipeline)
    throw Error(ErrorKind::usage, file.pipeline->place, "a pipeline is no single model",
                {"name one of its workload files; `inf-sim run` takes the pipeline as a whole"});
  Workload workload;
  workload.file = file.file;
  workload.name = file.file.stem().string();
  if (file.model.builtin)
    workload.model = resolve_builtin(file, overrides);
  else
    workload.model = resolve_onnx(file, overrides);
  for (const WorkloadFile::Input& input : file.inputs) workload.inputs.push_back(resolve_input(file, input));
  if (file.pre) workload.pre = resolve_pre(*file.pre, workload);
  if (file.post) workload.post = resolve_post(*file.post);
  resolve_text(file, workload);
  workload.precision = resolve_precision(file, overrides);
  if (overrides.host_operators)
    workload.host_operators = parse_host_operators(*overrides.host_operators, "--host-ops");
  else if (file.host_operators)
    workload.host_operators = parse_host_operators(file.host_operators->text, file.host_operators->place);
  workload.cores = overrides.cores ? overrides.cores : file.cores;
  workload.cores_place = overrides.cores ? "--cores" : file.cores_place;
  if (overrides.weights)
    workload.weights = parse_weight_choice(*overrides.weights, "--weights");
  else if (file.weights)
    workload.weights = parse_weight_choice(file.weights->text, file.weights->place);
  resolve_target(file, overrides, workload);
  workload.checks = {file.checks.min_correlation, file.checks.min_snr_db,  file.checks.min_layer_snr_db,
                     file.checks.max_error,       file.checks.min_box_iou, file.checks.min_same_text};
  return workload;
}

}  // namespace inf::workflow
