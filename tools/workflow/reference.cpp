#include "tools/workflow/reference.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "compiler/analysis/cost.h"
#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"
#include "isa/base/error.h"
#include "tools/workflow/reference_ops.h"

namespace inf::workflow {
namespace {

using compiler::Graph;
using compiler::Node;
using compiler::Shape;
using compiler::ValueId;
using reference::Held;
using reference::Host;

// Index of the last node that reads each value; graph outputs are read after the last node.
std::vector<std::size_t> last_readers(const Graph& graph) {
  std::vector<std::size_t> last(graph.values.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].inputs) {
      if (id != compiler::kNoValue) last[static_cast<std::size_t>(id)] = i;
    }
  }
  for (const ValueId id : graph.outputs) last[static_cast<std::size_t>(id)] = graph.nodes.size();
  return last;
}

class ReferenceRun {
 public:
  ReferenceRun(const Graph& graph, const std::vector<std::vector<float>>& inputs)
      : graph_(graph), held_(graph.values.size()), last_(last_readers(graph)) {
    if (inputs.size() != graph.inputs.size()) {
      throw Error(ErrorKind::usage, graph.name,
                  fmt::format("{} arrays for {} graph inputs", inputs.size(), graph.inputs.size()));
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const compiler::Value& value = graph.value(graph.inputs[i]);
      if (static_cast<std::int64_t>(inputs[i].size()) != compiler::elements(value.shape)) {
        throw Error(ErrorKind::usage, graph.name,
                    fmt::format("{} values for input '{}', which takes {}", inputs[i].size(), value.name,
                                compiler::elements(value.shape)));
      }
      held_[static_cast<std::size_t>(graph.inputs[i])] = reference::row_major(host_, value.shape, inputs[i].data());
    }
  }

  void run_node(std::size_t index) {
    const Node& node = graph_.nodes[index];
    reference::Inputs in;
    for (const ValueId id : node.inputs)
      in.push_back(id == compiler::kNoValue ? Held{} : Held{value(id), may_overwrite(node, id, index)});
    reference::Result result;
    try {
      result =
          std::visit([&](const auto& op) { return run_op(op, in, compiler::shape(graph_, node.output)); }, node.op);
      host_.stream.wait();
    } catch (const dnnl::error& error) {
      if (error.status == dnnl_out_of_memory) {
        throw Error(ErrorKind::internal, fmt::format("reference, node '{}'", node.name),
                    "the host has not enough memory for this node", {"use a smaller input, or run with timing only"});
      }
      result.reset();  // a variant that oneDNN lacks
    }
    if (result)
      held_[static_cast<std::size_t>(node.output)] = *result;
    else
      interpret(node, in);
    for (const ValueId id : node.inputs) {
      if (id != compiler::kNoValue && last_[static_cast<std::size_t>(id)] == index)
        held_[static_cast<std::size_t>(id)] = {};
    }
  }

  Tensor output(ValueId id) const {
    const Shape& shape = compiler::shape(graph_, id);
    return {shape, plain(value(id), shape)};
  }

 private:
  // Operators that oneDNN executes go to reference_ops; the others are the interpreter's.
  template <class Op>
  reference::Result run_op(const Op& op, const reference::Inputs& in, const Shape& shape) const {
    if constexpr (requires { reference::run(host_, op, in, shape); }) return reference::run(host_, op, in, shape);
    return std::nullopt;
  }

  dnnl::memory value(ValueId id) const {
    if (const dnnl::memory& memory = held_[static_cast<std::size_t>(id)]) return memory;
    const compiler::Constant* constant = compiler::constant(graph_, id);
    if (constant == nullptr) {
      throw Error(ErrorKind::usage, graph_.name, fmt::format("'{}' has no fp32 values", graph_.value(id).name),
                  {"a graph read back from its text form holds shapes only"});
    }
    if (graph_.value(id).element != compiler::Element::f32) return converted(*constant);
    return reference::row_major(host_, constant->shape, constant->floats().data());
  }

  // Inputs and constants are viewed where they lie; only what a node computed may be overwritten, by its only reader
  // left.
  bool may_overwrite(const Node& node, ValueId id, std::size_t index) const {
    const bool computed = std::find(graph_.inputs.begin(), graph_.inputs.end(), id) == graph_.inputs.end() &&
                          held_[static_cast<std::size_t>(id)].get(true) != nullptr;
    return computed && last_[static_cast<std::size_t>(id)] == index &&
           std::count(node.inputs.begin(), node.inputs.end(), id) == 1;
  }

  std::vector<float> plain(const dnnl::memory& memory, const Shape& shape) const {
    std::vector<float> values(static_cast<std::size_t>(compiler::elements(shape)));
    dnnl::memory to = reference::row_major(host_, shape, values.data());
    dnnl::reorder(memory, to).execute(host_.stream, const_cast<dnnl::memory&>(memory), to);
    host_.stream.wait();
    return values;
  }

  /// The node in the compiler's interpreter, all its outputs.
  void interpret(const Node& node, const reference::Inputs& in) {
    std::vector<std::vector<float>> arrays(in.size());
    std::vector<const std::vector<float>*> operands(in.size(), nullptr);
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (!in[i]) continue;
      arrays[i] = plain(in[i].memory, compiler::shape(graph_, node.inputs[i]));
      operands[i] = &arrays[i];
    }
    const std::vector<std::vector<float>> results = compiler::interpret_outputs(graph_, node, operands);
    std::size_t slot = 0;
    compiler::each_output(node, [&](ValueId id) {
      dnnl::memory memory = reference::row_major(host_, compiler::shape(graph_, id));
      std::copy(results[slot].begin(), results[slot].end(), static_cast<float*>(memory.get_data_handle()));
      held_[static_cast<std::size_t>(id)] = memory;
      ++slot;
    });
  }

  /// A constant as an array of its own: integers become floats.
  dnnl::memory converted(const compiler::Constant& constant) const {
    const std::vector<float> values = compiler::as_floats(constant);
    dnnl::memory memory = reference::row_major(host_, constant.shape);
    std::copy(values.begin(), values.end(), static_cast<float*>(memory.get_data_handle()));
    return memory;
  }

  const Graph& graph_;
  mutable Host host_;
  std::vector<dnnl::memory> held_;
  std::vector<std::size_t> last_;
};

}  // namespace

namespace {

/// Threads of oneDNN while it lives: one for a model whose operators are over before a second thread has woken up.
class Threads {
 public:
  explicit Threads(const Graph& graph) {
    constexpr std::int64_t kWorthwhile = 4'000'000'000;  // multiply-accumulates of the model
    if (compiler::total_macs(graph) < kWorthwhile) omp_set_num_threads(1);
  }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

}  // namespace

std::vector<Tensor> run_reference(const Graph& graph, const std::vector<std::vector<float>>& inputs,
                                  const ReferenceProgress& progress) {
  const Threads threads(graph);
  ReferenceRun run(graph, inputs);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    run.run_node(i);
    if (progress) progress(i + 1, graph.nodes.size());
  }
  std::vector<Tensor> outputs;
  for (const ValueId id : graph.outputs) outputs.push_back(run.output(id));
  return outputs;
}

}  // namespace inf::workflow
