#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/ir/access.h"
#include "compiler/ir/element.h"
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
    ValueId missing = 0;
    each_output(n, [&](ValueId id) { missing = exists(g, id) ? missing : id; });
    if (!exists(g, missing))
      return fmt::format("node '{}' writes value {}, there are {}", n.name, missing, g.values.size());
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
  Finding wrong;
  for (const Node& n : g.nodes)
    each_output(n, [&](ValueId id) {
      if (written[at(id)] && !wrong)
        wrong = fmt::format("node '{}' writes %{}, which has a value already", n.name, g.value(id).name);
      written[at(id)] = true;
    });
  return wrong;
}

Finding written_before_read(const Graph& g) {
  std::vector<bool> ready(g.values.size(), false);
  for (std::size_t i = 0; i < g.values.size(); ++i) ready[i] = g.values[i].constant != nullptr;
  for (const ValueId id : g.inputs) ready[at(id)] = true;
  for (const Node& n : g.nodes) {
    for (const ValueId id : n.inputs)
      if (id != kNoValue && !ready[at(id)])
        return fmt::format("node '{}' reads %{} before it is written", n.name, g.value(id).name);
    each_output(n, [&](ValueId id) { ready[at(id)] = true; });
  }
  for (const ValueId id : g.outputs)
    if (!ready[at(id)]) return fmt::format("output %{} is never written", g.value(id).name);
  return {};
}

Finding names_unique(const Graph& g) {
  std::unordered_set<std::string_view> seen;
  seen.reserve(g.values.size());
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
  Finding wrong;
  for (const Node& n : g.nodes)
    each_output(n, [&](ValueId id) {
      for (const std::int64_t d : shape(g, id))
        if (d < 1) wrong = fmt::format("%{} has shape {}", g.value(id).name, to_string(shape(g, id)));
    });
  return wrong;
}

Finding elements_agree(const Graph& g) {
  for (const Node& n : g.nodes) try {
      const Element want = infer_element(n.op, input_elements(g, n));
      if (g.value(n.output).element != want)
        return fmt::format("node '{}' computes {}, %{} is {}", n.name, name(want), g.value(n.output).name,
                           name(g.value(n.output).element));
    } catch (const Error& e) {
      return fmt::format("node '{}' ({}): {}", n.name, op_name(n.op), e.message());
    }
  return {};
}

Finding loops_fit(const Graph& g) {
  for (const Node& n : g.nodes) {
    const auto* loop = as<Loop>(n);
    if (loop == nullptr) {
      if (!n.more.empty()) return fmt::format("node '{}' ({}) has several outputs", n.name, op_name(n.op));
      continue;
    }
    if (n.more.size() + 1 != loop_outputs(*loop))
      return fmt::format("node '{}' has {} outputs, its body gives {}", n.name, n.more.size() + 1, loop_outputs(*loop));
    for (std::size_t i = 0; i < n.more.size(); ++i) {
      const LoopOutput want = loop_output(*loop, i + 1);
      const Value& v = g.value(n.more[i]);
      if (v.element != want.element || v.shape != want.shape)
        return fmt::format("%{} is {}{}, the body of '{}' gives {}{}", v.name, name(v.element), to_string(v.shape),
                           n.name, name(want.element), to_string(want.shape));
    }
    try {
      verify(*loop->body, "body");
    } catch (const Error& e) {
      return fmt::format("body of '{}': {}", n.name, e.message());
    }
  }
  return {};
}

Finding slots_match_flags(const Graph& g) {
  for (const Node& n : g.nodes) {
    const bool bias = input(n, kBiasSlot) != kNoValue, residual = input(n, kResidualSlot) != kNoValue;
    const auto* conv = as<Conv>(n);
    const auto* matmul = as<MatMul>(n);
    if ((conv && (conv->has_bias != bias || conv->has_residual != residual)) ||
        (matmul && (matmul->has_bias != bias || matmul->has_residual != residual)))
      return fmt::format("node '{}' says bias or residual where its inputs do not, or the other way round", n.name);
    if (const auto* a = as<Attention>(n); a && a->has_mask != (input(n, kMaskSlot) != kNoValue))
      return fmt::format("node '{}' says mask where its inputs do not, or the other way round", n.name);
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
  std::unordered_set<std::string_view> entries, surviving;
  entries.reserve(g.ledger.size()), surviving.reserve(g.ledger.size());
  for (const LedgerEntry& e : g.ledger) {
    if (!entries.insert(e.node).second) return fmt::format("the ledger holds '{}' twice", e.node);
    if (e.fate == Fate::compiled || e.fate == Fate::host) surviving.insert(e.node);
  }
  std::unordered_set<std::string_view> present;
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
    {"bias, residual and mask flags match the inputs", slots_match_flags},
    {"shapes agree with operators", shapes_agree},
    {"element types agree with operators", elements_agree},
    {"loops agree with their bodies", loops_fit},  // after the shapes, which know that there is a body
    {"the ledger has every node", ledger_holds_every_node},
};

}  // namespace

void verify(const Graph& graph, const std::string& pass) {
  for (const Rule& rule : kRules)
    if (const Finding wrong = rule.check(graph))
      throw Error(ErrorKind::internal, "pass " + pass, *wrong, {fmt::format("rule: {}", rule.name)});
}

}  // namespace inf::compiler
