#include "compiler/import/onnx.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/import/evaluate.h"
#include "compiler/import/inputs.h"
#include "compiler/import/lowering.h"
#include "compiler/import/model.h"
#include "compiler/import/operators.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace importer {
namespace {

/// Builds the graph node by node; `ids_` finds the value of an ONNX name.
class Importer {
 public:
  Importer(const Model& model, const ImportOptions& options) : model_(model) {
    graph_.name = model.name.empty() ? "model" : model.name;
    graph_.opset = model.opset;
    const std::vector<Shape> shapes = bind_inputs(model, options);
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      graph_.inputs.push_back(graph_.add({model.inputs[i].name, Element::f32, shapes[i], nullptr}));
      ids_[model.inputs[i].name] = graph_.inputs.back();
    }
    bound_ = !options.shapes.empty() || !options.symbols.empty();
  }

  Graph run() {
    check_operators(model_);
    const std::vector<std::size_t> order = execution_order(model_);
    for (const ModelNode& n : model_.nodes) graph_.ledger.push_back({n.label, n.type, Fate::folded, "", 0});
    for (const std::size_t i : order) take(i);
    take_outputs();
    name_values();
    return std::move(graph_);
  }

 private:
  ValueId add_tensor(const std::string& name, const Tensor& t) {
    return ids_[name] = graph_.add({name, t.element, t.shape(), t.constant});
  }

  ValueId find(const std::string& name, const ModelNode& reader) {
    if (const auto at = ids_.find(name); at != ids_.end()) return at->second;
    if (const auto at = model_.initialisers.find(name); at != model_.initialisers.end())
      return add_tensor(name, at->second);
    for (const ModelNode& n : model_.nodes)
      if (std::find(n.outputs.begin(), n.outputs.end(), name) != n.outputs.end())
        throw Error(ErrorKind::unsupported, place(model_, n),
                    fmt::format("its output '{}' is used by '{}'", name, reader.label),
                    {fmt::format("supported of {}: the first output", n.type)});
    throw Error(ErrorKind::internal, place(model_, reader), fmt::format("'{}' was not found", name));
  }

  /// The node's result when it follows from constants and shapes alone.
  std::optional<Tensor> evaluated(const ModelNode& n, const std::vector<ValueId>& inputs) {
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
    return evaluate(n, model_.opset, operands);
  }

  void take(std::size_t index) {
    const ModelNode& n = model_.nodes[index];
    std::vector<ValueId> inputs;
    for (const std::string& name : n.inputs) inputs.push_back(name.empty() ? kNoValue : find(name, n));
    try {
      if (const auto tensor = evaluated(n, inputs)) {
        add_tensor(n.outputs[0], *tensor);
        return;
      }
      lower(n, std::move(inputs), graph_.ledger[index]);
    } catch (const Error& e) {
      if (!e.where().empty()) throw;
      throw Error(e.kind(), place(model_, n), e.message(), e.notes());
    }
  }

  void lower(const ModelNode& n, std::vector<ValueId> inputs, LedgerEntry& entry) {
    const std::size_t before = graph_.nodes.size();
    Lowering at(graph_, model_, n, std::move(inputs));
    find_operator(n.type)->lower(at);
    if (graph_.nodes.size() > before) entry.fate = Fate::compiled;
    for (std::size_t i = 0; i < n.outputs.size(); ++i)
      if (!n.outputs[i].empty() && at.results()[i] != kNoValue) ids_[n.outputs[i]] = at.results()[i];
  }

  /// An output that is an input, a constant or another output in disguise gets a copying reshape, so that each output
  /// is written by a node of its own.
  void take_outputs() {
    if (model_.outputs.empty())
      throw Error(ErrorKind::import, model_.file, "the model has no outputs", {"export it again"});
    static const ModelNode kReader{"the graph output", "", "", {}, {}, {}};
    std::set<ValueId> taken(graph_.inputs.begin(), graph_.inputs.end());
    for (const ModelValue& declared : model_.outputs) {
      if (!ids_.contains(declared.name) && !model_.initialisers.contains(declared.name)) require_written(declared);
      ValueId id = find(declared.name, kReader);
      if (graph_.value(id).element != Element::f32)
        throw Error(ErrorKind::unsupported, fmt::format("{}: output '{}'", model_.file, declared.name),
                    fmt::format("has element type {}", name(graph_.value(id).element)), {"supported: float outputs"});
      if (!bound_) check_declared_output(model_, declared, graph_.value(id).shape);
      if (graph_.value(id).constant || !taken.insert(id).second)
        id = copied(id, declared.name);
      else
        graph_.value(id).name = declared.name;
      graph_.outputs.push_back(id);
    }
  }

  void require_written(const ModelValue& declared) {
    for (const ModelNode& n : model_.nodes)
      if (std::find(n.outputs.begin(), n.outputs.end(), declared.name) != n.outputs.end()) return;
    throw Error(ErrorKind::import, model_.file, fmt::format("output '{}' is never written", declared.name),
                {"the file is damaged or a node was removed"});
  }

  /// The copy stands for the ONNX node that wrote the output, if there is one: it is compiled after all.
  ValueId copied(ValueId from, const std::string& output) {
    std::string label = output;
    bool in_ledger = false;
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      const auto& outputs = model_.nodes[i].outputs;
      if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) continue;
      label = model_.nodes[i].label, in_ledger = true;
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
  void name_values() {
    std::set<std::string> taken;
    for (Value& v : graph_.values)
      if (!v.name.empty() && !taken.insert(v.name).second) v.name.clear();
    const auto give = [&](ValueId id, const std::string& base) {
      if (id == kNoValue || !graph_.value(id).name.empty()) return;
      std::string name = base;
      for (int suffix = 1; !taken.insert(name).second; ++suffix) name = fmt::format("{}.{}", base, suffix);
      graph_.value(id).name = name;
    };
    for (const Node& n : graph_.nodes) {
      give(n.output, fmt::format("{}.{}", n.name, op_name(n.op)));
      for (const ValueId id : n.inputs) give(id, n.name + ".constant");
    }
    for (std::size_t i = 0; i < graph_.values.size(); ++i) give(static_cast<ValueId>(i), "unused");
  }

  const Model& model_;
  Graph graph_;
  std::map<std::string, ValueId> ids_;
  bool bound_ = false;
};

}  // namespace
}  // namespace importer

Graph import_onnx(const std::filesystem::path& file, const ImportOptions& options) {
  const importer::Model model = importer::read_model(file);
  Graph graph = importer::Importer(model, options).run();
  verify(graph, "import");
  return graph;
}

Graph import_onnx(std::string_view bytes, const std::string& name, const ImportOptions& options) {
  const importer::Model model = importer::read_model(bytes, name);
  Graph graph = importer::Importer(model, options).run();
  verify(graph, "import");
  return graph;
}

}  // namespace inf::compiler
