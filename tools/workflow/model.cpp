#include "tools/workflow/model.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "compiler/import/onnx.h"
#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/overload.h"
#include "tools/workflow/npy.h"
#include "tools/workflow/random_inputs.h"
#include "tools/workflow/workload_parseq.h"
#include "workloads/cnn/cnn.h"
#include "workloads/craft/craft.h"
#include "workloads/encoder/encoder.h"
#include "workloads/parseq/parseq.h"

namespace inf::workflow {
namespace {

constexpr Extent kDefaultCraftSize{768, 768};
constexpr std::uint64_t kDefaultSeed = 1;

std::string craft_onnx(const BuiltinCraft& craft, Extent size) {
  workloads::CraftOptions options;
  options.batch = craft.batch;
  options.height = size.height;
  options.width = size.width;
  options.weights = craft.weights;
  return workloads::craft_onnx(options);
}

}  // namespace

compiler::Graph parseq_graph(const workloads::ParseqOptions& options) {
  return compiler::import_onnx(workloads::parseq_onnx(options), "parseq");
}

std::string weights_note(const workloads::WeightChoice& weights) {
  switch (weights.source) {
    case workloads::WeightChoice::Source::demo: return "demo weights: constructed by hand, not trained";
    case workloads::WeightChoice::Source::random:
      return fmt::format("random weights, seed {}: outputs mean nothing", weights.seed);
    case workloads::WeightChoice::Source::file: return "weights from " + weights.file.filename().string();
  }
  return {};
}

namespace {

/// Height and width of an NCHW input.
Extent extent_of(const compiler::Value& input, const std::string& place) {
  if (input.shape.size() != 4 || input.shape[0] != 1 || input.shape[1] != 3)
    throw Error(ErrorKind::config, place,
                fmt::format("input '{}' has shape [{}]; a picture fits [1, 3, height, width]", input.name,
                            fmt::join(input.shape, ", ")));
  return {static_cast<int>(input.shape[2]), static_cast<int>(input.shape[3])};
}

const InputSource* picture_source(const Workload& workload) {
  for (const InputSource& input : workload.inputs)
    if (!input.image.empty()) return &input;
  return nullptr;
}

/// The value that `source` feeds.
compiler::ValueId find_input(const compiler::Graph& graph, const InputSource& source) {
  if (source.name.empty()) {
    if (graph.inputs.size() == 1) return graph.inputs[0];
    throw Error(ErrorKind::config, source.place,
                fmt::format("the model has {} inputs; inputs.name says which is meant", graph.inputs.size()));
  }
  std::vector<std::string> names;
  for (const compiler::ValueId id : graph.inputs) {
    names.push_back(graph.value(id).name);
    if (names.back() == source.name) return id;
  }
  throw Error(ErrorKind::config, source.place,
              fmt::format("inputs.name = {} is none of the model's inputs ({}){}", source.name, fmt::join(names, ", "),
                          did_you_mean(source.name, names)));
}

/// Integers pass through fp32 and must come out whole.
void check_integers(const std::filesystem::path& file, const compiler::Value& value, const std::vector<float>& data) {
  constexpr float kExact = 16777216;  // 2^24
  for (std::size_t i = 0; i < data.size(); ++i)
    if (!(std::fabs(data[i]) <= kExact) || data[i] != std::trunc(data[i]))
      throw Error(
          ErrorKind::import, file.string(),
          fmt::format("element {} is {}; input '{}' takes whole numbers within -2^24..2^24", i, data[i], value.name));
}

std::vector<float> npy_values(const std::filesystem::path& file, const compiler::Value& value) {
  NpyArray array = read_npy(file);
  if (array.shape != value.shape)
    throw Error(ErrorKind::import, file.string(),
                fmt::format("has shape [{}]; input '{}' needs [{}]", fmt::join(array.shape, ", "), value.name,
                            fmt::join(value.shape, ", ")));
  if (value.element != compiler::Element::f32) check_integers(file, value, array.data);
  return std::move(array.data);
}

/// One picture for each of a batch.
std::vector<float> repeated(const std::vector<float>& picture, std::int64_t elements) {
  std::vector<float> batch;
  batch.reserve(static_cast<std::size_t>(elements));
  while (batch.size() < static_cast<std::size_t>(elements)) batch.insert(batch.end(), picture.begin(), picture.end());
  return batch;
}

void make_inputs(const Workload& workload, bool with_values, LoadedWorkload& loaded) {
  const compiler::Graph& graph = loaded.graph;
  std::vector<std::optional<std::vector<float>>> values(graph.inputs.size());
  const auto random = [&](std::uint64_t seed, compiler::ValueId id) {
    return with_values ? random_input(graph, id, seed) : std::vector<float>{};
  };
  for (const InputSource& source : workload.inputs) {
    const compiler::ValueId id = find_input(graph, source);
    const std::size_t at =
        static_cast<std::size_t>(std::find(graph.inputs.begin(), graph.inputs.end(), id) - graph.inputs.begin());
    if (values[at])
      throw Error(ErrorKind::config, source.place, fmt::format("input '{}' is given twice", graph.value(id).name));
    if (!source.image.empty())
      values[at] = repeated(loaded.picture->prepared.tensor, compiler::elements(graph.value(id).shape));
    else if (const auto* file = std::get_if<std::filesystem::path>(&source.npy_or_seed))
      values[at] = npy_values(*file, graph.value(id));
    else
      values[at] = random(std::get<std::uint64_t>(source.npy_or_seed), id);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const compiler::Value& value = graph.value(graph.inputs[i]);
    if (!values[i]) {
      values[i] = random(kDefaultSeed, graph.inputs[i]);
      if (with_values)
        loaded.notes.push_back(fmt::format("input '{}' is not given: {}, seed {}", value.name,
                                           random_input_words(graph, graph.inputs[i]), kDefaultSeed));
    }
    loaded.inputs.push_back({value.name, value.shape, std::move(*values[i])});
  }
}

/// A picture may decide the size of the built-in model, so it is read first; an ONNX model decides the picture's.
void read_picture(const Workload& workload, const compiler::Graph* graph, LoadedWorkload& loaded) {
  const InputSource* source = picture_source(workload);
  if (source == nullptr) return;
  PreOptions pre = *workload.pre;
  if (graph != nullptr) pre.canvas = extent_of(graph->value(find_input(*graph, *source)), source->place);
  Picture picture{read_image(source->image), {}, source->name};
  picture.prepared = preprocess(picture.image, pre);
  loaded.notes.push_back(source->image.filename().string() + ": " + picture.prepared.geometry.text());
  loaded.picture = std::move(picture);
}

void note_batch(std::int64_t batch, LoadedWorkload& loaded) {
  if (batch == 1) return;
  loaded.model_title += fmt::format(", batch {}", batch);
  if (loaded.picture) loaded.notes.push_back(fmt::format("the picture is every one of the batch of {}", batch));
}

void load_cnn(const workloads::CnnOptions& cnn, LoadedWorkload& loaded) {
  loaded.notes.push_back(weights_note(cnn.weights));
  loaded.graph = compiler::import_onnx(workloads::cnn_onnx(cnn), std::string(cnn.shape.name));
  loaded.model_title = fmt::format("{} {}x{}", cnn.shape.name, cnn.height, cnn.width);
  note_batch(cnn.batch, loaded);
}

void load_encoder(const workloads::EncoderOptions& encoder, LoadedWorkload& loaded) {
  loaded.notes.push_back(weights_note(encoder.weights));
  loaded.graph = compiler::import_onnx(workloads::encoder_onnx(encoder), std::string(encoder.shape.name));
  loaded.model_title = fmt::format("{}, {} tokens", encoder.shape.name, encoder.sequence);
  note_batch(encoder.batch, loaded);
}

/// Reads the picture on the way, if there is one.
Extent craft_size(const Workload& workload, const BuiltinCraft& craft, LoadedWorkload& loaded) {
  read_picture(workload, nullptr, loaded);
  if (craft.size) return *craft.size;
  return loaded.picture ? loaded.picture->prepared.geometry.canvas : kDefaultCraftSize;
}

void load_craft(const Workload& workload, const BuiltinCraft& craft, LoadedWorkload& loaded) {
  loaded.notes.push_back(weights_note(craft.weights));
  if (craft.size_asked)
    loaded.notes.push_back(fmt::format("size {}x{} is no multiple of 32: padded to {}x{} (height x width)",
                                       craft.size_asked->height, craft.size_asked->width, craft.size->height,
                                       craft.size->width));
  const Extent size = craft_size(workload, craft, loaded);
  loaded.graph = compiler::import_onnx(craft_onnx(craft, size), "craft");
  loaded.model_title = fmt::format("craft {}x{}", size.height, size.width);
  note_batch(craft.batch, loaded);
}

}  // namespace

LoadedWorkload load(const Workload& workload, bool values) {
  LoadedWorkload loaded;
  if (const auto* craft = std::get_if<BuiltinCraft>(&workload.model)) {
    load_craft(workload, *craft, loaded);
  } else if (const auto* cnn = std::get_if<BuiltinCnn>(&workload.model)) {
    load_cnn(cnn->options, loaded);
  } else if (const auto* encoder = std::get_if<BuiltinEncoder>(&workload.model)) {
    load_encoder(encoder->options, loaded);
  } else if (std::holds_alternative<BuiltinParseq>(workload.model)) {
    loaded.graph = load_graph(workload);
    loaded.model_title = "parseq";
  } else {
    const OnnxModel& onnx = std::get<OnnxModel>(workload.model);
    loaded.graph = compiler::import_onnx(onnx.file, onnx.options);
    loaded.model_title = onnx.file.filename().string();
    read_picture(workload, &loaded.graph, loaded);
  }
  make_inputs(workload, values, loaded);
  return loaded;
}

std::string builtin_onnx(const Workload& workload) {
  LoadedWorkload picture;
  return std::visit(
      Overload{[&](const BuiltinCraft& craft) { return craft_onnx(craft, craft_size(workload, craft, picture)); },
               [](const BuiltinCnn& cnn) { return workloads::cnn_onnx(cnn.options); },
               [](const BuiltinEncoder& encoder) { return workloads::encoder_onnx(encoder.options); },
               [&](const BuiltinParseq& parseq) {
                 return workloads::parseq_onnx(
                     parseq_options(parseq, parseq.modes.front(), arch::load_chip(workload.chip)));
               },
               [](const OnnxModel& onnx) -> std::string {
                 throw Error(ErrorKind::internal, onnx.file.string(), "is no built-in model");
               }},
      workload.model);
}

compiler::Graph load_graph(const Workload& workload) {
  if (const auto* onnx = std::get_if<OnnxModel>(&workload.model))
    return compiler::import_onnx(onnx->file, onnx->options);
  if (const auto* parseq = std::get_if<BuiltinParseq>(&workload.model))
    return parseq_graph(parseq_options(*parseq, parseq->modes.front(), arch::load_chip(workload.chip)));
  LoadedWorkload loaded;
  if (const auto* cnn = std::get_if<BuiltinCnn>(&workload.model))
    load_cnn(cnn->options, loaded);
  else if (const auto* encoder = std::get_if<BuiltinEncoder>(&workload.model))
    load_encoder(encoder->options, loaded);
  else
    load_craft(workload, std::get<BuiltinCraft>(workload.model), loaded);
  return std::move(loaded.graph);
}

}  // namespace inf::workflow
