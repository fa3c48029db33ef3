#include "compiler/import/inputs.h"

#include <fmt/format.h>

#include <set>

#include "compiler/import/nearest.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

std::optional<Element> element_of(const std::string& type) {
  if (type == "float" || type == "float16" || type == "double" || type == "bfloat16") return Element::f32;
  if (type == "int64" || type == "int32") return Element::i64;
  if (type == "bool") return Element::boolean;
  return std::nullopt;
}

/// What an open axis is bound by: its symbol, or "input.axis" where the file gives it none.
std::string axis_name(const ModelValue& v, std::size_t axis) {
  const auto* symbol = std::get_if<std::string>(&v.dimensions[axis]);
  return symbol == nullptr || symbol->empty() ? fmt::format("{}.{}", v.name, axis) : *symbol;
}

void check_names(const Model& model, const ImportOptions& options) {
  std::vector<std::string> symbols, inputs;
  for (const ModelValue& v : model.inputs) {
    inputs.push_back(v.name);
    for (std::size_t axis = 0; axis < v.dimensions.size(); ++axis)
      if (std::holds_alternative<std::string>(v.dimensions[axis])) symbols.push_back(axis_name(v, axis));
  }
  const auto check = [&](const std::string& name, const std::vector<std::string>& known, const char* what) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    throw Error(ErrorKind::usage, model.file, fmt::format("the model has no {} '{}'", what, name),
                {known.empty() ? fmt::format("it has no {}s at all", what)
                               : fmt::format("nearest: '{}'", nearest(name, known))});
  };
  for (const auto& [name, size] : options.symbols) check(name, symbols, "symbolic dimension");
  for (const auto& [name, shape] : options.shapes) check(name, inputs, "input");
}

/// One dimension after binding; -1 when it stays open.
std::int64_t bound_size(const Model& model, const ModelValue& v, std::size_t axis, const ImportOptions& options) {
  const auto whole = options.shapes.find(v.name);
  const auto* fixed = std::get_if<std::int64_t>(&v.dimensions[axis]);
  if (options.batch && axis == 0 && fixed != nullptr) return *options.batch;
  if (whole != options.shapes.end()) {
    const std::int64_t size = whole->second[axis];
    if (size < 1 || (fixed != nullptr && *fixed != size))
      throw Error(ErrorKind::usage, model.file,
                  fmt::format("input '{}' axis {} is bound to {}, the model has {}", v.name, axis, size,
                              fixed ? std::to_string(*fixed) : "an open size of at least 1"),
                  {"only open dimensions can be bound; export the model again for another fixed size"});
    return size;
  }
  if (fixed != nullptr) return *fixed;
  const auto at = options.symbols.find(axis_name(v, axis));
  if (at == options.symbols.end()) return -1;
  if (at->second < 1)
    throw Error(ErrorKind::usage, model.file,
                fmt::format("symbol '{}' is bound to {}, at least 1 is needed", at->first, at->second));
  return at->second;
}

}  // namespace

std::optional<Value> static_value(const ModelValue& v) {
  const auto element = element_of(v.type);
  if (!element || !v.has_shape) return std::nullopt;
  Value value{v.name, *element, {}, nullptr};
  for (const Dimension& d : v.dimensions) {
    const auto* size = std::get_if<std::int64_t>(&d);
    if (size == nullptr || *size < 1) return std::nullopt;
    value.shape.push_back(*size);
  }
  return value;
}

std::vector<Value> bind_inputs(const Model& model, const ImportOptions& options) {
  check_names(model, options);
  std::vector<Value> inputs;
  std::vector<std::string> open;
  for (const ModelValue& v : model.inputs) {
    const std::string place = fmt::format("{}: input '{}'", model.file, v.name);
    const auto element = element_of(v.type);
    if (!element)
      throw Error(ErrorKind::unsupported, place, fmt::format("has element type {}", v.type),
                  {"supported: float, float16, bfloat16, double, int64, int32, bool; convert the input before the "
                   "model"});
    const auto whole = options.shapes.find(v.name);
    if (!v.has_shape && whole == options.shapes.end())
      throw Error(ErrorKind::unsupported, place, "has no shape in the model",
                  {"export with fixed sizes or bind it: give the input a shape"});
    if (v.has_shape && whole != options.shapes.end() && whole->second.size() != v.dimensions.size())
      throw Error(ErrorKind::usage, place,
                  fmt::format("is bound to {}, the model has {} axes", to_string(whole->second), v.dimensions.size()));
    Shape shape;
    for (std::size_t axis = 0; axis < v.dimensions.size(); ++axis) {
      shape.push_back(bound_size(model, v, axis, options));
      if (shape.back() > 0) continue;
      const std::string symbol = std::get<std::string>(v.dimensions[axis]);
      open.push_back(fmt::format("input '{}' axis {} is {}", v.name, axis,
                                 symbol.empty() ? fmt::format("open (bound as {})", axis_name(v, axis))
                                                : fmt::format("the symbol '{}'", symbol)));
    }
    inputs.push_back({v.name, *element, v.has_shape ? shape : whole->second, nullptr});
    double count = 1;
    for (const std::int64_t d : inputs.back().shape) count *= static_cast<double>(d);
    if (count > 1e12)
      throw Error(ErrorKind::unsupported, place,
                  fmt::format("has shape {}: more than 10^12 elements", to_string(inputs.back().shape)));
  }
  if (open.empty()) return inputs;
  std::vector<std::string> notes(open.begin() + 1, open.end());
  notes.push_back(
      "the chip runs fixed shapes only: export with fixed sizes or bind it, with --bind NAME=SIZE or model.symbols and "
      "model.shapes in a workload");
  throw Error(ErrorKind::unsupported, model.file, open[0], std::move(notes));
}

void check_declared_output(const Model& model, const ModelValue& declared, const Shape& found) {
  if (!declared.has_shape) return;
  const std::string place = fmt::format("{}: output '{}'", model.file, declared.name);
  const std::vector<std::string> notes = {"the model contradicts itself: it was edited or exported for another size"};
  if (declared.dimensions.size() != found.size())
    throw Error(
        ErrorKind::import, place,
        fmt::format("is declared with {} axes, its node gives {}", declared.dimensions.size(), to_string(found)),
        notes);
  for (std::size_t axis = 0; axis < found.size(); ++axis)
    if (const auto* size = std::get_if<std::int64_t>(&declared.dimensions[axis]);
        size != nullptr && *size != found[axis])
      throw Error(ErrorKind::import, place,
                  fmt::format("axis {} is declared as {}, its node gives {}", axis, *size, found[axis]), notes);
}

}  // namespace inf::compiler::importer
