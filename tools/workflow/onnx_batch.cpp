#include "tools/workflow/onnx_batch.h"

#include <fmt/core.h>

#include "compiler/import/signature.h"
#include "isa/base/error.h"

namespace inf::workflow {

void bind_batch(OnnxModel& model, std::int64_t batch) {
  if (model.buckets.empty()) {
    model.options.batch = batch;
    for (auto& [input, shape] : model.options.shapes)
      if (!shape.empty()) shape.front() = batch;
    return;
  }
  for (const compiler::Signature::Tensor& input : compiler::read_signature(model.file).inputs) {
    if (input.axes.empty()) continue;
    if (const auto given = model.options.shapes.find(input.name); given != model.options.shapes.end()) {
      if (!given->second.empty()) given->second.front() = batch;
      continue;
    }
    const std::string name = compiler::symbol(input.axes.front());
    if (name.empty()) {
      const std::int64_t fixed = std::get<std::int64_t>(input.axes.front());
      if (fixed == batch) continue;
      throw Error(ErrorKind::usage, model.file.string(),
                  fmt::format("batch {}: the first axis of input '{}' is {} for good", batch, input.name, fixed),
                  {"export the model with a symbolic first axis"});
    }
    model.options.symbols[name] = batch;
    for (WorkloadFile::Bucket& bucket : model.buckets)
      if (bucket.sizes.contains(name)) bucket.sizes[name] = batch;
  }
}

}  // namespace inf::workflow
