#include "tools/workflow/batch_fit.h"

#include <fmt/core.h>

#include "compiler/pipeline/device_memory.h"
#include "isa/base/overload.h"
#include "isa/base/shortage.h"
#include "tools/workflow/model.h"
#include "tools/workflow/onnx_batch.h"

namespace inf::workflow {
namespace {

/// Leading size of a model's inputs.
std::int64_t batch_of(const compiler::Graph& graph) {
  const compiler::Shape& first = graph.value(graph.inputs.front()).shape;
  return first.empty() ? 1 : first[0];
}

bool fits(const Workload& workload, const arch::ChipSpec& chip, const compiler::CompileOptions& options,
          std::int64_t batch) {
  const std::optional<Workload> smaller = with_batch(workload, batch);
  return smaller && compiler::device_memory_need(load_graph(*smaller), chip, options).bytes <= chip.memory.bytes;
}

std::string fitting_batch(const Workload& workload, const arch::ChipSpec& chip, const compiler::CompileOptions& options,
                          std::int64_t batch) {
  const std::int64_t most = largest_batch(workload, chip, options, batch - 1);
  return most > 0 ? fmt::format("the largest batch that fits is {}", most) : "not even a batch of 1 fits";
}

}  // namespace

std::optional<Workload> with_batch(const Workload& workload, std::int64_t batch) {
  Workload other = workload;
  const bool set = std::visit(Overload{[&](BuiltinCraft& m) { return m.batch = batch, true; },
                                       [&](OnnxModel& m) { return bind_batch(m, batch), m.buckets.empty(); },
                                       [&](BuiltinParseq& m) { return m.batch = batch, true; },
                                       [&](BuiltinCnn& m) { return m.options.batch = batch, true; },
                                       [&](BuiltinEncoder& m) { return m.options.batch = batch, true; }},
                              other.model);
  return set ? std::optional(std::move(other)) : std::nullopt;
}

std::int64_t largest_batch(const Workload& workload, const arch::ChipSpec& chip,
                           const compiler::CompileOptions& options, std::int64_t most) {
  std::int64_t good = 0;
  for (std::int64_t low = 1; low <= most;) {
    const std::int64_t middle = low + (most - low) / 2;
    if (fits(workload, chip, options, middle))
      good = middle, low = middle + 1;
    else
      most = middle - 1;
  }
  return good;
}

compiler::PlacedModel compile_workload(const Workload& workload, compiler::Graph graph, const arch::ChipSpec& chip,
                                       compiler::CompileOptions options) {
  options.compute = workload.precision.compute;
  options.storage = workload.precision.storage;
  const std::int64_t batch = batch_of(graph);
  try {
    return compiler::compile_placed(graph, chip, options, workload.host_operators);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported || batch < 2 || !with_batch(workload, 1)) throw;
    std::vector<std::string> notes = error.notes();
    try {
      if (compiler::device_memory_need(std::move(graph), chip, options).bytes <= chip.memory.bytes)
        rethrow(error, error.where(), error.notes());
      notes.push_back(fitting_batch(workload, chip, options, batch));
    } catch (const Error&) {
      rethrow(error, error.where(), error.notes());
    }
    rethrow(error, error.where(), std::move(notes));
  }
}

}  // namespace inf::workflow
