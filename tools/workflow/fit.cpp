#include "tools/workflow/fit.h"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/analysis/cost.h"
#include "isa/arch/chip_config.h"
#include "tools/workflow/accuracy.h"
#include "tools/workflow/buckets.h"
#include "tools/workflow/reference.h"
#include "tools/workflow/workload_parseq.h"

namespace inf::workflow {
namespace {

using compiler::Graph;
using compiler::Signature;

bool has_npy(const Workload& workload) {
  return std::any_of(workload.inputs.begin(), workload.inputs.end(), [](const InputSource& source) {
    return std::holds_alternative<std::filesystem::path>(source.npy_or_seed);
  });
}

/// A picture's own canvas sizes the last two axes of the input that it feeds.
void bind_picture(const Workload& workload, const Signature& signature, Binding& sizes) {
  for (const InputSource& source : workload.inputs) {
    if (source.image.empty()) continue;
    for (const Signature::Tensor& input : signature.inputs) {
      if (input.axes.size() != 4 || (input.name != source.name && signature.inputs.size() > 1)) continue;
      const std::string height = compiler::symbol(input.axes[2]), width = compiler::symbol(input.axes[3]);
      if (height.empty() && width.empty()) continue;
      const Extent canvas = preprocess(read_image(source.image), *workload.pre).geometry.canvas;
      if (!height.empty()) sizes.emplace(height, canvas.height);
      if (!width.empty()) sizes.emplace(width, canvas.width);
    }
  }
}

Workload with_sizes(const Workload& workload, const Binding& sizes) {
  Workload bound = workload;
  std::get<OnnxModel>(bound.model).options.symbols = sizes;
  return bound;
}

double input_elements(const Graph& graph) {
  double sum = 0;
  for (const compiler::ValueId id : graph.inputs) sum += static_cast<double>(compiler::elements(graph.value(id).shape));
  return sum;
}

/// Share of the work on padding: of multiply-accumulates, or of input elements where the model has none.
void price(const Graph& exact, const Graph& padded, Padding& padding) {
  const auto total = static_cast<double>(compiler::total_macs(padded));
  padding.of = total > 0 ? "multiply-accumulates" : "input elements";
  padding.wasted = total > 0 ? 1 - static_cast<double>(compiler::total_macs(exact)) / total
                             : 1 - input_elements(exact) / input_elements(padded);
}

/// Says which outputs are cut although no symbol of the model names the axis.
void note_unnamed(const FittedWorkload& fitted, const Signature& signature, std::vector<std::string>& notes) {
  const Graph &exact = fitted.exact.graph, &padded = fitted.run().graph;
  for (std::size_t i = 0; i < exact.outputs.size(); ++i) {
    const compiler::Shape &small = exact.value(exact.outputs[i]).shape, &large = padded.value(padded.outputs[i]).shape;
    for (std::size_t axis = 0; axis < small.size() && axis < large.size(); ++axis) {
      const bool named = i < signature.outputs.size() && axis < signature.outputs[i].axes.size() &&
                         !compiler::symbol(signature.outputs[i].axes[axis]).empty();
      if (small[axis] != large[axis] && !named)
        notes.push_back(fmt::format("output '{}' axis {} has no name in the model: its first {} of {} entries are kept",
                                    exact.value(exact.outputs[i]).name, axis, small[axis], large[axis]));
    }
  }
}

LoadedWorkload padded(const LoadedWorkload& exact, Graph graph) {
  LoadedWorkload bucket;
  for (std::size_t i = 0; i < exact.inputs.size(); ++i) {
    const ModelInput& input = exact.inputs[i];
    NpyArray values = corner({input.shape, input.values}, graph.value(graph.inputs[i]).shape);
    bucket.inputs.push_back({input.name, std::move(values.shape), std::move(values.data)});
  }
  bucket.graph = std::move(graph);
  return bucket;
}

FittedWorkload fit_bucket(const Workload& workload, const OnnxModel& model, const Signature& signature,
                          const Binding& sizes, bool values) {
  const std::vector<Binding> buckets = whole_buckets(model.buckets, model.options.symbols, signature);
  const std::size_t chosen = choose_bucket(buckets, sizes, signature);
  Binding exact = buckets[chosen];
  for (const auto& [name, size] : sizes) exact[name] = size;
  FittedWorkload fitted;
  fitted.exact = load(with_sizes(workload, exact), values);
  if (exact != buckets[chosen]) fitted.bucket = padded(fitted.exact, load_graph(with_sizes(workload, buckets[chosen])));
  Padding padding{to_string(buckets[chosen]), to_string(exact), {}, 0, {}, std::nullopt, std::nullopt};
  for (const Binding& bucket : buckets) padding.buckets.push_back(to_string(bucket));
  price(fitted.exact.graph, fitted.run().graph, padding);
  fitted.padding = std::move(padding);
  note_unnamed(fitted, signature, fitted.exact.notes);
  return fitted;
}

}  // namespace

FittedWorkload fit(const Workload& workload, bool values) {
  const auto* model = std::get_if<OnnxModel>(&workload.model);
  if (model != nullptr && (!model->buckets.empty() || has_npy(workload))) {
    const Signature signature = compiler::read_signature(model->file);
    Binding sizes = input_sizes(workload, *model, signature);
    if (!model->buckets.empty()) {
      bind_picture(workload, signature, sizes);
      return fit_bucket(workload, *model, signature, sizes, values);
    }
    return {load(with_sizes(workload, sizes), values), std::nullopt, std::nullopt};
  }
  return {load(workload, values), std::nullopt, std::nullopt};
}

std::vector<Variant> load_variants(const Workload& workload) {
  if (const auto* parseq = std::get_if<BuiltinParseq>(&workload.model)) {
    const arch::ChipSpec chip = arch::load_chip(workload.chip);
    std::vector<Variant> modes;
    for (const workloads::ParseqMode mode : parseq->modes)
      modes.push_back({parseq->modes.size() > 1 ? std::string(workloads::name(mode)) : "",
                       parseq_graph(parseq_options(*parseq, mode, chip))});
    return modes;
  }
  std::vector<Variant> variants;
  const auto* model = std::get_if<OnnxModel>(&workload.model);
  if (model == nullptr || model->buckets.empty()) {
    variants.push_back({"", load_graph(workload)});
    return variants;
  }
  for (const Binding& bucket :
       whole_buckets(model->buckets, model->options.symbols, compiler::read_signature(model->file))) {
    std::string label;
    for (const auto& [name, size] : bucket) label += fmt::format("{}{}-{}", label.empty() ? "" : ".", name, size);
    variants.push_back({label, load_graph(with_sizes(workload, bucket))});
  }
  return variants;
}

NpyArray crop(const FittedWorkload& fitted, std::size_t output, NpyArray array) {
  const Graph& exact = fitted.exact.graph;
  const compiler::Shape& wanted = exact.value(exact.outputs[output]).shape;
  return array.shape == wanted ? std::move(array) : corner(array, wanted);
}

OutputAccuracy padding_effect(const FittedWorkload& fitted) {
  const auto values = [](const std::vector<ModelInput>& inputs) {
    std::vector<std::vector<float>> list;
    for (const ModelInput& input : inputs) list.push_back(input.values);
    return list;
  };
  const std::vector<Tensor> exact = run_reference(fitted.exact.graph, values(fitted.exact.inputs));
  std::vector<Tensor> padded = run_reference(fitted.run().graph, values(fitted.run().inputs));
  OutputAccuracy worst{"padding", 0, 0, 0, 1};
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const NpyArray kept = crop(fitted, i, {std::move(padded[i].shape), std::move(padded[i].data)});
    const Accuracy a = compare(kept.data, exact[i].data);
    if (i == 0 || !(a.correlation >= worst.correlation))
      worst = {fitted.exact.graph.value(fitted.exact.graph.outputs[i]).name, a.max_abs_error, a.mean_abs_error,
               a.snr_db, a.correlation};
  }
  return worst;
}

}  // namespace inf::workflow
