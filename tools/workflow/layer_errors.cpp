#include "tools/workflow/layer_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"
#include "tools/workflow/reference.h"

// Let operator i compute f_i, let S be the values of the simulated run and R those of the fp32 reference. Then
//   its own error    d_i = S_i - f_i(S)                  local SNR       |f_i(S)|^2 / |d_i|^2
//   with all before  S_i - R_i                           accumulated SNR |R_i|^2 / |S_i - R_i|^2
//   carried alone    E_i = sum over outputs o of |F_o(R, R_i + d_i) - R_o|^2 / |R_o|^2,
// where F_o(R, v) runs the operators after i in fp32 with v in place of R_i. To first order the error of the outputs is
// the sum of what each d_i becomes, and errors of different operators are independent: share_i = E_i / sum of E.
namespace inf::workflow {
namespace {

using compiler::Graph;
using compiler::kNoValue;
using compiler::Node;
using compiler::ValueId;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Arrays = std::vector<std::vector<float>>;

std::vector<ValueId> outputs_of(const Node& node) {
  std::vector<ValueId> ids;
  compiler::each_output(node, [&](ValueId id) { ids.push_back(id); });
  return ids;
}

/// Sums in double, in index order; elements that are not finite in the reference say nothing about the result.
struct Noise {
  double signal = 0, noise = 0;
  std::size_t overflows = 0;

  void add(const std::vector<float>& result, const std::vector<float>& reference) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
      const double want = reference[i], error = result[i] - want;
      if (!std::isfinite(want)) continue;
      signal += want * want;
      if (std::isfinite(error))
        noise += error * error;
      else
        ++overflows;
    }
  }
  /// Noise for a signal of 1.
  double relative() const {
    if (overflows > 0) return kInfinity;
    return noise == 0 ? 0 : signal == 0 ? kInfinity : noise / signal;
  }
};

double snr_db(double relative_noise) { return relative_noise == 0 ? kInfinity : -10 * std::log10(relative_noise); }

/// Runs parts of a graph in fp32 on values that the caller holds.
class Parts {
 public:
  explicit Parts(const Graph& graph) : graph_(graph), part_(graph) {}

  /// The values `wanted` after nodes [first, end), from `values`.
  Arrays run(std::size_t first, std::size_t end, const LayerValues& values, const std::vector<ValueId>& wanted) {
    part_.nodes.assign(graph_.nodes.begin() + static_cast<std::ptrdiff_t>(first),
                       graph_.nodes.begin() + static_cast<std::ptrdiff_t>(end));
    part_.inputs.clear();
    part_.outputs = wanted;
    std::vector<bool> there(graph_.values.size(), false);
    Arrays inputs;
    const auto read = [&](ValueId id) {
      if (id == kNoValue || there[static_cast<std::size_t>(id)] || graph_.value(id).constant) return;
      there[static_cast<std::size_t>(id)] = true;
      part_.inputs.push_back(id);
      inputs.push_back(values[static_cast<std::size_t>(id)]);
    };
    for (const Node& node : part_.nodes) {
      for (const ValueId id : node.inputs) read(id);
      for (const ValueId id : outputs_of(node)) there[static_cast<std::size_t>(id)] = true;
    }
    for (const ValueId id : wanted) read(id);
    Arrays results;
    for (Tensor& t : run_reference(part_, inputs)) results.push_back(std::move(t.data));
    return results;
  }
  /// What one node makes of `values`, one array per output.
  Arrays node(std::size_t index, const LayerValues& values) {
    return run(index, index + 1, values, outputs_of(graph_.nodes[index]));
  }

 private:
  const Graph& graph_;
  Graph part_;
};

/// Operators whose operands the tensor engine takes.
bool multiplies(const Node& node) {
  return std::holds_alternative<compiler::Conv>(node.op) || std::holds_alternative<compiler::MatMul>(node.op) ||
         std::holds_alternative<compiler::Attention>(node.op);
}

class LayerStudy {
 public:
  LayerStudy(const Graph& graph, const std::vector<std::vector<float>>& inputs, const LayerValues& simulated,
             const LayerOptions& options, const LayerProgress& progress)
      : graph_(graph),
        simulated_(simulated),
        options_(options),
        progress_(progress),
        parts_(graph),
        lives_(compiler::lifetimes(graph)),
        inputs_(inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) simulated_[static_cast<std::size_t>(graph.inputs[i])] = inputs[i];
    for (const Node& node : graph.nodes)
      for (const ValueId id : outputs_of(node))
        if (held(simulated_, id).size() != static_cast<std::size_t>(compiler::elements(graph.value(id).shape)))
          throw Error(ErrorKind::internal, "layer errors", fmt::format("'{}' was not kept", graph.value(id).name));
    total_ = 2 * graph.nodes.size();
  }

  LayerErrors run();

 private:
  /// Calls `visit(i, made)` for every node: `made` is what it makes of `reference_`, which then holds all that it and
  /// the nodes after it read of those before.
  template <class Visit>
  void walk(Visit visit);
  void measure(std::size_t index, const Arrays& reference);
  /// What the error of node `index` alone makes of the outputs. Leaves what the node makes in `reference_` disturbed.
  double carried(std::size_t index, const Arrays& reference);
  void share_out();
  double output_noise(const Arrays& outputs) const;
  std::vector<std::size_t> chosen() const;
  void step() {
    if (progress_) progress_(++done_, total_);
  }
  static const std::vector<float>& held(const LayerValues& values, ValueId id) {
    return values[static_cast<std::size_t>(id)];
  }

  const Graph& graph_;
  LayerValues simulated_;
  const LayerOptions& options_;
  const LayerProgress& progress_;
  Parts parts_;
  std::vector<compiler::Lifetime> lives_;
  const std::vector<std::vector<float>>& inputs_;
  LayerValues reference_;
  Arrays outputs_;  ///< of the reference
  std::vector<double> local_noise_;
  LayerErrors result_;
  std::size_t done_ = 0, total_ = 0;
};

template <class Visit>
void LayerStudy::walk(Visit visit) {
  reference_.assign(graph_.values.size(), {});
  for (std::size_t i = 0; i < inputs_.size(); ++i) reference_[static_cast<std::size_t>(graph_.inputs[i])] = inputs_[i];
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    Arrays made = parts_.node(i, reference_);
    visit(i, made);
    const std::vector<ValueId> outputs = outputs_of(node);
    for (std::size_t k = 0; k < outputs.size(); ++k)
      reference_[static_cast<std::size_t>(outputs[k])] = std::move(made[k]);
    for (const ValueId id : node.inputs)
      if (id != kNoValue && lives_[static_cast<std::size_t>(id)].last == static_cast<int>(i))
        reference_[static_cast<std::size_t>(id)] = {};
    step();
  }
  outputs_.clear();
  for (const ValueId id : graph_.outputs) outputs_.push_back(held(reference_, id));
}

void LayerStudy::measure(std::size_t index, const Arrays& reference) {
  const Node& node = graph_.nodes[index];
  const Arrays given = parts_.node(index, simulated_);
  const std::vector<ValueId> outputs = outputs_of(node);
  Noise local, accumulated;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    local.add(held(simulated_, outputs[k]), given[k]);
    accumulated.add(held(simulated_, outputs[k]), reference[k]);
  }
  LayerError e;
  e.layer = node.name;
  e.type = compiler::op_name(node.op);
  e.dtype = name(multiplies(node) ? options_.precision.compute : options_.precision.storage);
  e.local_snr_db = snr_db(local.relative());
  e.accumulated_snr_db = snr_db(accumulated.relative());
  e.overflows = local.overflows;
  e.exceeds = e.accumulated_snr_db < options_.bound_db;
  if (e.exceeds && !result_.first) result_.first = result_.layers.size();
  local_noise_.push_back(local.relative());
  result_.layers.push_back(std::move(e));
}

double LayerStudy::output_noise(const Arrays& outputs) const {
  double sum = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    Noise noise;
    noise.add(outputs[i], outputs_[i]);
    sum += noise.relative();
  }
  return sum;
}

double LayerStudy::carried(std::size_t index, const Arrays& reference) {
  const Arrays given = parts_.node(index, simulated_);
  const std::vector<ValueId> outputs = outputs_of(graph_.nodes[index]);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const std::vector<float>& made = held(simulated_, outputs[k]);
    std::vector<float>& disturbed = reference_[static_cast<std::size_t>(outputs[k])];
    disturbed = reference[k];
    for (std::size_t i = 0; i < disturbed.size(); ++i)
      if (const float error = made[i] - given[k][i]; std::isfinite(error)) disturbed[i] += error;
  }
  return output_noise(parts_.run(index + 1, graph_.nodes.size(), reference_, graph_.outputs));
}

/// Nodes with an error, the `shares` largest of them, in program order.
std::vector<std::size_t> LayerStudy::chosen() const {
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < local_noise_.size(); ++i)
    if (local_noise_[i] > 0) nodes.push_back(i);
  if (options_.shares == 0 || nodes.size() <= options_.shares) return nodes;
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&](std::size_t a, std::size_t b) { return local_noise_[a] > local_noise_[b]; });
  nodes.resize(options_.shares);
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

void LayerStudy::share_out() {
  const std::vector<std::size_t> nodes = chosen();
  std::vector<double> noise(local_noise_.size(), 0);
  total_ += nodes.size();
  walk([&](std::size_t i, const Arrays& reference) {
    if (!std::binary_search(nodes.begin(), nodes.end(), i)) return;
    // An overflow is no small disturbance: beside it no finite error counts.
    noise[i] = std::isinf(local_noise_[i]) ? kInfinity : carried(i, reference);
    step();
  });
  double sum = 0;
  std::size_t infinite = 0;
  for (const std::size_t i : nodes) sum += noise[i], infinite += std::isinf(noise[i]);
  if (nodes.empty() || sum == 0) return;
  result_.sum_snr_db = snr_db(sum / static_cast<double>(graph_.outputs.size()));
  for (const std::size_t i : nodes)
    result_.layers[i].share = infinite == 0          ? noise[i] / sum
                              : std::isinf(noise[i]) ? 1 / static_cast<double>(infinite)
                                                     : 0;
}

LayerErrors LayerStudy::run() {
  result_.bound_db = options_.bound_db;
  walk([&](std::size_t i, const Arrays& reference) { measure(i, reference); });
  Arrays outputs;
  for (const ValueId id : graph_.outputs) outputs.push_back(held(simulated_, id));
  result_.final_snr_db = snr_db(output_noise(outputs) / static_cast<double>(graph_.outputs.size()));
  share_out();
  return std::move(result_);
}

}  // namespace

LayerErrors layer_errors(const Graph& graph, const std::vector<std::vector<float>>& inputs,
                         const LayerValues& simulated, const LayerOptions& options, const LayerProgress& progress) {
  return LayerStudy(graph, inputs, simulated, options, progress).run();
}

}  // namespace inf::workflow
