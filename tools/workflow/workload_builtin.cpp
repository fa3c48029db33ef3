#include "tools/workflow/workload_builtin.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/workflow/workload_parseq.h"

namespace inf::workflow {
namespace fs = std::filesystem;
namespace {

constexpr int kSizeStep = 32;  // CRAFT halves its input five times

int round_up(std::int64_t size) { return static_cast<int>((size + kSizeStep - 1) / kSizeStep * kSizeStep); }

workloads::WeightChoice parse_weights(const PlacedText& weights) {
  try {
    return workloads::parse_weight_choice(weights.text);
  } catch (const Error& error) {
    throw Error(error.kind(), weights.place, "model." + error.where() + ": " + error.message(), error.notes());
  }
}

/// The file's weights, its path as seen from the current folder; `fallback` where it names none.
workloads::WeightChoice resolve_weights(const WorkloadFile& file, workloads::WeightChoice fallback) {
  if (!file.model.weights) return fallback;
  workloads::WeightChoice weights = parse_weights(*file.model.weights);
  if (weights.source == workloads::WeightChoice::Source::file)
    weights.file = (file.file.parent_path() / file.model.weights->text).lexically_normal();
  return weights;
}

std::optional<Extent> asked_size(const WorkloadFile& file, const Overrides& overrides) {
  if (overrides.size || !file.model.height) return overrides.size;
  return Extent{static_cast<int>(*file.model.height), static_cast<int>(*file.model.width)};
}

std::int64_t asked_batch(const WorkloadFile& file, const Overrides& overrides) {
  return overrides.batch ? *overrides.batch : file.model.batch.value_or(1);
}

/// Options that can be built; what is wrong is said at the place of the model.
template <class Options>
void checked(const WorkloadFile& file, const Options& options) {
  try {
    workloads::check(options);
  } catch (const Error& error) {
    throw Error(error.kind(), file.model.place, error.where() + " " + error.message(), error.notes());
  }
}

BuiltinCraft resolve_craft(const WorkloadFile& file, const Overrides& overrides) {
  BuiltinCraft craft;
  craft.weights = resolve_weights(file, {});
  craft.batch = asked_batch(file, overrides);
  const std::optional<Extent> asked = asked_size(file, overrides);
  if (!asked) return craft;
  craft.size = Extent{round_up(asked->height), round_up(asked->width)};
  if (!(*craft.size == *asked)) craft.size_asked = asked;
  return craft;
}

BuiltinCnn resolve_cnn(const workloads::CnnShape& shape, const WorkloadFile& file, const Overrides& overrides) {
  workloads::CnnOptions options;
  options.shape = shape;
  options.weights = resolve_weights(file, options.weights);
  options.batch = asked_batch(file, overrides);
  if (const std::optional<Extent> size = asked_size(file, overrides)) {
    options.height = size->height;
    options.width = size->width;
  }
  checked(file, options);
  return {options};
}

BuiltinEncoder resolve_encoder(const workloads::EncoderShape& shape, const WorkloadFile& file,
                               const Overrides& overrides) {
  if (overrides.size)
    throw Error(ErrorKind::usage, "--size",
                fmt::format("is for models of pictures; {} has model.sequence", shape.name));
  workloads::EncoderOptions options;
  options.shape = shape;
  options.weights = resolve_weights(file, options.weights);
  options.batch = asked_batch(file, overrides);
  options.sequence = file.model.sequence.value_or(options.sequence);
  if (file.model.head) options.head = workloads::parse_encoder_head(file.model.head->text, file.model.head->place);
  checked(file, options);
  return {options};
}

}  // namespace

std::vector<std::string> builtin_names() {
  std::vector<std::string> names = {"craft", "parseq"};
  for (const workloads::CnnShape& shape : workloads::cnn_shapes()) names.emplace_back(shape.name);
  for (const workloads::EncoderShape& shape : workloads::encoder_shapes()) names.emplace_back(shape.name);
  return names;
}

std::string builtin_list() {
  std::vector<std::string> names = builtin_names();
  const std::string last = names.back();
  names.pop_back();
  return fmt::format("{} and {}", fmt::join(names, ", "), last);
}

void check_builtin_keys(arch::Section& root, arch::Section& model, const WorkloadFile::Model& keys,
                        arch::Problems& problems) {
  const auto wrong = [&](std::string message) { problems.add(root.place_of("model"), std::move(message)); };
  const std::vector<std::string> names = builtin_names();
  if (keys.builtin && std::find(names.begin(), names.end(), keys.builtin->text) == names.end())
    model.mistake("builtin", fmt::format("is no built-in model{}; there are {}",
                                         did_you_mean(keys.builtin->text, names), builtin_list()));
  const bool parseq = keys.builtin && keys.builtin->text == "parseq";
  if ((keys.variant || keys.characters || keys.refine || !keys.modes.empty()) && !parseq)
    wrong("model.variant, characters, modes and refine belong to builtin: parseq");
  if (parseq && (keys.height || keys.width))
    wrong("model.height and model.width are not for builtin: parseq, which reads 32x128");
  const bool encoder = keys.builtin && workloads::find_encoder(keys.builtin->text) != nullptr;
  if ((keys.sequence || keys.head) && !encoder) wrong("model.sequence and model.head belong to built-in encoders");
  if (encoder && (keys.height || keys.width))
    wrong("model.height and model.width are not for encoders, which read model.sequence tokens");
  if (keys.onnx && !keys.builtin && (keys.height || keys.weights))
    wrong("model.height, model.width and model.weights belong to builtin; an ONNX file takes model.shapes");
}

ModelChoice resolve_builtin(const WorkloadFile& file, const Overrides& overrides) {
  const std::string& name = file.model.builtin->text;
  if (name == "parseq") return resolve_parseq(file, overrides, resolve_weights(file, {}));
  if (!overrides.bind.empty() || !overrides.buckets.empty())
    throw Error(ErrorKind::usage, overrides.bind.empty() ? "--bucket" : "--bind",
                "is for ONNX files; a built-in model takes --size and --batch");
  if (const workloads::CnnShape* shape = workloads::find_cnn(name)) return resolve_cnn(*shape, file, overrides);
  if (const workloads::EncoderShape* shape = workloads::find_encoder(name))
    return resolve_encoder(*shape, file, overrides);
  return resolve_craft(file, overrides);
}

}  // namespace inf::workflow
