#include "compiler/passes/plain_loops.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/ir/access.h"

namespace inf::compiler {
namespace {

ValueId integer(Graph& graph, const std::string& name, Shape shape, std::int64_t value,
                Element element = Element::i64) {
  auto data = std::make_shared<Constant>();
  const auto n = static_cast<std::size_t>(elements(shape));
  data->shape = shape;
  data->data = std::vector<std::int64_t>(n, value);
  return graph.add({unique_value_name(graph, name), element, std::move(shape), data});
}

ValueId zeros(Graph& graph, const std::string& name, const Shape& shape, Element element) {
  if (element != Element::f32) return integer(graph, name, shape, 0, element);
  return add_constant(graph, name, shape, std::vector<float>(static_cast<std::size_t>(elements(shape))));
}

ValueId emit(Graph& graph, Operator op, std::vector<ValueId> inputs, Shape shape, Element element,
             const std::string& name) {
  const ValueId y = graph.add({unique_value_name(graph, name), element, std::move(shape), nullptr});
  graph.nodes.push_back({std::move(op), std::move(inputs), y, name});
  return y;
}

void replace(Graph& graph, ValueId from, ValueId to) {
  for (Node& n : graph.nodes) std::replace(n.inputs.begin(), n.inputs.end(), from, to);
  std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

bool reads(const Graph& graph, ValueId id) {
  const auto in = [&](const std::vector<ValueId>& list) { return std::count(list.begin(), list.end(), id) > 0; };
  return in(graph.outputs) ||
         std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& n) { return in(n.inputs); });
}

/// A loop being rewritten: the node of `graph` at `index` and a body of its own.
class Plain {
 public:
  Plain(Graph& graph, std::size_t index)
      : graph_(graph), index_(index), loop_(*as<Loop>(graph.nodes[index])), body_(*loop_.body) {}

  bool run() {
    bool changed = no_condition();
    while (take_move()) changed = true;
    const std::size_t stacked = body_.outputs.size() - 1 - static_cast<std::size_t>(loop_.carried);
    if (stacked > 0 || reads(body_, body_.inputs[0])) {
      const ValueId round = body_.add({unique_value_name(body_, "round"), Element::i64, {}, nullptr});
      replace(body_, body_.inputs[0], round);
      for (std::size_t k = 0; k < stacked; ++k) carry_stacked(round);
      const ValueId one = integer(body_, "one", {}, 1);
      carry(round, emit(body_, Binary{.op = Binary::Op::add}, {round, one}, {}, Element::i64, "next_round"),
            integer(graph_, node().name + ".first_round", {}, 0),
            graph_.add({unique_value_name(graph_, node().name + ".rounds"), Element::i64, {}, nullptr}));
      changed = true;
    }
    if (changed) {
      loop_.body = std::make_shared<const Graph>(std::move(body_));
      node().op = loop_;
    }
    return changed;
  }

 private:
  Node& node() { return graph_.nodes[index_]; }

  /// While a round runs the condition holds.
  bool no_condition() {
    if (!reads(body_, body_.inputs[1])) return false;
    replace(body_, body_.inputs[1], integer(body_, "goes_on", {}, 1, Element::boolean));
    return true;
  }

  /// A captured value that is only another view of one before the loop is viewed inside, where what reads it may see
  /// through the view.
  bool take_move() {
    const auto first = static_cast<std::size_t>(loop_.carried) + 1;
    for (std::size_t i = first; i < node().inputs.size(); ++i) {
      const auto maker = std::find_if(graph_.nodes.begin(), graph_.nodes.end(),
                                      [&](const Node& n) { return n.output == node().inputs[i]; });
      if (maker == graph_.nodes.end()) continue;
      const bool moves = as<Reshape>(*maker) || as<Transpose>(*maker) || as<Slice>(*maker);
      if (!moves) continue;
      const ValueId source = maker->inputs[0], viewed = body_.inputs[i + 1];
      Value v = graph_.value(source);
      v.name = unique_value_name(body_, v.name);
      v.constant = nullptr;
      const ValueId inside = body_.add(std::move(v));
      body_.inputs[i + 1] = inside;
      body_.nodes.insert(body_.nodes.begin(), {maker->op, {inside}, viewed, maker->name});
      node().inputs[i] = source;
      return true;
    }
    return false;
  }

  /// One more carried value, behind the others. `result` is its value after the loop.
  void carry(ValueId inside, ValueId next, ValueId initial, ValueId result) {
    const auto at = static_cast<std::ptrdiff_t>(loop_.carried);
    body_.inputs.insert(body_.inputs.begin() + 2 + at, inside);
    body_.outputs.insert(body_.outputs.begin() + 1 + at, next);
    node().inputs.insert(node().inputs.begin() + 1 + at, initial);
    if (result != kNoValue) node().more.push_back(result);
    ++loop_.carried;
  }

  /// The first stacked output becomes a carried one at its place in the list.
  void carry_stacked(ValueId round) {
    const auto at = static_cast<std::size_t>(loop_.carried) + 1;
    const ValueId part = body_.outputs[at];
    const Value v = body_.value(part);
    const std::int64_t n = elements(v.shape);
    Shape all{loop_.trips};
    all.insert(all.end(), v.shape.begin(), v.shape.end());
    const std::string name = v.name + ".stack";
    const ValueId before = body_.add({unique_value_name(body_, name), v.element, all, nullptr});
    const ValueId rows = emit(body_, Reshape{}, {before}, {loop_.trips, n}, v.element, name + ".rows"),
                  row = emit(body_, Reshape{}, {part}, {1, n}, v.element, name + ".row"),
                  index = emit(body_, Reshape{}, {round}, {1}, Element::i64, name + ".index");
    const ValueId put = emit(body_, Scatter{}, {rows, index, row}, {loop_.trips, n}, v.element, name + ".put");
    const ValueId next = emit(body_, Reshape{}, {put}, all, v.element, name + ".next");
    body_.outputs.erase(body_.outputs.begin() + static_cast<std::ptrdiff_t>(at));
    carry(before, next, zeros(graph_, node().name + ".zeros", all, v.element), kNoValue);
  }

  Graph& graph_;
  std::size_t index_;
  Loop loop_;
  Graph body_;
};

/// Appends the rounds of one loop to `nodes`.
class Rounds {
 public:
  Rounds(Graph& graph, const Node& node, std::vector<Node>& nodes)
      : graph_(graph), node_(node), loop_(*as<Loop>(node)), body_(*loop_.body), nodes_(nodes) {}

  /// The carried values after the last round.
  std::vector<ValueId> run() {
    const auto carried = static_cast<std::size_t>(loop_.carried);
    std::vector<ValueId> state(node_.inputs.begin() + 1,
                               node_.inputs.begin() + 1 + static_cast<std::ptrdiff_t>(carried));
    ValueId goes_on = node_.inputs[0];
    for (std::int64_t round = 0; round < loop_.trips; ++round) {
      std::vector<ValueId> map(body_.values.size(), kNoValue);
      map[at(body_.inputs[1])] = goes_on;
      for (std::size_t k = 0; k < carried; ++k) map[at(body_.inputs[k + 2])] = state[k];
      for (std::size_t i = carried + 2; i < body_.inputs.size(); ++i) map[at(body_.inputs[i])] = node_.inputs[i - 1];
      for (const Node& n : body_.nodes) copy(n, map, round);
      for (std::size_t k = 0; k < carried; ++k) {
        const ValueId next = value(body_.outputs[k + 1], map, round);
        state[k] = goes_on == kNoValue || next == state[k] ? next : keep(goes_on, next, state[k], round);
      }
      goes_on = both(goes_on, value(body_.outputs[0], map, round), round);
    }
    return state;
  }

 private:
  static std::size_t at(ValueId id) { return static_cast<std::size_t>(id); }
  std::string label(const std::string& part, std::int64_t round) const {
    return fmt::format("{}/{}.{}", node_.name, part, round);
  }

  ValueId value(ValueId id, std::vector<ValueId>& map, std::int64_t round) {
    if (id == kNoValue) return kNoValue;
    ValueId& mapped = map[at(id)];
    if (mapped != kNoValue) return mapped;
    Value v = body_.value(id);
    if (!v.constant) v.name = unique_value_name(graph_, label(v.name, round));
    if (v.constant) {
      const auto known = constants_.find(id);
      if (known != constants_.end()) return mapped = known->second;
      v.name = unique_value_name(graph_, node_.name + "/" + v.name);
      return mapped = constants_[id] = graph_.add(std::move(v));
    }
    return mapped = graph_.add(std::move(v));
  }

  void copy(const Node& n, std::vector<ValueId>& map, std::int64_t round) {
    Node fresh = n;
    fresh.name = node_.name;  // the ledger knows the loop as a whole
    for (ValueId& id : fresh.inputs) id = value(id, map, round);
    fresh.output = value(n.output, map, round);
    note_compiled(fresh.name);
    nodes_.push_back(std::move(fresh));
  }

  /// A node of the body stands for itself now; those that make counters and stacks get an entry of their own.
  void note_compiled(const std::string& name) {
    const auto entry =
        std::find_if(graph_.ledger.begin(), graph_.ledger.end(), [&](const LedgerEntry& e) { return e.node == name; });
    if (entry != graph_.ledger.end())
      entry->fate = Fate::compiled, entry->into.clear();
    else if (!graph_.ledger.empty())
      graph_.ledger.push_back({name, "Loop", Fate::compiled, "", 0});
  }

  ValueId keep(ValueId goes_on, ValueId next, ValueId last, std::int64_t round) {
    const Value v = graph_.value(next);
    const ValueId y = graph_.add({unique_value_name(graph_, label("kept", round)), v.element, v.shape, nullptr});
    nodes_.push_back({Where{}, {goes_on, next, last}, y, node_.name});
    return y;
  }

  /// Whether the next round runs: kNoValue where nothing can stop it.
  ValueId both(ValueId before, ValueId now, std::int64_t round) {
    const Constant* fixed = constant(graph_, now);
    if (now == before || (fixed && fixed->ints()[0] != 0)) return before;
    if (before == kNoValue) return now;
    const ValueId y = graph_.add({unique_value_name(graph_, label("goes_on", round)), Element::boolean, {}, nullptr});
    nodes_.push_back({Binary{.op = Binary::Op::logic_and}, {before, now}, y, node_.name});
    return y;
  }

  Graph& graph_;
  const Node& node_;
  const Loop& loop_;
  const Graph& body_;
  std::vector<Node>& nodes_;
  std::map<ValueId, ValueId> constants_;
};

}  // namespace

bool PlainLoops::run(Graph& graph) {
  bool changed = false;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (as<Loop>(graph.nodes[i])) changed = Plain(graph, i).run() || changed;
  return changed;
}

bool unroll_loops(Graph& graph) {
  PlainLoops::run(graph);
  const auto is_loop = [](const Node& n) { return as<Loop>(n) != nullptr; };
  if (std::none_of(graph.nodes.begin(), graph.nodes.end(), is_loop)) return false;
  std::vector<Node> nodes;
  const std::vector<Node> old = std::move(graph.nodes);
  for (const Node& n : old) {
    if (!is_loop(n)) {
      nodes.push_back(n);
      continue;
    }
    const std::vector<ValueId> last = Rounds(graph, n, nodes).run();
    std::vector<ValueId> results{n.output};
    results.insert(results.end(), n.more.begin(), n.more.end());
    for (std::size_t k = 0; k < results.size() && k < last.size(); ++k)
      if (results[k] != kNoValue) nodes.push_back({Reshape{}, {last[k]}, results[k], n.name});
  }
  graph.nodes = std::move(nodes);
  return true;
}

}  // namespace inf::compiler
