#include "tools/workflow/workload.h"

#include <fmt/core.h>

#include <array>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/workflow/files.h"

namespace inf::workflow {
namespace fs = std::filesystem;
namespace {

constexpr int kSizeStep = 32;  // CRAFT halves its input five times

fs::path beside(const WorkloadFile& file, const std::string& path) {
  return (file.file.parent_path() / path).lexically_normal();
}

int round_up(std::int64_t size) { return static_cast<int>((size + kSizeStep - 1) / kSizeStep * kSizeStep); }

workloads::WeightChoice parse_weights(const PlacedText& weights) {
  try {
    return workloads::parse_weight_choice(weights.text);
  } catch (const Error& error) {
    throw Error(error.kind(), weights.place, "model." + error.where() + ": " + error.message(), error.notes());
  }
}

BuiltinCraft resolve_craft(const WorkloadFile& file, const Overrides& overrides) {
  BuiltinCraft craft;
  if (file.model.weights) {
    craft.weights = parse_weights(*file.model.weights);
    if (craft.weights.source == workloads::WeightChoice::Source::file)
      craft.weights.file = beside(file, file.model.weights->text);
  }
  std::optional<Extent> asked = overrides.size;
  if (!asked && file.model.height)
    asked = Extent{static_cast<int>(*file.model.height), static_cast<int>(*file.model.width)};
  if (!asked) return craft;
  craft.size = Extent{round_up(asked->height), round_up(asked->width)};
  if (!(*craft.size == *asked)) craft.size_asked = asked;
  return craft;
}

OnnxModel resolve_onnx(const WorkloadFile& file, const Overrides& overrides) {
  if (overrides.size)
    throw Error(ErrorKind::usage, "--size",
                fmt::format("is for built-in models; {} is an ONNX file, whose inputs model.shapes sets",
                            file.model.onnx->text));
  OnnxModel model{beside(file, file.model.onnx->text), {}};
  model.options.symbols = file.model.symbols;
  for (const auto& [name, shape] : file.model.shapes) model.options.shapes[name] = shape;
  return model;
}

InputSource resolve_input(const WorkloadFile& file, const WorkloadFile::Input& from) {
  InputSource input;
  if (from.name) input.name = from.name->text;
  input.place = from.place;
  if (from.image) {
    input.image = beside(file, from.image->text);
    if (!file.pre)
      throw Error(ErrorKind::config, from.image->place,
                  fmt::format("inputs.image = {} needs `pre: {{craft: {{}}}}` to become a tensor", from.image->text));
  }
  if (from.npy) input.npy_or_seed = beside(file, from.npy->text);
  if (from.random) input.npy_or_seed = *from.random;
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

void resolve_target(const WorkloadFile& file, const Overrides& overrides, Workload& workload) {
  const fs::path folder = file.file.parent_path();
  const std::string chip = file.target.chip ? file.target.chip->text : "inf2";
  const std::string chip_place = file.target.chip ? file.target.chip->place : file.file.string();
  workload.chip = overrides.chip ? find_config("chips", *overrides.chip, {}, "--chip")
                                 : find_config("chips", chip, folder, chip_place);
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

}  // namespace

DType parse_auto_cast_type(const std::string& text, const std::string& place) {
  constexpr std::array<std::string_view, 4> kNames = {"bf16", "fp16", "tf32", "fp32"};
  for (const std::string_view known : kNames)
    if (known == text) return *dtype_from(text);
  throw Error(ErrorKind::usage, place,
              fmt::format("auto_cast_type = {} is none of bf16, fp16, tf32, fp32{}", text, did_you_mean(text, kNames)));
}

Workload resolve(const WorkloadFile& file, const Overrides& overrides) {
  Workload workload;
  workload.file = file.file;
  workload.name = file.file.stem().string();
  if (file.model.builtin)
    workload.model = resolve_craft(file, overrides);
  else
    workload.model = resolve_onnx(file, overrides);
  for (const WorkloadFile::Input& input : file.inputs) workload.inputs.push_back(resolve_input(file, input));
  if (file.pre) workload.pre = resolve_pre(*file.pre, workload);
  if (file.post) workload.post = resolve_post(*file.post);
  if (overrides.auto_cast_type)
    workload.compute = parse_auto_cast_type(*overrides.auto_cast_type, "--auto-cast-type");
  else if (file.auto_cast_type)
    workload.compute = parse_auto_cast_type(file.auto_cast_type->text, file.auto_cast_type->place);
  resolve_target(file, overrides, workload);
  workload.checks = {file.checks.min_correlation, file.checks.min_snr_db, file.checks.max_error,
                     file.checks.min_box_iou};
  return workload;
}

}  // namespace inf::workflow
