#pragma once
// Inside shape inference only: the rules of the operators that shape.cpp does not hold, and what all rules share.
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler::shape_rules {

using Inputs = std::vector<std::optional<Shape>>;

[[noreturn]] void fail(std::string message);
/// The shape in a slot; the errors name the slot as `what`.
const Shape& need(const Inputs& inputs, std::size_t slot, const char* what);
const Shape& need_rank(const Inputs& inputs, std::size_t slot, const char* what, std::size_t rank);
void need_equal(const Shape& got, const Shape& want, const char* what);
void need_axis(std::int64_t axis, const Shape& s);

std::optional<Shape> infer(const LayerNorm& op, const Inputs& in);
std::optional<Shape> infer(const Attention& op, const Inputs& in);
std::optional<Shape> infer(const Where& op, const Inputs& in);
std::optional<Shape> infer(const Cast& op, const Inputs& in);
std::optional<Shape> infer(const Expand& op, const Inputs& in);
std::optional<Shape> infer(const Gather& op, const Inputs& in);
std::optional<Shape> infer(const Scatter& op, const Inputs& in);
std::optional<Shape> infer(const ArgMax& op, const Inputs& in);
std::optional<Shape> infer(const CumSum& op, const Inputs& in);
/// Shape of the first output; loop_output() gives the others.
std::optional<Shape> infer(const Loop& op, const Inputs& in);

/// Whether every view of an attention stays inside its operand and the result is written exactly once.
void check_views(const Attention& op, const Inputs& in, const Shape& output);

}  // namespace inf::compiler::shape_rules
