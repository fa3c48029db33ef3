#include "compiler/import/model.h"

#include <fmt/format.h>

#include <map>
#include <queue>
#include <set>

#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

/// Node index that writes each value; -1 for inputs and initialisers.
std::map<std::string, int> writers(const Model& model) {
  std::map<std::string, int> writer;
  for (const auto& [name, tensor] : model.initialisers) writer.emplace(name, -1);
  for (const std::string& name : model.captured) writer.emplace(name, -1);
  for (const ModelValue& input : model.inputs)
    if (!writer.emplace(input.name, -1).second)
      throw Error(ErrorKind::import, model.file, fmt::format("input '{}' is declared twice", input.name));
  for (std::size_t i = 0; i < model.nodes.size(); ++i)
    for (const std::string& output : model.nodes[i].outputs) {
      if (output.empty()) continue;
      const auto [at, fresh] = writer.emplace(output, static_cast<int>(i));
      if (fresh) continue;
      const std::string other = at->second < 0
                                    ? "an input or initialiser"
                                    : fmt::format("node '{}'", model.nodes[static_cast<std::size_t>(at->second)].label);
      throw Error(ErrorKind::import, place(model, model.nodes[i]),
                  fmt::format("writes '{}', which {} has written already", output, other),
                  {"every value of an ONNX graph has one writer; export the model again"});
    }
  return writer;
}

[[noreturn]] void report_cycle(const Model& model, const std::vector<int>& waiting) {
  std::string names;
  const ModelNode* first = nullptr;
  int count = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (waiting[i] == 0) continue;
    if (first == nullptr) first = &model.nodes[i];
    if (++count <= 6) names += fmt::format("{}'{}'", count == 1 ? "" : ", ", model.nodes[i].label);
  }
  throw Error(ErrorKind::import, place(model, *first),
              fmt::format("the graph has a cycle: {} node(s) wait for each other", count),
              {fmt::format("waiting: {}{}", names, count > 6 ? ", ..." : ""),
               "an ONNX graph is acyclic; unroll the loop before the export"});
}

}  // namespace

Tensor make_tensor(Shape shape, std::vector<float> data) {
  return {Element::f32, std::make_shared<const Constant>(Constant{std::move(shape), std::move(data)})};
}

Tensor make_tensor(Shape shape, std::vector<std::int64_t> data, Element element) {
  return {element, std::make_shared<const Constant>(Constant{std::move(shape), std::move(data)})};
}

std::string place(const Model& model, const ModelNode& node) {
  return fmt::format("{}: node '{}' ({})", model.file, node.label, node.type);
}

std::vector<std::string> reads(const ModelNode& node) {
  std::vector<std::string> names;
  for (const std::string& input : node.inputs)
    if (!input.empty()) names.push_back(input);
  for (const auto& [key, value] : node.attributes)
    if (const auto* body = std::get_if<std::shared_ptr<const Model>>(&value))
      names.insert(names.end(), (*body)->captured.begin(), (*body)->captured.end());
  return names;
}

std::vector<std::size_t> execution_order(const Model& model) {
  const std::map<std::string, int> writer = writers(model);
  std::vector<int> waiting(model.nodes.size(), 0);
  std::vector<std::vector<std::size_t>> readers(model.nodes.size());
  for (std::size_t i = 0; i < model.nodes.size(); ++i)
    for (const std::string& input : reads(model.nodes[i])) {
      const auto at = writer.find(input);
      if (at == writer.end())
        throw Error(
            ErrorKind::import, place(model, model.nodes[i]), fmt::format("reads '{}', which nothing writes", input),
            {"the value is no input, no initialiser and no node's output; the file is damaged or a node was removed"});
      if (at->second < 0) continue;
      ++waiting[i];
      readers[static_cast<std::size_t>(at->second)].push_back(i);
    }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < waiting.size(); ++i)
    if (waiting[i] == 0) ready.push(i);
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const std::size_t reader : readers[order.back()])
      if (--waiting[reader] == 0) ready.push(reader);
  }
  if (order.size() != model.nodes.size()) report_cycle(model, waiting);
  return order;
}

}  // namespace inf::compiler::importer
