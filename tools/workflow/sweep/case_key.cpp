#include "tools/workflow/sweep/case_key.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "isa/arch/energy.h"
#include "isa/base/overload.h"

namespace inf::workflow::sweep {
namespace {

void add(const std::vector<arch::Parameter>& parameters, ContentKey& key) {
  for (const arch::Parameter& parameter : parameters) {
    key.add(parameter.path);
    key.add(arch::value_text(parameter));
  }
}

void add_chip(arch::ChipSpec chip, ContentKey& key) {
  add(arch::parameters(chip), key);
  if (auto energy = arch::energy_of(chip)) add(arch::energy_parameters(*energy), key);
}

void add_instance(arch::InstanceSpec instance, ContentKey& key) {
  add(arch::size_parameters(instance), key);
  add(arch::runtime_parameters(instance.runtime), key);
}

/// Whether pictures or arrays may decide how large the model is.
bool open_size(const ModelChoice& model) {
  const auto* craft = std::get_if<BuiltinCraft>(&model);
  return std::holds_alternative<OnnxModel>(model) || (craft != nullptr && !craft->size);
}

/// What values are computed from and made of, beside the model.
void add_values(const Workload& workload, ContentKey& key) {
  for (const InputSource& input : workload.inputs) {
    const auto* seed = std::get_if<std::uint64_t>(&input.npy_or_seed);
    key.add(
        fmt::format("input {} {} words {}", input.name, seed != nullptr ? std::to_string(*seed) : "-", input.words));
  }
  if (workload.post)
    key.add(fmt::format("post {} {} {}", workload.post->low_text, workload.post->link_threshold,
                        workload.post->text_threshold));
  if (workload.text) key.add("charset " + workload.text->charset);
}

void add_workload(const Workload& workload, bool values, ContentKey& key) {
  add_model_alone(workload, key);
  if (const auto* parseq = std::get_if<BuiltinParseq>(&workload.model))
    for (const workloads::ParseqMode mode : parseq->modes) key.add(workloads::name(mode));
  key.add(fmt::format("cores {} reader {}", workload.cores.value_or(0), workload.text.has_value()));
  if (values || open_size(workload.model)) add_inputs(workload, key);
  if (values) add_values(workload, key);
}

void add_pipeline(const Pipeline& pipeline, bool values, ContentKey& key) {
  add_workload(pipeline.detector, values, key);
  add_workload(pipeline.reader, values, key);
  key.add(fmt::format("pipeline {} {} {}x{} {}", pipeline.mode, fmt::join(pipeline.batches, ","), pipeline.crop.height,
                      pipeline.crop.width, pipeline.trim));
  if (!values) key.add(fmt::format("words {}", pipeline.words.value_or(0)));
}

}  // namespace

std::string case_key(const Case& c, const Runnable& runnable, FileHashes& hashes) {
  const bool values = c.mode != RunOptions::Mode::timing;
  ContentKey key(hashes);
  key.add("inf-sim case");
  key.add(program_version());
  key.add(fmt::format("mode {}", static_cast<int>(c.mode)));
  add_chip(c.chip, key);
  add_instance(c.instance, key);
  std::visit(Overload{[&](const Workload& workload) { add_workload(workload, values, key); },
                      [&](const Pipeline& pipeline) { add_pipeline(pipeline, values, key); }},
             runnable);
  return key.text();
}

std::string point_key(const std::vector<Case>& cases, const std::vector<double>& weights) {
  ContentKey key;
  key.add("inf-sim point");
  for (const Case& c : cases) key.add(c.key);
  key.add(fmt::format("{}", fmt::join(weights, " ")));
  return key.text();
}

}  // namespace inf::workflow::sweep
