#include "compiler/import/batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/names.h"

namespace inf::compiler::importer {
namespace {

const std::int64_t* fixed_lead(const ModelValue& v) {
  return v.dimensions.empty() ? nullptr : std::get_if<std::int64_t>(&v.dimensions[0]);
}

/// The symbol of a leading axis as bindings name it; empty where the axis is fixed.
std::string leading_symbol(const ModelValue& v) {
  if (v.dimensions.empty()) return {};
  const auto* symbol = std::get_if<std::string>(&v.dimensions[0]);
  if (symbol == nullptr) return {};
  return symbol->empty() ? fmt::format("{}.0", v.name) : *symbol;
}

const char* const kWayOut = "export the model with an open batch dimension (dynamic_axes), or at this batch";

}  // namespace

std::int64_t own_batch(const Model& model) {
  for (const ModelValue& v : model.inputs)
    if (const std::int64_t* size = fixed_lead(v)) return *size;
  return 0;
}

ImportOptions bind_batch(const Model& model, const ImportOptions& options) {
  if (!options.batch) return options;
  ImportOptions bound = options;
  const ModelValue* first = nullptr;
  for (const ModelValue& v : model.inputs) {
    if (const std::string symbol = leading_symbol(v); !symbol.empty()) bound.symbols[symbol] = *options.batch;
    const std::int64_t* size = fixed_lead(v);
    if (size == nullptr) continue;
    if (first != nullptr && *fixed_lead(*first) != *size)
      throw Error(ErrorKind::usage, model.file,
                  fmt::format("inputs lead with different sizes, {} of '{}' and {} of '{}': which is the batch?",
                              *fixed_lead(*first), first->name, *size, v.name),
                  {kWayOut});
    first = &v;
  }
  return bound;
}

void check_batch(const Model& model, const Graph& graph, std::int64_t batch) {
  const std::int64_t own = own_batch(model);
  std::vector<std::string> symbols;
  for (const ModelValue& v : model.inputs) symbols.push_back(leading_symbol(v));
  for (std::size_t i = 0; i < model.outputs.size() && i < graph.outputs.size(); ++i) {
    const ModelValue& declared = model.outputs[i];
    const std::int64_t* size = fixed_lead(declared);
    const std::string symbol = leading_symbol(declared);
    const bool has_batch = size != nullptr
                               ? *size == own
                               : !symbol.empty() && std::find(symbols.begin(), symbols.end(), symbol) != symbols.end();
    const Shape& found = graph.value(graph.outputs[i]).shape;
    if (!has_batch || (!found.empty() && found[0] == batch)) continue;
    throw Error(ErrorKind::unsupported, fmt::format("{}: output '{}'", model.file, declared.name),
                fmt::format("has shape {} at batch {}: the model mixes or drops the batch", to_string(found), batch),
                {kWayOut});
  }
}

void explain_fixed_batch(const Model& model, std::int64_t batch, const Error& why) {
  std::vector<std::string> notes = {
      fmt::format("at its own batch of {} the model is fine: that number is fixed inside", own_batch(model)), kWayOut};
  throw Error(ErrorKind::unsupported, why.where(), fmt::format("does not take batch {}: {}", batch, why.message()),
              std::move(notes));
}

}  // namespace inf::compiler::importer
