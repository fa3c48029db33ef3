#include "compiler/ir/fingerprint.h"

#include <bit>
#include <functional>
#include <string_view>
#include <type_traits>

#include "compiler/ir/access.h"
#include "compiler/ir/fields.h"

namespace inf::compiler {
namespace {

class Hash {
 public:
  std::uint64_t value() const { return state_; }
  void add(std::uint64_t v) {
    // Multiply and fold: every bit of what came before moves with each step.
    state_ = (state_ ^ v) * 0x9e3779b97f4a7c15u;
    state_ ^= state_ >> 32;
  }
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void add(T v) { add(static_cast<std::uint64_t>(v)); }
  void add(float v) { add(std::bit_cast<std::uint32_t>(v)); }
  void add(std::string_view text) { add(static_cast<std::uint64_t>(std::hash<std::string_view>()(text))); }
  void add(const Pads& p) { add(p.top), add(p.left), add(p.bottom), add(p.right); }
  void add(const Activation& a) { add(a.fn), add(a.alpha), add(a.beta); }
  void add(const HeadView& v) { add(v.offset), add(v.batch), add(v.head), add(v.row); }
  template <class List>
  requires requires(const List& l) { l.begin(), l.size(); }
  void add(const List& list) {
    add(static_cast<std::uint64_t>(list.size()));
    for (const auto& v : list) add(v);
  }

 private:
  std::uint64_t state_ = 0x243f6a8885a308d3u;
};

void add_node(Hash& h, const Graph& g, const Node& n) {
  h.add(static_cast<std::uint64_t>(n.op.index()));
  std::visit([&](const auto& op) { fields(op, [&](const char*, const auto& field) { h.add(field); }); }, n.op);
  if (const auto* loop = as<Loop>(n)) h.add(fingerprint(*loop->body));
  h.add(n.inputs);
  h.add(std::string_view(n.name));
  each_output(n, [&](ValueId id) {
    const Value& v = g.value(id);
    h.add(id), h.add(std::string_view(v.name)), h.add(v.element), h.add(v.shape);
  });
}

}  // namespace

std::uint64_t fingerprint(const Graph& graph) {
  Hash h;
  h.add(graph.inputs), h.add(graph.outputs);
  for (const Node& n : graph.nodes) add_node(h, graph, n);
  for (const LedgerEntry& e : graph.ledger) {
    h.add(std::string_view(e.node)), h.add(std::string_view(e.into));
    h.add(e.fate), h.add(e.macs);
  }
  return h.value();
}

}  // namespace inf::compiler
