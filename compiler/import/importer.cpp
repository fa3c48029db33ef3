#include "compiler/import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "compiler/import/inputs.h"
#include "compiler/import/lowering.h"
#include "compiler/import/operators.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {

Importer::Importer(const Model& model, const ImportOptions& options) : model_(model), options_(options) {
  graph_.name = model.name.empty() ? "model" : model.name;
  graph_.opset = model.opset;
  scopes_.push_back({&model, {}});
  const std::vector<Value> inputs = bind_inputs(model, options);
  for (const Value& v : inputs) {
    graph_.inputs.push_back(graph_.add(v));
    scopes_.back().second[v.name] = graph_.inputs.back();
  }
  bound_ = !options.shapes.empty() || !options.symbols.empty() || options.batch;
}

Importer::Importer(const Model& body, Importer& outer) : model_(body), options_(outer.options_), outer_(&outer) {
  graph_.name = body.name.empty() ? "body" : body.name;
  graph_.opset = outer.graph_.opset;
  scopes_.push_back({&body, {}});
}

Graph Importer::run() {
  if (!options_.keep_unsupported) check_operators(model_);
  take_nodes(model_);
  take_outputs();
  name_values();
  return std::move(graph_);
}

ValueId Importer::add_tensor(const std::string& name, const Tensor& t) {
  return scopes_.back().second[name] = graph_.add({name, t.element, t.shape(), t.constant});
}

ValueId Importer::known(const std::string& name) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (const auto at = scope->second.find(name); at != scope->second.end()) return at->second;
    if (const auto at = scope->first->initialisers.find(name); at != scope->first->initialisers.end()) {
      const Tensor& t = at->second;
      return scope->second[name] = graph_.add({name, t.element, t.shape(), t.constant});
    }
  }
  return kNoValue;
}

ValueId Importer::captured(const std::string& name, const ModelNode& reader) {
  const ValueId from = outer_->find(name, reader);
  Value copy = outer_->graph_.value(from);
  copy.name = name;
  const bool constant = copy.constant != nullptr;
  const ValueId id = scopes_.front().second[name] = graph_.add(std::move(copy));
  if (!constant) graph_.inputs.push_back(id), captures_.push_back(from);
  return id;
}

ValueId Importer::find(const std::string& name, const ModelNode& reader) {
  if (const ValueId id = known(name); id != kNoValue) return id;
  if (const auto at = unknown_.find(name); at != unknown_.end())
    throw Error(ErrorKind::unsupported, "",
                fmt::format("reads '{}', whose shape is not known because '{}' is refused", name, at->second));
  for (const auto& [model, names] : scopes_)
    for (const ModelNode& n : model->nodes)
      if (std::find(n.outputs.begin(), n.outputs.end(), name) != n.outputs.end())
        throw Error(ErrorKind::unsupported, place(model_, n),
                    fmt::format("its output '{}' is used by '{}'", name, reader.label),
                    {fmt::format("supported of {}: the first output", n.type)});
  if (outer_ != nullptr) return captured(name, reader);
  throw Error(ErrorKind::internal, place(model_, reader), fmt::format("'{}' was not found", name));
}

std::optional<Tensor> Importer::evaluated(const ModelNode& n, const std::vector<ValueId>& inputs) {
  if (n.type == "Shape" || n.type == "Size") {
    const Shape& s = graph_.value(inputs.at(0)).shape;
    return n.type == "Shape" ? shape_tensor(n, s) : make_tensor({}, std::vector<std::int64_t>{elements(s)});
  }
  std::vector<Tensor> tensors(inputs.size());
  std::vector<const Tensor*> operands(inputs.size(), nullptr);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == kNoValue) continue;
    const Value& v = graph_.value(inputs[i]);
    if (!v.constant) return std::nullopt;
    tensors[i] = {v.element, v.constant};
    operands[i] = &tensors[i];
  }
  return evaluate(n, graph_.opset, operands);
}

std::string Importer::unique_label(const std::string& label) {
  std::string unique = label;
  for (int suffix = 1; !labels_.insert(unique).second; ++suffix) unique = fmt::format("{}.{}", label, suffix);
  return unique;
}

void Importer::take_nodes(const Model& model) {
  const std::vector<std::size_t> order = execution_order(model);
  const std::size_t first = graph_.ledger.size();
  for (const ModelNode& n : model.nodes) graph_.ledger.push_back({unique_label(n.label), n.type, Fate::folded, "", 0});
  for (const std::size_t i : order) {
    const ModelNode& n = model.nodes[i];
    const std::string label = graph_.ledger[first + i].node;
    if (label == n.label) {
      take(n, first + i);
    } else {
      ModelNode renamed = n;
      renamed.label = label;
      take(renamed, first + i);
    }
  }
}

void Importer::take(const ModelNode& n, std::size_t entry) {
  if (!options_.keep_unsupported) return take_supported(n, entry);
  const std::size_t before = graph_.nodes.size();
  try {
    check_node(model_, n);
    take_supported(n, entry);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unsupported || outer_ != nullptr) throw;
    refuse(n, entry, e, before);
  }
}

void Importer::take_supported(const ModelNode& n, std::size_t entry) {
  try {
    if (n.type == "If") return take_if(n, entry);
    if (n.type == "Loop") return take_loop(n, entry);
    std::vector<ValueId> inputs;
    for (const std::string& name : n.inputs) inputs.push_back(name.empty() ? kNoValue : find(name, n));
    if (const auto tensor = evaluated(n, inputs)) {
      add_tensor(n.outputs[0], *tensor);
      return;
    }
    refuse_infinite_weights(n);
    lower(n, std::move(inputs), entry);
  } catch (const Error& e) {
    if (!e.where().empty()) throw;
    throw Error(e.kind(), place(model_, n), e.message(), e.notes());
  }
}

void Importer::lower(const ModelNode& n, std::vector<ValueId> inputs, std::size_t entry) {
  const std::size_t before = graph_.nodes.size();
  Lowering at(graph_, model_, n, std::move(inputs));
  find_operator(n.type)->lower(at);
  if (graph_.nodes.size() > before) graph_.ledger[entry].fate = Fate::compiled;
  for (std::size_t i = 0; i < n.outputs.size(); ++i)
    if (!n.outputs[i].empty() && at.results()[i] != kNoValue) scopes_.back().second[n.outputs[i]] = at.results()[i];
}

/// Minus infinity hides positions when it is added; among the weights of a product it is damage.
void Importer::refuse_infinite_weights(const ModelNode& n) {
  static const std::set<std::string> kProducts = {"Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization",
                                                  "LSTM", "GRU",           "RNN"};
  if (!kProducts.contains(n.type)) return;
  for (const std::string& name : n.inputs) {
    const auto at = model_.initialisers.find(name);
    if (at == model_.initialisers.end() || !at->second.is_float() || !finite_.insert(name).second) continue;
    const std::vector<float>& values = at->second.floats();
    std::uint32_t worst = 0;  // of magnitudes, as bits
    for (const float v : values) worst = std::max(worst, std::bit_cast<std::uint32_t>(v) & 0x7fffffffu);
    if (worst < 0x7f800000u) continue;
    const auto bad = std::find_if(values.begin(), values.end(), [](float v) { return std::isinf(v); });
    if (bad != values.end())
      throw Error(ErrorKind::import, fmt::format("{}: tensor '{}'", model_.file, name),
                  fmt::format("element {} of {} is {}", bad - values.begin(), values.size(), *bad),
                  {"weights must be finite in fp32; train or export the model again"});
  }
}

void Importer::refuse(const ModelNode& n, std::size_t entry, const Error& why, std::size_t nodes_before) {
  graph_.nodes.resize(nodes_before);
  graph_.ledger[entry].fate = Fate::refused;
  graph_.ledger[entry].into = why.message();
  for (const std::string& note : why.notes()) graph_.ledger[entry].into += fmt::format("; {}", note);
  for (const std::string& name : n.outputs) {
    if (name.empty() || known(name) != kNoValue) continue;
    const auto at = model_.inferred.find(name);
    const auto value = at == model_.inferred.end() ? std::nullopt : static_value(at->second);
    if (!value) {
      unknown_[name] = n.label;
      continue;
    }
    graph_.inputs.push_back(graph_.add(*value));
    scopes_.back().second[name] = graph_.inputs.back();
  }
}

/// An output that is an input, a constant or another output in disguise gets a copying reshape, so that each output
/// is written by a node of its own.
void Importer::take_outputs() {
  if (model_.outputs.empty())
    throw Error(ErrorKind::import, model_.file, "the model has no outputs", {"export it again"});
  static const ModelNode kReader{"the graph output", "", "", {}, {}, {}};
  std::set<ValueId> taken(graph_.inputs.begin(), graph_.inputs.end());
  for (const ModelValue& declared : model_.outputs) {
    if (unknown_.contains(declared.name)) continue;
    if (known(declared.name) == kNoValue) require_written(declared);
    ValueId id = find(declared.name, kReader);
    if (!bound_) check_declared_output(model_, declared, graph_.value(id).shape);
    if (graph_.value(id).constant || !taken.insert(id).second)
      id = copied(id, declared.name);
    else
      graph_.value(id).name = declared.name;
    graph_.outputs.push_back(id);
  }
}

void Importer::require_written(const ModelValue& declared) {
  for (const ModelNode& n : model_.nodes)
    if (std::find(n.outputs.begin(), n.outputs.end(), declared.name) != n.outputs.end()) return;
  throw Error(ErrorKind::import, model_.file, fmt::format("output '{}' is never written", declared.name),
              {"the file is damaged or a node was removed"});
}

/// The copy stands for the ONNX node that wrote the output, if there is one: it is compiled after all.
ValueId Importer::copied(ValueId from, const std::string& output) {
  std::string label = output;
  bool in_ledger = false;
  for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
    const auto& outputs = model_.nodes[i].outputs;
    if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) continue;
    if (graph_.ledger[i].fate == Fate::refused) continue;
    label = graph_.ledger[i].node, in_ledger = true;
    graph_.ledger[i].fate = Fate::compiled;
  }
  const auto taken = [&](const LedgerEntry& e) { return e.node == label; };
  while (!in_ledger && std::any_of(graph_.ledger.begin(), graph_.ledger.end(), taken)) label += ".copy";
  if (!in_ledger) graph_.ledger.push_back({label, "Identity", Fate::compiled, "", 0});
  const bool is_input = std::find(graph_.inputs.begin(), graph_.inputs.end(), from) != graph_.inputs.end();
  const bool same_name = graph_.value(from).name == output;
  if (same_name && !is_input) graph_.value(from).name.clear();
  const Value source = graph_.value(from);
  const std::string name = same_name && is_input ? output + ".copy" : output;
  const ValueId id = graph_.add({name, source.element, source.shape, nullptr});
  graph_.nodes.push_back({Reshape{}, {from}, id, label});
  return id;
}

/// ONNX names stay; values that lowering added are named after their node.
void Importer::name_values() {
  std::set<std::string> taken;
  for (Value& v : graph_.values)
    if (!v.name.empty() && !taken.insert(v.name).second) v.name.clear();
  std::map<std::string, int> last_suffix;
  const auto give = [&](ValueId id, const std::string& base) {
    if (id == kNoValue || !graph_.value(id).name.empty()) return;
    std::string name = base;
    for (int& suffix = last_suffix[base]; !taken.insert(name).second;) name = fmt::format("{}.{}", base, ++suffix);
    graph_.value(id).name = name;
  };
  for (const Node& n : graph_.nodes) {
    give(n.output, fmt::format("{}.{}", n.name, op_name(n.op)));
    for (const ValueId id : n.more) give(id, fmt::format("{}.{}", n.name, op_name(n.op)));
    for (const ValueId id : n.inputs) give(id, n.name + ".constant");
  }
  for (std::size_t i = 0; i < graph_.values.size(); ++i) give(static_cast<ValueId>(i), "unused");
}

}  // namespace inf::compiler::importer
