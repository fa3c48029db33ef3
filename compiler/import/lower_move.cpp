#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/import/lowering.h"
#include "compiler/import/slicing.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

using Ints = std::vector<std::int64_t>;

/// Calls a function of slicing.h and gives its error this node's place.
template <class F>
auto placed(const Lowering& at, F&& compute) {
  try {
    return compute();
  } catch (const Error& e) {
    at.broken(e.message());
  }
}

ValueId emit_slice(Lowering& at, ValueId x, const Slicing& s) {
  if (s.shape == at.shape_of(x) && std::all_of(s.step.begin(), s.step.end(), [](std::int64_t v) { return v == 1; }))
    return x;
  for (std::size_t i = 0; i < s.shape.size(); ++i)
    if (s.shape[i] == 0)
      at.unsupported(fmt::format("axis {} of {} is cut to nothing", i, to_string(at.shape_of(x))),
                     {"remove the branch that computes nothing"});
  return at.emit(Slice{s.start, s.step}, {x}, s.shape);
}

}  // namespace

void lower_flatten(Lowering& at) {
  const Shape& x = at.shape(0);
  const std::int64_t axis = at.integer("axis", 1), rank = static_cast<std::int64_t>(x.size());
  if (axis < -rank || axis > rank) at.broken(fmt::format("axis {} is outside the {} axes of the input", axis, rank));
  const Shape lead(x.begin(), x.begin() + (axis < 0 ? axis + rank : axis));
  at.result(at.reshaped(at.typed(0), {elements(lead), elements(x) / elements(lead)}));
}

void lower_reshape(Lowering& at) {
  const Ints target = at.constant_integers(1, "shape");
  const Shape y = placed(at, [&] { return resolve_reshape(at.shape(0), target, at.integer("allowzero", 0) != 0); });
  at.result(at.reshaped(at.typed(0), y));
}

void lower_squeeze(Lowering& at) {
  const Ints axes = at.axes("axes", 1, 13);
  at.result(at.reshaped(at.typed(0), placed(at, [&] { return squeezed(at.shape(0), axes); })));
}

void lower_unsqueeze(Lowering& at) {
  const Ints axes = at.axes("axes", 1, 13);
  at.result(at.reshaped(at.typed(0), placed(at, [&] { return unsqueezed(at.shape(0), axes); })));
}

void lower_transpose(Lowering& at) {
  Ints reversed(at.shape(0).size());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  at.result(at.emit(Transpose{at.integers("perm", reversed)}, {at.typed(0)}));
}

void lower_concat(Lowering& at) {
  if (!at.has("axis")) at.broken("attribute axis is missing");
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < at.input_count(); ++i)
    if (elements(at.shape(i)) > 0) inputs.push_back(at.typed(i));
  if (inputs.empty()) at.broken("every input is empty");
  if (inputs.size() == 1) return at.result(inputs[0]);
  at.result(at.emit(Concat{positive_axis(at, at.integer("axis", 0), at.shape_of(inputs[0]).size())}, inputs));
}

void lower_slice(Lowering& at) {
  const bool attributes = at.opset < 10;
  const Ints starts = attributes ? at.integers("starts") : at.constant_integers(1, "starts");
  const Ints ends = attributes ? at.integers("ends") : at.constant_integers(2, "ends");
  const Ints axes = attributes ? at.integers("axes") : at.present(3) ? at.constant_integers(3, "axes") : Ints();
  const Ints steps = at.present(4) ? at.constant_integers(4, "steps") : Ints();
  at.result(
      emit_slice(at, at.typed(0), placed(at, [&] { return resolve_slice(at.shape(0), starts, ends, axes, steps); })));
}

void lower_split(Lowering& at) {
  const Shape x = at.shape(0);
  const std::int64_t axis = positive_axis(at, at.integer("axis", 0), x.size()),
                     size = x[static_cast<std::size_t>(axis)];
  const auto parts = static_cast<std::int64_t>(at.node.outputs.size());
  Ints sizes = at.axes("split", 1, 13);
  if (sizes.empty() && size % parts != 0)
    at.broken(fmt::format("{} positions do not split into {} equal parts", size, parts));
  if (sizes.empty()) sizes.assign(static_cast<std::size_t>(parts), size / parts);
  if (static_cast<std::int64_t>(sizes.size()) != parts ||
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != size)
    at.broken(fmt::format("split {} does not divide the {} positions of axis {} into {} parts", to_string(sizes), size,
                          axis, parts));
  std::int64_t start = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Slicing s = placed(at, [&] { return resolve_slice(x, {start}, {start + sizes[i]}, {axis}, {}); });
    if (!at.node.outputs[i].empty()) at.result(i, emit_slice(at, at.typed(0), s));
    start += sizes[i];
  }
}

/// Negative amounts cut; what is left of `p` only adds.
static ValueId cropped(Lowering& at, ValueId x, Pad& p) {
  Slice cut;
  Shape shape = at.shape_of(x);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    cut.start.push_back(std::max<std::int64_t>(0, -p.before[i]));
    cut.step.push_back(1);
    shape[i] -= cut.start[i] + std::max<std::int64_t>(0, -p.after[i]);
    if (shape[i] < 1) at.broken(fmt::format("its pads leave nothing of axis {}", i));
    p.before[i] = std::max<std::int64_t>(0, p.before[i]);
    p.after[i] = std::max<std::int64_t>(0, p.after[i]);
  }
  return at.emit(std::move(cut), {x}, shape);
}

void lower_pad(Lowering& at) {
  const auto rank = static_cast<std::int64_t>(at.shape(0).size());
  const Ints pads = at.opset < 11 ? at.integers("pads") : at.constant_integers(1, "pads");
  if (static_cast<std::int64_t>(pads.size()) != 2 * rank)
    at.broken(fmt::format("pads {} do not match the {} axes of the input", to_string(pads), rank));
  Pad p;
  const std::string mode = at.word("mode", "constant");
  const auto known = from_name<Pad::Mode>(mode);
  if (!known) at.unsupported(fmt::format("attribute mode = '{}'", mode), {"supported: constant, reflect, edge"});
  p.mode = *known;
  for (const std::int64_t v : pads)
    if (std::abs(v) > 1'000'000)
      at.unsupported(fmt::format("pads {}: amounts up to 1000000 are supported", to_string(pads)));
  p.before.assign(pads.begin(), pads.begin() + rank), p.after.assign(pads.begin() + rank, pads.end());
  if (at.opset < 11)
    p.value = at.number("value", 0);
  else if (at.present(2)) {
    const std::vector<float> value = at.constant_floats(2, "constant_value");
    p.value = value.empty() ? 0 : value[0];
  }
  if (std::all_of(pads.begin(), pads.end(), [](std::int64_t v) { return v == 0; })) return at.result(at.typed(0));
  ValueId x = at.typed(0);
  if (std::any_of(pads.begin(), pads.end(), [](std::int64_t v) { return v < 0; })) x = cropped(at, x, p);
  const bool pads_on = std::any_of(p.before.begin(), p.before.end(), [](std::int64_t v) { return v > 0; }) ||
                       std::any_of(p.after.begin(), p.after.end(), [](std::int64_t v) { return v > 0; });
  at.result(pads_on ? at.emit(std::move(p), {x}) : x);
}

void lower_identity(Lowering& at) { at.result(at.typed(0)); }

void lower_dropout(Lowering& at) {
  if (at.present(2)) {
    const std::vector<float> training = at.constant_floats(2, "training_mode");
    if (!training.empty() && training[0] != 0)
      at.unsupported("training_mode = true", {"supported: false; call model.eval() before the export"});
  }
  at.result(at.typed(0));
}

void lower_constant_only(Lowering& at) {
  at.unsupported("is computed from run-time values",
                 {fmt::format("{} is supported where its inputs are constants or shapes", at.node.type)});
}

}  // namespace inf::compiler::importer
