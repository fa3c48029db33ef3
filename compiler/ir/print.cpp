#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "compiler/ir/access.h"
#include "compiler/ir/fields.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/names.h"

namespace inf::compiler {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + '"';
}

bool plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' || c == ':' || c == '-';
}

/// %name, quoted when the name holds anything but letters, digits and _ . / : - or ends in a colon.
std::string reference(const Graph& g, ValueId id) {
  if (id == kNoValue) return "_";
  const std::string& name = g.value(id).name;
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), plain) && name.back() != ':';
  return "%" + (bare ? name : quoted(name));
}

std::string text(std::int64_t v) { return fmt::format("{}", v); }
std::string text(float v) { return fmt::format("{}", v); }
std::string text(bool v) { return v ? "true" : "false"; }
std::string text(const Pair& v) { return fmt::format("[{}]", fmt::join(v, ", ")); }
std::string text(const std::array<float, 2>& v) { return fmt::format("[{}]", fmt::join(v, ", ")); }
std::string text(const std::array<std::int64_t, 4>& v) { return fmt::format("[{}]", fmt::join(v, ", ")); }
std::string text(const std::vector<std::int64_t>& v) { return fmt::format("[{}]", fmt::join(v, ", ")); }
std::string text(const Pads& p) { return fmt::format("[{}, {}, {}, {}]", p.top, p.left, p.bottom, p.right); }
std::string text(const HeadView& v) { return fmt::format("[{}, {}, {}, {}]", v.offset, v.batch, v.head, v.row); }
std::string text(const Activation& a) {
  if (a.alpha == 0 && a.beta == 0) return std::string(name(a.fn));
  return fmt::format("{}({}, {})", name(a.fn), a.alpha, a.beta);
}
template <class Enum>
requires std::is_enum_v<Enum> std::string text(Enum e) { return std::string(name(e)); }

/// " field=value" for every field that differs from the operator's default.
std::string parameters(const Operator& op) {
  return std::visit(
      [](const auto& o) {
        std::vector<std::string> standard;
        std::remove_cvref_t<decltype(o)> plain_op;
        fields(plain_op, [&](const char*, const auto& v) { standard.push_back(text(v)); });
        std::string out;
        std::size_t i = 0;
        fields(o, [&](const char* key, const auto& v) {
          if (const std::string now = text(v); now != standard[i++]) out += fmt::format(" {}={}", key, now);
        });
        return out;
      },
      op);
}

template <class T>
std::string data_text(const std::vector<T>& data) {
  if (data.size() > 1 && std::all_of(data.begin(), data.end(), [&](const T& v) { return v == data[0]; }))
    return fmt::format("splat({})", data[0]);
  return fmt::format("{{{}}}", fmt::join(data, ", "));
}

std::string typed(const Value& v) { return fmt::format("{}{}", name(v.element), to_string(v.shape)); }

void print_values(const Graph& g, bool with_data, std::string& out) {
  std::vector<bool> used(g.values.size(), false);
  const auto use = [&](ValueId id) {
    if (id != kNoValue) used[static_cast<std::size_t>(id)] = true;
  };
  for (const Node& n : g.nodes) std::for_each(n.inputs.begin(), n.inputs.end(), use);
  std::for_each(g.outputs.begin(), g.outputs.end(), use);
  for (const ValueId id : g.inputs) out += fmt::format("input {}: {}\n", reference(g, id), typed(g.value(id)));
  for (std::size_t i = 0; i < g.values.size(); ++i) {
    const Value& v = g.values[i];
    if (!used[i] || !v.constant) continue;
    out += fmt::format("const {}: {}", reference(g, static_cast<ValueId>(i)), typed(v));
    if (with_data) out += " = " + std::visit([](const auto& d) { return data_text(d); }, v.constant->data);
    out += '\n';
  }
}

std::string ledger_line(const LedgerEntry& e) {
  std::string line = fmt::format("ledger {} {} {}", quoted(e.node), quoted(e.onnx_type), name(e.fate));
  if (!e.into.empty()) line += " into " + quoted(e.into);
  if (e.macs != 0) line += fmt::format(" macs {}", e.macs);
  return line + '\n';
}

/// Every line of `block` two columns further in.
std::string indented(const std::string& block) {
  std::string out;
  for (std::size_t begin = 0; begin < block.size();) {
    const std::size_t end = block.find('\n', begin) + 1;
    out += "  " + block.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

std::string node_text(const Graph& g, const Node& n, bool with_data) {
  std::vector<std::string> outputs, inputs;
  each_output(n, [&](ValueId id) { outputs.push_back(fmt::format("{}: {}", reference(g, id), typed(g.value(id)))); });
  for (const ValueId id : n.inputs) inputs.push_back(reference(g, id));
  std::string line =
      fmt::format("{} = {}({}){}", fmt::join(outputs, ", "), op_name(n.op), fmt::join(inputs, ", "), parameters(n.op));
  if (n.name != g.value(n.output).name) line += " @" + quoted(n.name);
  if (const auto* loop = as<Loop>(n)) return line + " {\n" + indented(print(*loop->body, with_data)) + "}\n";
  return line + '\n';
}

}  // namespace

std::string print(const Graph& g, bool with_data) {
  std::string out = fmt::format("graph {} opset {}\n", quoted(g.name), g.opset);
  print_values(g, with_data, out);
  for (const Node& n : g.nodes) out += node_text(g, n, with_data);
  for (const ValueId id : g.outputs) out += fmt::format("output {}\n", reference(g, id));
  for (const LedgerEntry& e : g.ledger) out += ledger_line(e);
  return out;
}

}  // namespace inf::compiler
