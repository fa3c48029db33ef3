#include "tools/workflow/sweep/graph_facts.h"

#include <algorithm>
#include <set>

#include "compiler/analysis/support.h"
#include "compiler/ir/access.h"
#include "tools/workflow/sweep/demand.h"

namespace inf::workflow::sweep {
namespace {

using namespace compiler;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Bytes that the chip stores an input or output in.
std::int64_t stored_bytes(Element element) { return element == Element::boolean ? 1 : 4; }

void add(const Product& product, std::int64_t times, GraphWork& work) {
  if (product.macs <= 0 || times <= 0) return;
  const auto same = std::find_if(work.products.begin(), work.products.end(), [&](const Product& p) {
    return p.depth == product.depth && p.per_weight == product.per_weight && p.per_input == product.per_input;
  });
  if (same != work.products.end()) {
    same->macs += product.macs * times;
  } else {
    work.products.push_back(product);
    work.products.back().macs *= times;
  }
}

/// The products of one node; of a matrix product's result `wanted` elements are needed.
struct NodeWork {
  std::vector<Product> products;
  std::int64_t results = 0;
  std::int64_t weight_elements = 0;  ///< of inputs[weight_slot], where that is a constant
  std::size_t weight_slot = 1;
};

NodeWork work_of(const Graph& graph, const Node& node, const Conv& op, std::int64_t) {
  const Shape &x = shape(graph, node.inputs[0]), &w = shape(graph, node.inputs[1]), &y = shape(graph, node.output);
  const ConvCover c = cover(op, x, w, y);
  // x[1] / groups inputs meet y[1] / groups outputs in each group.
  const std::int64_t pairs = x[1] / op.groups * y[1], positions = op.transposed ? x[2] * x[3] : y[2] * y[3];
  Product p;
  p.macs = x[0] * pairs * c.vertical.taps * c.horizontal.taps;
  p.depth = x[1] / op.groups * w[2] * w[3];
  p.per_weight = x[0] * positions;
  p.per_input = y[1] / op.groups * w[2] * w[3];
  return {{p}, elements(y), pairs * c.vertical.kernel * c.horizontal.kernel};
}

NodeWork work_of(const Graph& graph, const Node& node, const MatMul& op, std::int64_t wanted) {
  const Shape &a = shape(graph, node.inputs[0]), &b = shape(graph, node.inputs[1]), &y = shape(graph, node.output);
  const std::int64_t depth = op.transpose_a && a.size() > 1 ? a[a.size() - 2] : a.back();
  if (depth == 0 || elements(y) == 0) return {};
  Product p;
  p.depth = depth;
  p.macs = wanted * depth;
  const std::int64_t all = elements(y) * depth;
  p.per_weight = all / std::max<std::int64_t>(1, elements(b));
  p.per_input = all / std::max<std::int64_t>(1, elements(a));
  NodeWork work{{p}, wanted};
  work.weight_slot = graph.value(node.inputs[1]).constant ? 1 : 0;
  const std::int64_t each = work.weight_slot == 1 ? p.per_weight : p.per_input;
  work.weight_elements = ceil_div(p.macs, std::max<std::int64_t>(1, each));
  return work;
}

NodeWork work_of(const Graph&, const Node&, const Attention& op, std::int64_t) {
  const std::int64_t heads = op.batch * op.heads, scores = heads * op.rows * op.keys;
  return {
      {{scores * op.width, op.width, op.rows, op.keys}, {scores * op.value_width, op.keys, op.rows, op.value_width}},
      scores + heads * op.rows * op.value_width};
}

/// Everything else may run without the tensor engine.
NodeWork work_of(const Graph&, const Node&, const auto&, std::int64_t) { return {}; }

/// Of values, by id.
using Flags = std::vector<bool>;

/// Values that one of `from` decides.
Flags depending(const Graph& graph, const std::vector<ValueId>& from) {
  Flags depends(graph.values.size(), false);
  for (const ValueId id : from) depends[static_cast<std::size_t>(id)] = true;
  for (const Node& node : graph.nodes) {
    const bool any = std::any_of(node.inputs.begin(), node.inputs.end(),
                                 [&](ValueId id) { return id != kNoValue && depends[static_cast<std::size_t>(id)]; });
    if (any) each_output(node, [&](ValueId id) { depends[static_cast<std::size_t>(id)] = true; });
  }
  return depends;
}

/// Where products are found, and how often they run.
struct Course {
  std::int64_t rounds = 1;
  Flags changing;        ///< by value of a body: differs from round to round; others count once
  bool may_end = false;  ///< data may end it before the first round
};

class Collector {
 public:
  void collect(const Graph& graph, const Course& course) {
    const std::vector<std::int64_t> wanted = demand(graph);
    for (const Node& node : graph.nodes) {
      if (const Loop* op = as<Loop>(node))
        loop(graph, node, *op, course);
      else
        count(graph, node, wanted[static_cast<std::size_t>(node.output)], course);
    }
  }
  GraphFacts facts;

 private:
  void count(const Graph& graph, const Node& node, std::int64_t wanted, const Course& course) {
    const NodeWork found = std::visit([&](const auto& op) { return work_of(graph, node, op, wanted); }, node.op);
    if (found.products.empty()) return;
    GraphWork& work = course.may_end ? facts.rounds : facts.certain;
    const bool once = !course.changing.empty() && !course.changing[static_cast<std::size_t>(node.output)];
    const std::int64_t times = once ? 1 : course.rounds;
    for (const Product& p : found.products) add(p, times, work);
    work.results += found.results * times;
    const Constant* const weights = graph.value(node.inputs[found.weight_slot]).constant.get();
    if (weights != nullptr && known_.insert(weights).second) work.weight_elements += found.weight_elements;
  }

  void loop(const Graph& graph, const Node& node, const Loop& op, const Course& outer) {
    if (op.trips < 1) return;
    const bool early = leaves_early(graph, node, op);
    const ValueId starts = input(node, 0);
    const Constant* const never = starts == kNoValue ? nullptr : constant(graph, starts);
    if (never != nullptr && never->ints().at(0) == 0) return;
    const Constant* const goes_on = constant(*op.body, op.body->outputs.at(0));
    Course inner;
    inner.rounds = goes_on != nullptr && goes_on->ints().at(0) == 0 ? 1 : outer.rounds * op.trips;
    inner.may_end = outer.may_end || early;
    const auto varying = static_cast<std::ptrdiff_t>(op.carried + 2);
    inner.changing = depending(*op.body, {op.body->inputs.begin(), op.body->inputs.begin() + varying});
    collect(*op.body, inner);
  }

  std::set<const Constant*> known_;
};

/// Whether a node may hand elements of its inputs on as they are, so that one transfer could do for reading and
/// writing.
bool moves(const Node& node) {
  return as<Concat>(node) || as<Reshape>(node) || as<Transpose>(node) || as<Slice>(node) || as<Pad>(node) ||
         as<Expand>(node) || as<Gather>(node) || as<Scatter>(node) || as<Cast>(node) || as<Loop>(node);
}

bool passes_inputs_on(const Graph& graph) {
  Flags moved(graph.values.size(), false);
  for (const ValueId id : graph.inputs) moved[static_cast<std::size_t>(id)] = true;
  for (const Node& node : graph.nodes)
    if (moves(node))
      for (const ValueId id : node.inputs)
        if (id != kNoValue && moved[static_cast<std::size_t>(id)])
          each_output(node, [&](ValueId y) { moved[static_cast<std::size_t>(y)] = true; });
  return std::any_of(graph.outputs.begin(), graph.outputs.end(),
                     [&](ValueId id) { return moved[static_cast<std::size_t>(id)]; });
}

void count_edges(const Graph& graph, GraphFacts& facts) {
  const std::vector<std::int64_t> wanted = demand(graph);
  const auto size = [&](ValueId id) {
    const Value& v = graph.value(id);
    return elements(v.shape) * stored_bytes(v.element);
  };
  for (const ValueId id : std::set<ValueId>(graph.inputs.begin(), graph.inputs.end())) {
    facts.copied_bytes += size(id);
    facts.input_bytes += wanted[static_cast<std::size_t>(id)] * stored_bytes(graph.value(id).element);
  }
  for (const ValueId id : std::set<ValueId>(graph.outputs.begin(), graph.outputs.end())) {
    facts.copied_bytes += size(id);
    facts.output_bytes += size(id);
  }
  facts.passes_inputs_on = passes_inputs_on(graph);
}

}  // namespace

GraphFacts graph_facts(const Graph& graph) {
  Collector all;
  all.collect(graph, {});
  count_edges(graph, all.facts);
  return all.facts;
}

}  // namespace inf::workflow::sweep
