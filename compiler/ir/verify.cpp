#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/access.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

// A rule returns what is wrong with the graph, or nothing.
using Finding = std::optional<std::string>;

bool exists(const Graph& g, ValueId id) { return id >= 0 && static_cast<std::size_t>(id) < g.values.size(); }
std::size_t at(ValueId id) { return static_cast<std::size_t>(id); }

Finding ids_exist(const Graph& g) {
  for (const Node& n : g.nodes) {
    if (!exists(g, n.output))
      return fmt::format("node '{}' writes value {}, there are {}", n.name, n.output, g.values.size());
    for (const ValueId id : n.inputs)
      if (id != kNoValue && !exists(g, id))
        return fmt::format("node '{}' reads value {}, there are {}", n.name, id, g.values.size());
  }
  for (const auto* list : {&g.inputs, &g.outputs})
    for (const ValueId id : *list)
      if (!exists(g, id)) return fmt::format("an input or output is value {}, there are {}", id, g.values.size());
  return {};
}

Finding one_writer(const Graph& g) {
  std::vector<bool> written(g.values.size(), false);
  for (std::size_t i = 0; i < g.values.size(); ++i) written[i] = g.values[i].constant != nullptr;
  for (const ValueId id : g.inputs) {
    if (written[at(id)]) return fmt::format("input %{} is a constant or listed twice", g.value(id).name);
    written[at(id)] = true;
  }
  for (const Node& n : g.nodes) {
    if (written[at(n.output)])
      return fmt::format("node '{}' writes %{}, which has a value already", n.name, g.value(n.output).name);
    written[at(n.output)] = true;
  }
  return {};
}

Finding written_before_read(const Graph& g) {
  std::vector<bool> ready(g.values.size(), false);
  for (std::size_t i = 0; i < g.values.size(); ++i) ready[i] = g.values[i].constant != nullptr;
  for (const ValueId id : g.inputs) ready[at(id)] = true;
  for (const Node& n : g.nodes) {
    for (const ValueId id : n.inputs)
      if (id != kNoValue && !ready[at(id)])
        return fmt::format("node '{}' reads %{} before it is written", n.name, g.value(id).name);
    ready[at(n.output)] = true;
  }
  for (const ValueId id : g.outputs)
    if (!ready[at(id)]) return fmt::format("output %{} is never written", g.value(id).name);
  return {};
}

Finding names_unique(const Graph& g) {
  std::set<std::string> seen;
  for (const Value& v : g.values) {
    if (v.name.empty()) return "a value has no name";
    if (!seen.insert(v.name).second) return fmt::format("two values are named %{}", v.name);
  }
  return {};
}

Finding constants_fit(const Graph& g) {
  for (const Value& v : g.values) {
    if (!v.constant) continue;
    const bool floats = std::holds_alternative<std::vector<float>>(v.constant->data);
    if (floats != (v.element == Element::f32))
      return fmt::format("constant %{} holds another type than {}", v.name, name(v.element));
    const std::size_t held = std::visit([](const auto& d) { return d.size(); }, v.constant->data);
    if (v.constant->shape != v.shape || (held != 0 && held != static_cast<std::size_t>(elements(v.shape))))
      return fmt::format("constant %{} holds {} values of {} for {}", v.name, held, to_string(v.constant->shape),
                         to_string(v.shape));
  }
  return {};
}

Finding sizes_positive(const Graph& g) {
  for (const Node& n : g.nodes)
    for (const std::int64_t d : shape(g, n.output))
      if (d < 1) return fmt::format("%{} has shape {}", g.value(n.output).name, to_string(shape(g, n.output)));
  return {};
}

Finding run_time_values_are_floats(const Graph& g) {
  for (const Node& n : g.nodes)
    if (g.value(n.output).element != Element::f32)
      return fmt::format("node '{}' computes {} at run time", n.name, name(g.value(n.output).element));
  return {};
}

Finding slots_match_flags(const Graph& g) {
  for (const Node& n : g.nodes) {
    const bool bias = input(n, kBiasSlot) != kNoValue, residual = input(n, kResidualSlot) != kNoValue;
    const auto* conv = as<Conv>(n);
    const auto* matmul = as<MatMul>(n);
    if ((conv && (conv->has_bias != bias || conv->has_residual != residual)) || (matmul && matmul->has_bias != bias))
      return fmt::format("node '{}' says bias or residual where its inputs do not, or the other way round", n.name);
  }
  return {};
}

Finding shapes_agree(const Graph& g) {
  for (const Node& n : g.nodes) try {
      check_shape(n.op, input_shapes(g, n), shape(g, n.output));
    } catch (const Error& e) {
      return fmt::format("node '{}' ({}): {}", n.name, op_name(n.op), e.message());
    }
  return {};
}

Finding ledger_holds_every_node(const Graph& g) {
  if (g.ledger.empty()) return {};  // hand-written graphs have none
  std::set<std::string> entries, surviving;
  for (const LedgerEntry& e : g.ledger) {
    if (!entries.insert(e.node).second) return fmt::format("the ledger holds '{}' twice", e.node);
    if (e.fate == Fate::compiled || e.fate == Fate::host) surviving.insert(e.node);
  }
  std::set<std::string> present;
  for (const Node& n : g.nodes) present.insert(n.name);
  for (const LedgerEntry& e : g.ledger)
    if (e.fate == Fate::compiled && !present.contains(e.node))
      return fmt::format("'{}' is compiled according to the ledger, no node is", e.node);
  for (const Node& n : g.nodes)
    if (!surviving.contains(n.name)) return fmt::format("node '{}' is not compiled according to the ledger", n.name);
  for (const LedgerEntry& e : g.ledger)
    if (e.fate == Fate::fused && !surviving.contains(e.into))
      return fmt::format("the ledger fuses '{}' into '{}', which is not compiled", e.node, e.into);
  return {};
}

struct Rule {
  const char* name;
  Finding (*check)(const Graph&);
};
constexpr Rule kRules[] = {
    {"every id names a value", ids_exist},  // the others index by id
    {"one writer per value", one_writer},
    {"written before read", written_before_read},
    {"value names are unique", names_unique},
    {"constants hold their shape and type", constants_fit},
    {"sizes are positive", sizes_positive},
    {"run-time values are floats", run_time_values_are_floats},
    {"bias and residual flags match the inputs", slots_match_flags},
    {"shapes agree with operators", shapes_agree},
    {"the ledger has every node", ledger_holds_every_node},
};

}  // namespace

void verify(const Graph& graph, const std::string& pass) {
  for (const Rule& rule : kRules)
    if (const Finding wrong = rule.check(graph))
      throw Error(ErrorKind::internal, "pass " + pass, *wrong, {fmt::format("rule: {}", rule.name)});
}

}  // namespace inf::compiler
