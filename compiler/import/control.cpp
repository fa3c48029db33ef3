// If and Loop.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/import/importer.h"
#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

const Model& body_of(const ModelNode& n, const std::string& attribute) {
  const auto at = n.attributes.find(attribute);
  const auto* body = at == n.attributes.end() ? nullptr : std::get_if<std::shared_ptr<const Model>>(&at->second);
  if (body == nullptr)
    throw Error(ErrorKind::import, "", fmt::format("attribute '{}' is no graph", attribute),
                {"the file is damaged; export it again"});
  return **body;
}

/// The first element of a constant, nullopt for a value of run time.
std::optional<std::int64_t> first_of(const Graph& graph, ValueId id) {
  const Constant* c = constant(graph, id);
  if (c == nullptr || !std::holds_alternative<std::vector<std::int64_t>>(c->data) || c->ints().empty())
    return std::nullopt;
  return c->ints()[0];
}

/// A body node whose result has another shape in a later step.
struct Change {
  const ModelNode* node;
  std::string value;
  std::size_t axis;
  std::vector<std::int64_t> sizes;
};

using StepShapes = std::map<std::string, Shape>;

std::optional<Change> first_change(const Model& body, const std::vector<StepShapes>& steps) {
  for (const std::size_t i : execution_order(body))
    for (const std::string& name : body.nodes[i].outputs) {
      if (!steps[0].contains(name)) continue;
      const Shape& first = steps[0].at(name);
      for (std::size_t axis = 0; axis < first.size(); ++axis) {
        Change c{&body.nodes[i], name, axis, {}};
        for (const StepShapes& step : steps)
          if (const auto at = step.find(name); at != step.end() && at->second.size() == first.size())
            c.sizes.push_back(at->second[axis]);
        if (std::any_of(c.sizes.begin(), c.sizes.end(), [&](std::int64_t s) { return s != c.sizes[0]; })) return c;
      }
    }
  return std::nullopt;
}

std::vector<std::string> ways_out() {
  return {
      "the chip runs fixed shapes: keep all positions in every step and hide the later ones with a mask, as the "
      "workload model `builtin: parseq` with `mode: ar` does",
      "bind the number of steps: export with a fixed one and unrolled, so that each step has a shape of its own",
      "or compile buckets: one export per length, the shorter inputs padded"};
}

}  // namespace

void Importer::take_if(const ModelNode& n, std::size_t entry) {
  const ValueId condition = find(n.inputs.at(0), n);
  const auto taken = first_of(graph_, condition);
  if (!taken)
    throw Error(ErrorKind::unsupported, "",
                fmt::format("its condition '{}' is computed at run time", graph_.value(condition).name),
                {"supported: a condition that follows from constants and shapes; select with Where, or export one of "
                 "the branches"});
  const Model& branch = body_of(n, *taken != 0 ? "then_branch" : "else_branch");
  if (branch.outputs.size() != n.outputs.size())
    throw Error(ErrorKind::import, "",
                fmt::format("has {} outputs, its branch gives {}", n.outputs.size(), branch.outputs.size()));
  scopes_.push_back({&branch, {}});
  take_nodes(branch);
  std::vector<ValueId> results;
  for (const ModelValue& v : branch.outputs) results.push_back(find(v.name, n));
  scopes_.pop_back();
  for (std::size_t i = 0; i < results.size(); ++i)
    if (!n.outputs[i].empty()) scopes_.back().second[n.outputs[i]] = results[i];
  graph_.ledger[entry].fate = Fate::folded;
}

std::vector<ValueId> Importer::take_body(const std::vector<Value>& carried, bool conditional, std::int64_t iteration) {
  if (model_.inputs.size() != carried.size() + 2 || model_.outputs.size() < carried.size() + 1)
    throw Error(ErrorKind::import, "",
                fmt::format("its body has {} inputs and {} outputs for {} carried values", model_.inputs.size(),
                            model_.outputs.size(), carried.size()));
  const auto bind = [&](std::size_t slot, Element element, Shape shape, std::shared_ptr<const Constant> data) {
    const std::string& name = model_.inputs[slot].name;
    const ValueId id = scopes_.back().second[name] = graph_.add({name, element, std::move(shape), std::move(data)});
    graph_.inputs.push_back(id);
  };
  const auto scalar = [](std::int64_t v) {
    return std::make_shared<const Constant>(Constant{{}, std::vector<std::int64_t>{v}});
  };
  const bool simulated = iteration >= 0;
  bind(0, Element::i64, {}, simulated ? scalar(iteration) : nullptr);
  bind(1, Element::boolean, {}, simulated && !conditional ? scalar(1) : nullptr);
  for (std::size_t i = 0; i < carried.size(); ++i)
    bind(i + 2, carried[i].element, carried[i].shape, simulated ? carried[i].constant : nullptr);
  take_nodes(model_);
  static const ModelNode kReader{"the end of the body", "", "", {}, {}, {}};
  std::vector<ValueId> outputs;
  for (const ModelValue& v : model_.outputs) outputs.push_back(find(v.name, kReader));
  return outputs;
}

void Importer::explain_loop(const Model& body, const std::vector<Value>& initial, const Error* cause) {
  constexpr std::int64_t kSteps = 3;
  std::vector<StepShapes> steps;
  std::vector<Value> carried = initial;
  for (std::int64_t k = 0; k < kSteps; ++k) try {
      Importer step(body, *this);
      const std::vector<ValueId> outputs = step.take_body(carried, false, k);
      StepShapes& shapes = steps.emplace_back();
      for (const auto& [name, id] : step.scopes_.front().second) shapes[name] = step.graph_.value(id).shape;
      for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = step.graph_.value(outputs[i + 1]);
    } catch (const Error&) {
      break;  // the steps before this one tell enough, or the first refusal is the reason
    }
  const auto change = steps.size() < 2 ? std::nullopt : first_change(body, steps);
  if (change)
    throw Error(ErrorKind::unsupported, "",
                fmt::format("shapes change inside: axis {} of '{}', the result of '{}' ({}) in its body, has {} "
                            "positions in the first {} steps",
                            change->axis, change->value, change->node->label, change->node->type,
                            fmt::join(change->sizes, ", "), change->sizes.size()),
                ways_out());
  if (cause != nullptr) throw Error(*cause);
  throw Error(ErrorKind::unsupported, "", "a value that it carries changes its shape or type", ways_out());
}

void Importer::take_loop(const ModelNode& n, std::size_t entry) {
  const Model& body = body_of(n, "body");
  const auto given = [&](std::size_t slot) {
    return slot < n.inputs.size() && !n.inputs[slot].empty() ? find(n.inputs[slot], n) : kNoValue;
  };
  const ValueId count = given(0);
  ValueId condition = given(1);
  const auto trips = first_of(graph_, count);
  if (!trips)
    throw Error(ErrorKind::unsupported, "",
                count == kNoValue
                    ? std::string("it has no trip count: how long it runs depends on the data")
                    : fmt::format("its trip count '{}' is computed at run time", graph_.value(count).name),
                {"supported: a constant number of trips, which a condition may end early; give the loop its largest "
                 "count"});
  const auto first_condition = first_of(graph_, condition);
  if (condition != kNoValue && first_condition && *first_condition != 0) condition = kNoValue;
  std::vector<ValueId> inputs;
  std::vector<Value> initial;
  for (std::size_t i = 2; i < n.inputs.size(); ++i) {
    inputs.push_back(find(n.inputs[i], n));
    initial.push_back(graph_.value(inputs.back()));
  }
  if (*trips < 1 || (first_condition && *first_condition == 0)) {
    for (std::size_t i = 0; i < n.outputs.size(); ++i) {
      if (n.outputs[i].empty()) continue;
      if (i >= inputs.size())
        throw Error(ErrorKind::unsupported, "", fmt::format("runs 0 times, its output '{}' is empty", n.outputs[i]),
                    {"remove the loop"});
      scopes_.back().second[n.outputs[i]] = inputs[i];
    }
    return;
  }
  Importer inner(body, *this);
  std::vector<ValueId> outputs;
  try {
    outputs = inner.take_body(initial, condition != kNoValue, -1);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unsupported && e.kind() != ErrorKind::import) throw;
    explain_loop(body, initial, &e);
  }
  for (std::size_t i = 0; i < initial.size(); ++i) {
    const Value& v = inner.graph_.value(outputs[i + 1]);
    if (v.shape != initial[i].shape || v.element != initial[i].element) explain_loop(body, initial, nullptr);
  }
  finish_loop(n, entry, inner, outputs, *trips, condition, inputs);
}

ValueId Importer::as_scalar(ValueId id, const std::string& label) {
  if (graph_.value(id).shape.empty()) return id;
  if (elements(graph_.value(id).shape) != 1 || graph_.value(id).element != Element::boolean)
    throw Error(ErrorKind::import, "",
                fmt::format("its condition has shape {}, one boolean is needed", to_string(graph_.value(id).shape)));
  const ValueId to = graph_.add({"", Element::boolean, {}, nullptr});
  graph_.nodes.push_back({Reshape{}, {id}, to, label});
  return to;
}

void Importer::finish_loop(const ModelNode& n, std::size_t entry, Importer& inner, std::vector<ValueId> outputs,
                           std::int64_t trips, ValueId condition, std::vector<ValueId> inputs) {
  Loop loop;
  loop.trips = trips, loop.carried = static_cast<std::int64_t>(inputs.size());
  outputs[0] = inner.as_scalar(outputs[0], "condition");
  inner.graph_.outputs = outputs;
  inner.name_values();
  // The nodes of the body are part of the loop.
  for (LedgerEntry e : inner.graph_.ledger) {
    e.node = unique_label(n.label + "/" + e.node);
    if (e.fate != Fate::folded) e.fate = Fate::fused, e.into = n.label;
    graph_.ledger.push_back(std::move(e));
  }
  inner.graph_.ledger.clear();
  loop.body = std::make_shared<const Graph>(std::move(inner.graph_));
  if (condition != kNoValue) condition = as_scalar(condition, n.label);
  Node node{loop, {condition}, kNoValue, n.label};
  node.inputs.insert(node.inputs.end(), inputs.begin(), inputs.end());
  node.inputs.insert(node.inputs.end(), inner.captures_.begin(), inner.captures_.end());
  if (loop_outputs(loop) == 0) throw Error(ErrorKind::import, "", "it has no outputs");
  for (std::size_t i = 0; i < loop_outputs(loop); ++i) {
    LoopOutput out = loop_output(loop, i);
    const bool named = i < n.outputs.size() && !n.outputs[i].empty();
    const ValueId id = graph_.add({named ? n.outputs[i] : "", out.element, out.shape, nullptr});
    if (named) scopes_.back().second[n.outputs[i]] = id;
    if (i == 0)
      node.output = id;
    else
      node.more.push_back(id);
  }
  graph_.nodes.push_back(std::move(node));
  graph_.ledger[entry].fate = Fate::compiled;
}

}  // namespace inf::compiler::importer
